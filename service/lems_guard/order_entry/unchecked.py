"""What could not be checked, in words: for a patient with LEMS it is a card of its own."""

from collections.abc import Iterator
from typing import NamedTuple

from lems_guard.order_entry.asking import Asked
from lems_guard.order_entry.card_shapes import plain
from lems_guard.order_entry.chart import Chart, Reading
from lems_guard.order_entry.wording import Teller, word
from lems_guard.v1 import screening_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

UNSETTLED = {
    terms.DISPOSITION_UNRESOLVED: "not understood, hence NOT checked",
    terms.DISPOSITION_AMBIGUOUS: "can be read in several ways; every one was checked",
}
NO_PROOF = "The absence of an alert is no evidence of safety."


class Unchecked(NamedTuple):
    """What was not checked: in a line, at length, and how loudly it is to be said."""

    summary: str
    detail: str
    indicator: str


def unchecked(
    asked: Asked, response: wire.CheckPrescriptionResponse, chart: Chart, teller: Teller
) -> Unchecked | None:
    """All that was not checked, or `None` where everything was."""
    orders = [each for each in response.medications if each.disposition in UNSETTLED]
    parts = list(_parts_missing(chart))
    lines = [_order_line(each, teller) for each in orders]
    lines += [f"- {part}" for part in parts]
    lines += [_gap_line(gap, teller) for gap in response.gaps]
    lines += [f"- {plain(why)} ({number})" for why, number in sorted(asked.left_out.items())]
    if not lines:
        return None
    grave = [gap for gap in response.gaps if gap.worst == terms.SEVERITY_CONTRAINDICATED]
    told = list(_told(orders, parts, response, asked))
    summary = f"LEMS, not checked: {'; '.join(told)}"
    indicator = "warning" if orders or parts or grave else "info"
    return Unchecked(summary, "\n".join([*lines, "", NO_PROOF]), indicator)


def _parts_missing(chart: Chart) -> Iterator[str]:
    """Parts of the record that were read to no end."""
    if chart.conditions_read is Reading.PART:
        yield "The list of conditions was read in part only."
    if chart.medications_read is Reading.PART:
        yield "The list of active medications was read in part only."


def _order_line(each: wire.MedicationResult, teller: Teller) -> str:
    line = f"- **{teller.name(each.id)}**: {UNSETTLED[each.disposition]}"
    if each.note:
        line += f" ({plain(each.note)})"
    if each.suggestions:
        line += f"; did you mean {', '.join(map(plain, each.suggestions))}?"
    return line


def _gap_line(gap: wire.Gap, teller: Teller) -> str:
    orders = ", ".join(teller.name(each) for each in gap.medication_ids)
    of_orders = f" ({orders})" if orders else ""
    severity = word(terms.Severity.Name(gap.worst), "SEVERITY_")
    return f"- {plain(gap.ask)}{of_orders} It may decide up to *{severity}*."


def _told(
    orders: list[wire.MedicationResult],
    parts: list[str],
    response: wire.CheckPrescriptionResponse,
    asked: Asked,
) -> Iterator[str]:
    if orders:
        names = ", ".join(asked.orders[each.id].name for each in orders)
        yield f"{len(orders)} order{'s' * (len(orders) > 1)} not understood: {names}"
    if parts:
        yield "part of the record"
    facts = dict.fromkeys(gap.fact.replace("_", " ") for gap in response.gaps)
    if facts:
        yield f"unknown {', '.join(facts)}"
    if asked.left_out and not (orders or parts or facts):
        yield "; ".join(asked.left_out)
