"""A site's say: a rule's severity changed, or a rule switched off, by somebody and for a time."""

import dataclasses
import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lems_guard.clinical.rule import Outcome, Rule
from lems_guard.clinical.severity import Severity


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What a site changes of a rule, who decided it, why, and the last day on which it holds.

    `row` counts the rule's outcomes from 1, 0 for all of them; no severity switches the rule off.
    """

    rule: str
    row: int
    severity: Severity | None
    who: str
    reason: str
    expires: datetime.date
    accept_risk: str = ""
    """Whose word it is that a label's contraindication is weakened here, and why that is taken."""

    def words(self) -> str:
        """As it is told in every answer while it holds."""
        where = f" outcome {self.row}" if self.row else ""
        what = "is switched off" if self.severity is None else f"says {self.severity.name}"
        return (
            f"Site overlay: rule {self.rule}{where} {what} until {self.expires.isoformat()}, "
            f"by {self.who}: {self.reason}{self._risk()}"
        )

    def _risk(self) -> str:
        told = f". The risk of a contraindication is accepted: {self.accept_risk}"
        return told if self.accept_risk else ""


def adjusted(rules: Iterable[Rule], adjustments: Sequence[Adjustment]) -> tuple[Rule, ...]:
    """The rules as a site has them; what it does not touch is the same object."""
    found = []
    for rule in rules:
        own = [each for each in adjustments if each.rule == rule.id]
        if not own:
            found.append(rule)
        elif all(each.severity is not None for each in own):
            outcomes = tuple(
                _adjusted(outcome, row, own) for row, outcome in enumerate(rule.outcomes, start=1)
            )
            found.append(dataclasses.replace(rule, outcomes=outcomes))
    return tuple(found)


def _adjusted(outcome: Outcome, row: int, adjustments: Iterable[Adjustment]) -> Outcome:
    for each in adjustments:
        if each.row in (0, row) and each.severity is not None:
            return dataclasses.replace(outcome, severity=each.severity)
    return outcome
