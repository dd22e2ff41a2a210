"""Collecting: what all rules say of all exposures to one drug, merged into findings."""

from lems_guard.clinical.alert import Exposure, Finding
from lems_guard.clinical.facts import Lack, name_of
from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import Outcome, Rule
from lems_guard.clinical.severity import Certainty, Severity
from lems_guard.screening.gaps import Question, question_of
from lems_guard.screening.judge import Judgement, Ruling
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


class Collection:
    """Rulings on one drug as they come, in any order; findings come out in a total order."""

    def __init__(self, situation: Situation) -> None:
        """Start with nothing collected."""
        self._situation = situation
        self._drafts: dict[tuple[str, int, Severity, Certainty], _Draft] = {}
        self.questions: list[Question] = []

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
            self.questions.append(question_of(rule, exposure, doubt, self._situation))
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
        key = (rule.id, row, judgement.severity, judgement.certainty)
        draft = self._drafts.get(key)
        if draft is None:
            draft = self._drafts[key] = _Draft(rule, judgement, via)
        draft.exposures.append(exposure)
        draft.missing |= judgement.missing
        for partner in partners:
            draft.partners[partner.order, partner.ingredient.name] = partner

    def findings(self) -> tuple[Finding, ...]:
        """The findings, worst first."""
        found = [self._finding(draft) for draft in self._drafts.values()]
        if len(found) > 1:
            found.sort(key=order_of_findings)
        return tuple(found)

    def _finding(self, draft: _Draft) -> Finding:
        outcome, severity, certainty, _ = draft.judgement
        places = {exposure.order for exposure in draft.exposures}
        places.update([partner.order for partner in draft.partners.values()])
        orders = self._situation.request.orders
        return Finding(
            draft.rule,
            outcome,
            severity,
            certainty,
            tuple([orders[place][0].id for place in sorted(places)]),
            tuple(sorted({name_of(lack) for lack in draft.missing})) if draft.missing else (),
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
