"""A screening as it is stored: numbers for rules and rows, places for orders, few words.

The advice is not stored: the same digest means the same rules, so their numbers are enough.
"""

import msgspec

from lems_guard.caching.fingerprint import bound, place_of_slot
from lems_guard.caching.seal import encode
from lems_guard.clinical.alert import Alert, Completeness, Finding, Gap, Screening
from lems_guard.clinical.severity import Certainty, OverridePolicy, Severity
from lems_guard.screening.collect import row_of
from lems_guard.screening.knowledge_base import KnowledgeBase


class StoredFinding(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A `Finding`; `rule` and `row` count from 0."""

    rule: int
    row: int
    severity: Severity
    certainty: Certainty
    orders: tuple[str, ...]
    missing: tuple[str, ...]
    why: tuple[str, ...]


class StoredAlert(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An `Alert`."""

    id: str
    drug: str
    severity: Severity
    certainty: Certainty
    summary: str
    orders: tuple[str, ...]
    findings: tuple[StoredFinding, ...]
    involves_proposed: bool
    override_policy: OverridePolicy


class StoredScreening(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """A `Screening`."""

    alerts: tuple[StoredAlert, ...]
    gaps: tuple[Gap, ...]
    completeness: Completeness
    notes: tuple[str, ...]


_decode = msgspec.msgpack.Decoder(StoredScreening).decode


class Shelf:
    """Packs and unpacks screenings made with one knowledge base."""

    __slots__ = ("_knowledge", "_numbers")

    def __init__(self, knowledge: KnowledgeBase) -> None:
        """Number the rules."""
        self._knowledge = knowledge
        self._numbers = {rule.id: number for number, rule in enumerate(knowledge.rules)}

    def packed(self, screening: Screening) -> bytes:
        """A screening of a stripped request, in bytes."""
        alerts = tuple(self._stored_alert(alert) for alert in screening.alerts)
        return encode(
            StoredScreening(alerts, screening.gaps, screening.completeness, screening.notes)
        )

    def unpacked(self, content: bytes) -> Screening | None:
        """The screening in some bytes; `None` when they are none."""
        try:
            stored = _decode(content)
            return Screening(
                tuple([self._alert(each) for each in stored.alerts]),
                stored.gaps,
                stored.completeness,
                stored.notes,
            )
        except (msgspec.MsgspecError, IndexError):
            return None

    def _stored_alert(self, alert: Alert) -> StoredAlert:
        return StoredAlert(
            alert.id,
            alert.drug,
            alert.severity,
            alert.certainty,
            alert.summary,
            alert.medication_ids,
            tuple(self._stored_finding(finding) for finding in alert.findings),
            alert.involves_proposed,
            alert.override_policy,
        )

    def _stored_finding(self, finding: Finding) -> StoredFinding:
        return StoredFinding(
            self._numbers[finding.rule.id],
            row_of(finding.rule, finding.outcome),
            finding.severity,
            finding.certainty,
            finding.medication_ids,
            finding.missing,
            finding.why,
        )

    def _alert(self, stored: StoredAlert) -> Alert:
        return Alert(
            stored.id,
            stored.drug,
            stored.severity,
            stored.certainty,
            stored.summary,
            stored.orders,
            tuple([self._finding(each) for each in stored.findings]),
            stored.involves_proposed,
            stored.override_policy,
        )

    def _finding(self, stored: StoredFinding) -> Finding:
        rule = self._knowledge.rules[stored.rule]
        return Finding(
            rule,
            rule.outcomes[stored.row],
            stored.severity,
            stored.certainty,
            stored.orders,
            stored.missing,
            stored.why,
        )


def with_ids(screening: Screening, ids: tuple[str, ...]) -> Screening:
    """A screening of a stripped request, its orders named by their own ids again."""
    return Screening(
        tuple([_alert_with_ids(alert, ids) for alert in screening.alerts]),
        tuple(
            [gap._replace(medication_ids=bound(gap.medication_ids, ids)) for gap in screening.gaps]
        ),
        screening.completeness,
        screening.notes,
    )


def _alert_with_ids(alert: Alert, ids: tuple[str, ...]) -> Alert:
    return alert._replace(
        medication_ids=bound(alert.medication_ids, ids),
        findings=tuple([_finding_with_ids(finding, ids) for finding in alert.findings]),
    )


def _finding_with_ids(finding: Finding, ids: tuple[str, ...]) -> Finding:
    return finding._replace(
        medication_ids=bound(finding.medication_ids, ids),
        # Every line of why begins with the order that it speaks of.
        why=tuple([ids[place_of_slot(line[0])] + line[1:] for line in finding.why]),
    )
