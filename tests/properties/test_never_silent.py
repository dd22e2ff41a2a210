"""The first promise: what is unknown is never taken for "no", and what is certain stays so."""

from collections.abc import Iterator
from typing import NamedTuple

from hypothesis import given

from builders import findings_of
from lems_guard.clinical.alert import Screening, ScreeningRequest
from lems_guard.clinical.medication import MedicationList
from lems_guard.clinical.rule import RuleKind
from lems_guard.clinical.severity import Certainty, Severity
from lems_guard.screening.screen import RuleScreener
from searching import examples
from worlds import Story, names_in, stories

thorough = examples(400)


class Claim(NamedTuple):
    """A rule says something of a drug in an order."""

    drug: str
    rule: str
    order: str


def claims(screening: Screening, asked: ScreeningRequest) -> Iterator[tuple[Claim, Severity, bool]]:
    """All that is said of each order of an offending drug, and whether it is established."""
    readings = {medication.id: understood for medication, understood in asked.orders}
    for alert, finding in findings_of(screening):
        if finding.rule.kind is RuleKind.CUMULATIVE:
            continue  # counts what other findings say, which are claims themselves
        for order in finding.medication_ids:
            if alert.drug in names_in(readings[order]):
                established = finding.certainty is Certainty.ESTABLISHED
                is_sure = len(readings[order].readings) == 1
                claim = Claim(alert.drug, finding.rule.id, order)
                yield claim, finding.severity, established and is_sure


def worst(screening: Screening, asked: ScreeningRequest) -> dict[Claim, Severity]:
    found: dict[Claim, Severity] = {}
    for claim, severity, _ in claims(screening, asked):
        found[claim] = max(severity, found.get(claim, severity))
    return found


@thorough
@given(stories())
def test_whatever_a_fact_would_bring_is_named_while_it_is_unknown(story: Story) -> None:
    """No rule shows anything worse of fuller knowledge than a finding or a gap had told before.

    What would be no alert of its own, or of a drug that is tolerated already would not interrupt,
    is not asked for.
    """
    before = RuleScreener().screen(story.hidden, story.known)
    after = RuleScreener().screen(story.told, story.known)
    warned = worst(before, story.hidden)
    asked = {rule: gap.worst for gap in reversed(before.gaps) for rule in gap.would_change}
    for claim, severity, _ in claims(after, story.told):
        told = max(warned.get(claim, 0), asked.get(claim.rule, 0))
        if severity >= least_shown(claim.drug, before, story.hidden):
            assert severity <= told, f"{claim} came as a surprise: {severity.name}"


def least_shown(drug: str, before: Screening, asked: ScreeningRequest) -> int:
    """How bad a finding on a drug must be to change what is shown of it."""
    shown = [alert.severity for alert in before.alerts if alert.drug == drug]
    if shown:
        return max(*shown, Severity.MONITOR) + 1
    orders = [order for order, read in asked.orders if drug in names_in(read)]
    is_new = any(order.list is not MedicationList.ACTIVE for order in orders)
    return Severity.CAUTION if is_new else Severity.AVOID


@thorough
@given(stories())
def test_what_is_established_stays_so_whatever_else_is_learnt(story: Story) -> None:
    """Fuller knowledge may add to an established finding, but not take it away."""
    before = RuleScreener().screen(story.hidden, story.known)
    after = worst(RuleScreener().screen(story.told, story.known), story.told)
    for claim, severity, established in claims(before, story.hidden):
        if established:
            assert claim in after, f"{claim} was established and is gone"
            assert after[claim] >= severity, f"{claim} was established and became milder"


@thorough
@given(stories())
def test_an_unknown_is_asked_for_or_named_as_missing(story: Story) -> None:
    screening = RuleScreener().screen(story.hidden, story.known)
    for _, finding in findings_of(screening):
        if finding.certainty is Certainty.ESTABLISHED:
            assert not finding.missing
        else:
            by_row = finding.outcome.certainty is Certainty.POSSIBLE
            assert finding.missing or by_row
    for gap in screening.gaps:
        assert gap.ask
        assert gap.would_change
