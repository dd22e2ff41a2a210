"""Collecting: what all rules say of all exposures to one drug, merged into findings."""

from collections.abc import Iterator

from lems_guard.clinical.alert import Exposure, Finding
from lems_guard.clinical.facts import name_of
from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import Outcome, Rule
from lems_guard.clinical.severity import Certainty, Severity
from lems_guard.screening.alternatives import fitting
from lems_guard.screening.facts_beside import DrugPartners, Partners, place_of
from lems_guard.screening.gaps import OpenQuestion, question_of
from lems_guard.screening.judge import Judgement, Ruling
from lems_guard.screening.situation import Situation

# A finding explains itself by so many orders, and names so many that the drug interacts with: two
# drugs of 250 orders each would else make answers of megabytes. No list that is read has as many.
MOST_LINES, MOST_PARTNERS = 50, 20


class _Draft:
    """A finding in the making: one rule's outcome for one drug, over several exposures."""

    __slots__ = ("_partners", "exposures", "judgement", "missing", "rule", "via")

    def __init__(self, rule: Rule, judgement: Judgement, via: str) -> None:
        self.rule = rule
        self.judgement = judgement
        self.via = via
        self.exposures: list[Exposure] = []
        self.missing: set[str] = set()
        self._partners: dict[int, tuple[DrugPartners, set[Exposure]]] = {}

    def stands_beside(self, partners: Partners) -> None:
        """One more exposure has partners: all that one of them has are the finding's."""
        of_drug, _, left_out = partners
        known = self._partners.get(id(of_drug))
        if known is None:
            self._partners[id(of_drug)] = of_drug, set(left_out)
        else:
            known[1].intersection_update(left_out)

    def partners(self) -> list[Exposure]:
        """The partners of all exposures together, in the request's order."""
        found = [
            [each for each in partners.in_order if each not in left_out]
            if left_out
            else partners.in_order
            for partners, left_out in self._partners.values()
        ]
        if len(found) == 1:
            return found[0]
        return sorted({each for partners in found for each in partners}, key=place_of)


class Collection:
    """Rulings on one drug as they come, in any order; findings come out in a total order."""

    def __init__(self, situation: Situation) -> None:
        """Start with nothing collected."""
        self._situation = situation
        self._drafts: dict[tuple[str, int, Severity, Certainty], _Draft] = {}
        self.questions: list[OpenQuestion] = []

    def add(
        self,
        rule: Rule,
        via: str,
        exposure: Exposure,
        partners: Partners | None,
        ruling: Ruling,
    ) -> None:
        """Take in what one rule says of one exposure (beside its partners, in an interaction)."""
        for doubt in ruling.doubts:
            self.questions.append(question_of(rule, exposure, doubt))
        if ruling.judgement is None:
            return
        judgement = ruling.judgement
        is_sure = partners is None or partners.of_drug.has_sure
        if judgement.certainty is Certainty.ESTABLISHED and not is_sure:
            judgement = judgement._replace(
                certainty=Certainty.POSSIBLE, missing=judgement.missing | {"identity"}
            )
        row = row_of(rule, judgement.outcome)
        key = (rule.id, row, judgement.severity, judgement.certainty)
        draft = self._drafts.get(key)
        if draft is None:
            draft = self._drafts[key] = _Draft(rule, judgement, via)
        draft.exposures.append(exposure)
        draft.missing.update(map(name_of, judgement.missing))
        if partners is not None:
            draft.stands_beside(partners)

    def findings(self) -> tuple[Finding, ...]:
        """The findings, worst first."""
        found = [self._finding(draft) for draft in self._drafts.values()]
        if len(found) > 1:
            found.sort(key=order_of_findings)
        return tuple(found)

    def _finding(self, draft: _Draft) -> Finding:
        outcome, severity, certainty, _ = draft.judgement
        partners = draft.partners()
        named = partners[:MOST_PARTNERS]
        places = {exposure.order for exposure in (*draft.exposures, *named)}
        orders = self._situation.request.orders
        lines = [*self._lines(outcome, draft), *self._partner_lines(named)]
        lines += _more(len(draft.exposures) - MOST_LINES, "orders of the same drug")
        lines += _more(len(partners) - MOST_PARTNERS, "orders that it interacts with")
        return Finding(
            draft.rule,
            outcome,
            severity,
            certainty,
            tuple(dict.fromkeys([orders[place][0].id for place in sorted(places)])),
            tuple(sorted(draft.missing)),
            tuple(lines),
            fitting(outcome, draft.exposures, self._situation),
        )

    def _lines(self, outcome: Outcome, draft: _Draft) -> Iterator[str]:
        """Order → ingredient → class → route → rule, a line for each exposure."""
        exposures = sorted(draft.exposures, key=lambda exposure: exposure.order)
        for exposure in exposures[:MOST_LINES]:
            order = self._situation.order_of(exposure)
            parts = [order.id, exposure.ingredient.name]
            parts += [draft.via] * bool(draft.via)
            if outcome.routes is not None:
                parts.append(spoken_route(exposure.route))
            yield " → ".join((*parts, draft.rule.id))

    def _partner_lines(self, partners: list[Exposure]) -> Iterator[str]:
        for partner in partners:
            yield f"{self._situation.order_of(partner).id} → {partner.ingredient.name}"


def _more(number: int, what: str) -> list[str]:
    return [f"… and {number} more {what}"] if number > 0 else []


def order_of_findings(finding: Finding) -> tuple[int, int, int, str, int]:
    """Worst first; then the surer; then by concern, rule and row: no two are equal."""
    rule, row = finding.rule, row_of(finding.rule, finding.outcome)
    return (-finding.severity, finding.certainty, rule.concern, rule.id, row)


def row_of(rule: Rule, outcome: Outcome) -> int:
    """Which row of a rule's decision table an outcome is.

    PartnerFact by identity: comparing outcomes would compare all that they advise.
    """
    for row, each in enumerate(rule.outcomes):
        if each is outcome:
            return row
    raise LookupError(f"{rule.id} has no such outcome")


def spoken_route(route: Route | None) -> str:
    """A route as a person says it: "intravenous", "enteral tube"."""
    return route.name.lower().replace("_", " ") if route else "route not known"
