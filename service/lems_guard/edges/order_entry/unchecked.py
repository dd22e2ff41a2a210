"""What could not be checked, in words: for a patient with LEMS it is a card of its own."""

import functools
import re
from collections.abc import Iterator
from typing import NamedTuple

from lems_guard.edges.order_entry.asking import UNREAD, Asked
from lems_guard.edges.order_entry.card_shapes import plain
from lems_guard.edges.order_entry.chart import Chart, Extent
from lems_guard.edges.order_entry.wording import CardWording
from lems_guard.fhir.allergies import AMINOPYRIDINE
from lems_guard.fhir.standing import ENDED_SOME_DAY
from lems_guard.fhir.words import severity_word
from lems_guard.v1 import screening_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

UNSETTLED = {
    terms.DISPOSITION_UNRESOLVED: "not understood, hence NOT checked",
    terms.DISPOSITION_AMBIGUOUS: "can be read in several ways; every one was checked",
}
WORDS = {
    terms.DISPOSITION_UNRESOLVED: "not understood",
    terms.DISPOSITION_AMBIGUOUS: "not clear which drug is meant",
}
MOST_FACTS = 3
MOST_FACT_NAMES = 256
UNITS = re.compile(r"_(?:ml_min|kg|mg|years)$")
NO_PROOF = "The absence of an alert is no evidence of safety."


class Unchecked(NamedTuple):
    """What was not checked: in a line, at length, and how loudly it is to be said."""

    summary: str
    detail: str
    indicator: str


def unchecked(
    asked: Asked, response: wire.CheckPrescriptionResponse, chart: Chart, teller: CardWording
) -> Unchecked | None:
    """All that was not checked, or `None` where everything was."""
    orders = [each for each in response.medications if each.disposition in UNSETTLED]
    parts = list(_parts_missing(chart))
    unread = sorted(UNREAD & asked.left_out.keys())
    lines = [f"- **{why}** ({asked.left_out[why]})" for why in unread]
    lines += [_order_line(each, teller) for each in orders]
    lines += [f"- {part}" for part in parts]
    lines += [_gap_line(gap, teller) for gap in response.gaps]
    if not lines and not asked.left_out.keys() - {f"an order {ENDED_SOME_DAY}"}:
        return None
    rest = sorted(asked.left_out.keys() - UNREAD)
    lines += [f"- {plain(why)} ({asked.left_out[why]})" for why in rest]
    grave = _is_grave(asked, response)
    told = [*unread, *_told(orders, parts, response, rest, asked)]
    summary = f"LEMS check incomplete: {'; '.join(told)}"
    indicator = "warning" if unread or orders or parts or grave else "info"
    return Unchecked(summary, "\n".join([*lines, "", NO_PROOF]), indicator)


def _is_grave(asked: Asked, response: wire.CheckPrescriptionResponse) -> bool:
    """Whether an unknown may be a contraindication of an order at hand.

    An unknown of the patient bears on amifampridine; where that is merely taken beside the orders
    at hand, the question is asked without urgency each time, not warned of.
    """
    grave = [gap for gap in response.gaps if gap.worst == terms.SEVERITY_CONTRAINDICATED]
    if any(asked.focus.intersection(gap.medication_ids) for gap in grave):
        return True
    return any(not gap.medication_ids for gap in grave) and any(
        AMINOPYRIDINE in ingredient.classes
        for each in response.medications
        if each.id in asked.focus
        for ingredient in each.ingredients
    )


def _parts_missing(chart: Chart) -> Iterator[str]:
    """Parts of the record that were read to no end."""
    if chart.conditions_read is Extent.PART:
        yield "The list of conditions was read in part only."
    if chart.medications_read is Extent.PART:
        yield "The list of active medications was read in part only."
    if chart.strangers:
        yield "Of what was sent some says that it is another patient's."
    if chart.is_of_another:
        yield "The patient that the server gave is another one, and was not read."


def _order_line(each: wire.MedicationResult, teller: CardWording) -> str:
    line = f"- **{teller.name(each.id)}**: {UNSETTLED[each.disposition]}"
    if each.disposition == terms.DISPOSITION_UNRESOLVED and each.ingredients:
        drugs = " or ".join(ingredient.name for ingredient in each.ingredients)
        line += f", but for what would hold if it is {drugs}"
    if each.note:
        line += f" ({plain(each.note)})"
    if each.suggestions:
        line += f"; did you mean {', '.join(map(plain, each.suggestions))}?"
    return line


def _gap_line(gap: wire.Gap, teller: CardWording) -> str:
    orders = ", ".join(teller.name(each) for each in gap.medication_ids)
    of_orders = f" ({orders})" if orders else ""
    severity = severity_word(gap.worst).lower()
    return f"- {plain(gap.ask)}{of_orders} It may decide up to *{severity}*."


def _told(
    orders: list[wire.MedicationResult],
    parts: list[str],
    response: wire.CheckPrescriptionResponse,
    rest: list[str],
    asked: Asked,
) -> Iterator[str]:
    for disposition, words in WORDS.items():
        names = [asked.orders[each.id].name for each in orders if each.disposition == disposition]
        if names:
            yield f"{words}: {', '.join(names)}"
    if parts:
        yield "part of the record"
    facts = list(dict.fromkeys(fact_words(gap.fact) for gap in response.gaps))
    if facts:
        more = f" and {len(facts) - MOST_FACTS} more" if len(facts) > MOST_FACTS else ""
        yield f"not known: {', '.join(facts[:MOST_FACTS])}{more}"
    if rest and not (orders or parts or facts):
        yield "; ".join(rest)


@functools.lru_cache(MOST_FACT_NAMES)
def fact_words(fact: str) -> str:
    """A fact's name in words, without its unit."""
    return UNITS.sub("", fact).replace("_", " ").replace("nat2", "NAT2")
