"""What could not be checked, in words: for a patient with LEMS it is a card of its own."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lems_guard.answering.spoken import doubt_in_words
from lems_guard.answering.unread import ALLERGIES
from lems_guard.answering.wording import SEVERITIES
from lems_guard.answering.write import NOTHING_FITS
from lems_guard.clinical.alert import CONDITIONS
from lems_guard.clinical.rule import Rule
from lems_guard.edges.order_entry.asking import UNREAD, Asked
from lems_guard.edges.order_entry.card_shapes import plain
from lems_guard.edges.order_entry.chart import Chart, Extent
from lems_guard.edges.order_entry.wording import MOST_WORDS, CardWording, words_in
from lems_guard.fhir.allergies import AMINOPYRIDINE
from lems_guard.fhir.standing import ENDED_SOME_DAY
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
INCOMPLETE = "LEMS check incomplete: "
MORE = "- and {} more"
NO_PROOF = "The absence of an alert is no evidence of safety."


class Unchecked(NamedTuple):
    """What was not checked: in a line, at length, and how loudly it is to be said."""

    summary: str
    detail: str
    indicator: str


def unchecked(
    asked: Asked,
    response: wire.CheckPrescriptionResponse,
    chart: Chart,
    teller: CardWording,
    questions: Sequence[wire.Gap],
) -> Unchecked | None:
    """All that was not checked, or `None` where everything was that could change what is shown.

    `questions` are those of the gaps whose answers could.
    """
    orders = [each for each in response.medications if each.disposition in UNSETTLED]
    parts = list(_parts_missing(chart))
    unread = sorted(UNREAD & asked.left_out.keys())
    lines = [f"- **{why}** ({asked.left_out[why]})" for why in unread]
    lines += [_order_line(each, teller) for each in orders]
    lines += [f"- {part}" for part in parts]
    doubts = _doubts_that_matter(response)
    lines += [f"- {plain(doubt_in_words(each))}" for each in doubts]
    lines += [_question_line(gap, teller) for gap in questions]
    if not lines and not asked.left_out.keys() - {f"an order {ENDED_SOME_DAY}"}:
        return None
    rest = sorted(asked.left_out.keys() - UNREAD)
    lines += [f"- {plain(why)} ({asked.left_out[why]})" for why in rest]
    is_grave = _is_grave(asked, questions, response) or _may_change_an_alert(response)
    told = [*unread, *_told(orders, parts, doubts, questions, rest, asked)]
    indicator = "warning" if unread or orders or parts or is_grave else "info"
    return Unchecked(f"{INCOMPLETE}{'; '.join(told)}", "\n".join(_cut(lines)), indicator)


def _cut(lines: list[str]) -> Iterator[str]:
    """As many lines as are read, and how many there are besides."""
    room = MOST_WORDS - words_in(NO_PROOF) - words_in(MORE)
    shown = 0
    for line in lines:
        room -= words_in(line)
        if shown and room < 0:
            break
        shown += 1
        yield line
    if shown < len(lines):
        yield MORE.format(len(lines) - shown)
    yield from ("", NO_PROOF)


def questions_of(
    asked: Asked, response: wire.CheckPrescriptionResponse, rules: Mapping[str, Rule], least: int
) -> list[wire.Gap]:
    """The gaps an answer to which could change a card, the gravest first.

    A contraindication is shown wherever it stands; of anything milder what is about the orders at
    hand, from the least severity on that the caller is shown.
    """
    at_hand = [
        each
        for medication in response.medications
        if medication.id in asked.focus
        for each in medication.ingredients
    ]
    found = [
        gap
        for gap in response.gaps
        if gap.worst == terms.SEVERITY_CONTRAINDICATED
        or (gap.worst >= least and _bears_on(gap, asked, at_hand, rules))
    ]
    return sorted(found, key=lambda gap: -gap.worst)


def _bears_on(
    gap: wire.Gap,
    asked: Asked,
    at_hand: Sequence[wire.Ingredient],
    rules: Mapping[str, Rule],
) -> bool:
    """Whether an unknown is about the orders at hand, by itself or by a rule about their drugs."""
    if gap.medication_ids:
        return not asked.focus.isdisjoint(gap.medication_ids)
    told = (rules[each] for each in gap.would_change if each in rules)
    return any(
        drugs.ingredients.intersection({each.name}) or drugs.classes.intersection(each.classes)
        for rule in told
        for drugs in (rule.drugs, rule.partners)
        if drugs
        for each in at_hand
    )


def _is_grave(
    asked: Asked, questions: Sequence[wire.Gap], response: wire.CheckPrescriptionResponse
) -> bool:
    """Whether an unknown may be a contraindication of an order at hand.

    An unknown of the patient bears on amifampridine; where that is merely taken beside the orders
    at hand, the question is asked without urgency each time, not warned of.
    """
    grave = [gap for gap in questions if gap.worst == terms.SEVERITY_CONTRAINDICATED]
    if any(asked.focus.intersection(gap.medication_ids) for gap in grave):
        return True
    return any(not gap.medication_ids for gap in grave) and any(
        AMINOPYRIDINE in ingredient.classes
        for each in response.medications
        if each.id in asked.focus
        for ingredient in each.ingredients
    )


def _doubts_that_matter(response: wire.CheckPrescriptionResponse) -> list[wire.Doubt]:
    """The doubts of the patient that could change what is shown.

    An allergy decides what is offered instead, and nothing where no drug would be offered. One to
    amifampridine is a question of its own.
    """
    is_offered = any(
        finding.alternatives or finding.action.endswith(NOTHING_FITS)
        for alert in response.alerts
        for finding in alert.findings
    )
    return [each for each in response.doubts if is_offered or each.field != ALLERGIES]


def _may_change_an_alert(response: wire.CheckPrescriptionResponse) -> bool:
    """Whether a diagnosis was not understood; an allergy changes only what is offered instead."""
    return any(doubt.field == CONDITIONS for doubt in response.doubts)


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


def _question_line(gap: wire.Gap, teller: CardWording) -> str:
    orders = ", ".join(teller.name(each) for each in gap.medication_ids)
    of_orders = f" ({orders})" if orders else ""
    return f"- {plain(gap.ask)}{of_orders} Could bring **{SEVERITIES[gap.worst]}**."


def _told(
    orders: list[wire.MedicationResult],
    parts: list[str],
    doubts: Sequence[wire.Doubt],
    questions: Sequence[wire.Gap],
    rest: list[str],
    asked: Asked,
) -> Iterator[str]:
    for disposition, words in WORDS.items():
        names = [asked.orders[each.id].name for each in orders if each.disposition == disposition]
        if names:
            yield f"{words}: {', '.join(names)}"
    if parts:
        yield "part of the record"
    if doubts:
        yield f"not understood: {', '.join(f'{each.field} “{each.words}”' for each in doubts)}"
    if questions:
        more = f" (and {len(questions) - 1} more)" if len(questions) > 1 else ""
        yield f"{questions[0].ask}{more}"
    if rest and not (orders or parts or doubts or questions):
        yield "; ".join(rest)
