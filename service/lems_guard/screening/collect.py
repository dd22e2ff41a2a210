"""Collecting: the rulings of all exposures, merged into findings and gaps."""

from collections import defaultdict

from lems_guard.clinical.alert import Exposure, Finding, Gap
from lems_guard.clinical.fact_table import FACTS
from lems_guard.clinical.facts import Elsewhere, Lack, name_of
from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import Outcome, Rule
from lems_guard.clinical.severity import Certainty, Severity
from lems_guard.screening.judge import Doubt, Judgement, Ruling
from lems_guard.screening.situation import Situation


class _Draft:
    """A finding in the making: one rule's outcome for one drug, over several exposures."""

    __slots__ = ("exposures", "judgement", "missing", "partners", "rule", "via")

    def __init__(self, rule: Rule, judgement: Judgement, via: str) -> None:
        self.rule = rule
        self.judgement = judgement
        self.via = via
        self.exposures: list[Exposure] = []
        self.partners: dict[tuple[int, str], Exposure] = {}
        self.missing: frozenset[Lack] = frozenset()


class _Question:
    """A gap in the making."""

    __slots__ = ("orders", "rules", "worst")

    def __init__(self) -> None:
        self.rules: set[str] = set()
        self.orders: set[int] = set()
        self.worst = Severity.INFORMATION


class Collection:
    """Rulings as they come, in any order; findings and gaps come out in a total order."""

    def __init__(self, situation: Situation) -> None:
        """Start with nothing collected."""
        self._situation = situation
        self._drafts: dict[tuple[str, str, int, Severity, Certainty], _Draft] = {}
        self._questions: dict[str, _Question] = defaultdict(_Question)

    def add(
        self,
        rule: Rule,
        via: str,
        exposure: Exposure,
        partners: list[Exposure],
        ruling: Ruling,
    ) -> None:
        """Take in what one rule says of one exposure (beside its partners, in an interaction)."""
        for doubt in ruling.doubts:
            self._ask(rule, exposure, doubt)
        if ruling.judgement is None:
            return
        judgement = ruling.judgement
        if (
            judgement.certainty is Certainty.ESTABLISHED
            and partners
            and not any(partner.sure for partner in partners)
        ):
            judgement = judgement._replace(
                certainty=Certainty.POSSIBLE, missing=judgement.missing | {"identity"}
            )
        row = row_of(rule, judgement.outcome)
        key = (exposure.ingredient.name, rule.id, row, judgement.severity, judgement.certainty)
        draft = self._drafts.get(key)
        if draft is None:
            draft = self._drafts[key] = _Draft(rule, judgement, via)
        draft.exposures.append(exposure)
        draft.missing |= judgement.missing
        for partner in partners:
            draft.partners[partner.order, partner.ingredient.name] = partner

    def _ask(self, rule: Rule, exposure: Exposure, doubt: Doubt) -> None:
        fact = name_of(doubt.lack)
        question = self._questions[fact]
        question.rules.add(rule.id)
        question.worst = max(question.worst, doubt.severity)
        if isinstance(doubt.lack, Elsewhere):
            question.orders.add(doubt.lack.order)
        elif FACTS[fact].of_order:
            question.orders.add(exposure.order)

    def findings(self) -> dict[str, list[Finding]]:
        """The findings by offending drug, worst first within each."""
        by_drug: dict[str, list[Finding]] = defaultdict(list)
        for (drug, *_), draft in self._drafts.items():
            by_drug[drug].append(self._finding(draft))
        for findings in by_drug.values():
            findings.sort(key=order_of_findings)
        return by_drug

    def _finding(self, draft: _Draft) -> Finding:
        outcome, severity, certainty, _ = draft.judgement
        indices = {exposure.order for exposure in (*draft.exposures, *draft.partners.values())}
        orders = self._situation.request.orders
        return Finding(
            draft.rule,
            outcome,
            severity,
            certainty,
            tuple(orders[index][0].id for index in sorted(indices)),
            tuple(sorted({name_of(lack) for lack in draft.missing})),
            self._why(outcome, draft),
        )

    def _why(self, outcome: Outcome, draft: _Draft) -> tuple[str, ...]:
        """Order → ingredient → class → route → rule, a line for each exposure and each partner."""
        lines = []
        for exposure in sorted(draft.exposures, key=lambda exposure: exposure.order):
            order = self._situation.order_of(exposure)
            parts = [order.id, exposure.ingredient.name]
            parts += [draft.via] * bool(draft.via)
            if outcome.routes is not None:
                parts.append(spoken_route(exposure.route))
            lines.append(" → ".join((*parts, draft.rule.id)))
        for _, partner in sorted(draft.partners.items()):
            lines.append(f"{self._situation.order_of(partner).id} → {partner.ingredient.name}")
        return tuple(lines)

    def gaps(self) -> tuple[Gap, ...]:
        """What was not known and would change something, gravest first."""
        orders = self._situation.request.orders
        found = [
            Gap(
                fact,
                tuple(sorted(question.rules)),
                question.worst,
                FACTS[fact].ask,
                tuple(orders[index][0].id for index in sorted(question.orders)),
            )
            for fact, question in self._questions.items()
        ]
        return tuple(sorted(found, key=lambda gap: (-gap.worst, gap.fact)))


def order_of_findings(finding: Finding) -> tuple[int, int, int, str, int]:
    """Worst first; then the surer; then by concern, rule and row: no two are equal."""
    rule, row = finding.rule, row_of(finding.rule, finding.outcome)
    return (-finding.severity, finding.certainty, rule.concern, rule.id, row)


def row_of(rule: Rule, outcome: Outcome) -> int:
    """Which row of a rule's decision table an outcome is.

    Told by identity: comparing outcomes would compare all that they advise.
    """
    for row, each in enumerate(rule.outcomes):
        if each is outcome:
            return row
    raise LookupError(f"{rule.id} has no such outcome")


def spoken_route(route: Route | None) -> str:
    """A route as a person says it: "intravenous", "enteral tube"."""
    return route.name.lower().replace("_", " ") if route else "route not known"
