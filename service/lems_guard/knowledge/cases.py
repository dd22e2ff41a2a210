"""Running cases: each against the whole knowledge base, and all that it says is compared.

Expectations are total: a finding that no line expects fails the case as much as one that is
missing; so does a gap that names a rule of the same file, and an order that is not understood.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple, TypeAlias

from lems_guard.clinical.alert import Screening, ScreeningRequest
from lems_guard.clinical.medication import Disposition, Medication, Understood
from lems_guard.clinical.severity import Certainty
from lems_guard.knowledge.problems import Problem
from lems_guard.knowledge.suites import Case, Expected, Suite
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.screen import RuleScreener

Understand: TypeAlias = Callable[[Medication], Understood]

UNDERSTOOD = frozenset({Disposition.EVALUATED, Disposition.NOT_CURRENT})


class CaseResult(NamedTuple):
    """What became of one case: nothing in `differences` means that it passed."""

    file: str
    case: Case
    differences: tuple[str, ...]

    def problem(self) -> Problem:
        """The failure as a problem of the case file."""
        lines = "".join(f"\n    {line}" for line in self.differences)
        message = f"case {self.case.name!r} gives something else:{lines}"
        return Problem(*self.case.place, "case-failed", message)


def run_suites(
    suites: Iterable[Suite], knowledge: KnowledgeBase, understand: Understand
) -> Iterator[CaseResult]:
    """Run every case of every file."""
    for suite in suites:
        for case in suite.cases:
            yield run_case(case, suite, knowledge, understand)


def run_case(
    case: Case, suite: Suite, knowledge: KnowledgeBase, understand: Understand
) -> CaseResult:
    """Screen a case's request and compare."""
    orders = tuple((order, understand(order)) for order in case.orders)
    request = ScreeningRequest(case.patient, orders, case.jurisdiction, case.as_of)
    screening = RuleScreener().screen(request, knowledge)
    differences = (
        *_orders(case, request),
        *_findings(case, screening),
        *_gaps(case, suite, screening),
        *_shown(case, screening),
    )
    return CaseResult(suite.file, case, differences)


def _orders(case: Case, request: ScreeningRequest) -> Iterator[str]:
    """Orders that were not understood, unless the case is about that."""
    unclear = [pair for pair in request.orders if pair[1].disposition not in UNDERSTOOD]
    if case.incomplete and not unclear:
        yield "- incomplete: true, but every order is understood"
    if not case.incomplete:
        for order, understood in unclear:
            yield f"! order {order.id} {order.text!r} is {understood.disposition.name}"


def _findings(case: Case, screening: Screening) -> Iterator[str]:
    got = Counter(
        Expected(alert.drug, finding.rule.id, finding.severity, finding.certainty)
        for alert in screening.alerts
        for finding in alert.findings
    )
    expected = Counter(case.expect)
    for finding in sorted((expected - got).elements()):
        yield f"- expected  {finding}"
    for finding in sorted((got - expected).elements()):
        yield f"+ got       {finding}"


def _gaps(case: Case, suite: Suite, screening: Screening) -> Iterator[str]:
    """Gaps count where they name a rule of this file; other files answer for theirs."""
    got = {gap.fact for gap in screening.gaps if not suite.rules.isdisjoint(gap.would_change)}
    expected = set(case.gaps)
    for fact in sorted(expected - got):
        yield f"- expected  gap {fact}"
    for fact in sorted(got - expected):
        yield f"+ got       gap {fact}"


def _shown(case: Case, screening: Screening) -> Iterator[str]:
    """What a case claims to show of its rule must be seen in what the rule said."""
    findings = [
        finding
        for alert in screening.alerts
        for finding in alert.findings
        if finding.rule.id == case.rule
    ]
    asked = any(case.rule in gap.would_change for gap in screening.gaps)
    unsure = any(item.missing or item.certainty is Certainty.POSSIBLE for item in findings)
    if case.shows == "fires" and not findings:
        yield f"! shows 'fires', but {case.rule} finds nothing"
    if case.shows == "near-miss" and findings:
        yield f"! shows 'near-miss', but {case.rule} finds something"
    if case.shows == "missing-fact" and not (asked or unsure):
        yield f"! shows 'missing-fact', but {case.rule} misses none"
