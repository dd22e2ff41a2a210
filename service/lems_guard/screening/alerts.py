"""Alerts: the findings of one offending drug together, as one thing a person reads."""

import hashlib
from collections.abc import Collection, Iterable

from lems_guard.clinical.alert import Alert, Finding
from lems_guard.clinical.patient import LemsStatus
from lems_guard.clinical.rule import Rule
from lems_guard.clinical.severity import Severity
from lems_guard.screening.collect import order_of_findings, row_of
from lems_guard.screening.cumulative import burdens_of, lines_instead, notes_on
from lems_guard.screening.situation import Situation

SUSPECTED = (
    "LEMS suspected, not confirmed: same precautions until excluded; do not delay urgent treatment."
)


def told(alerts: Iterable[Alert], rules: Iterable[Rule], situation: Situation) -> tuple[Alert, ...]:
    """All alerts in a total order (worst, surest and proposed first), with notes on burdens."""
    ordered = tuple(sorted(alerts, key=order_of_alerts))
    burdens = burdens_of(ordered, rules)
    if not burdens:
        return ordered
    notes, lines = notes_on(burdens, situation), lines_instead(burdens, situation)
    quieter = (_quieter(alert, lines.get(alert.drug, ()), situation) for alert in ordered)
    noted = (_noted(alert, notes.get(alert.drug, []), situation) for alert in quieter)
    return tuple(sorted(noted, key=order_of_alerts)) if lines else tuple(noted)


def _quieter(alert: Alert, told: Collection[Finding], situation: Situation) -> Alert:
    """The alert with what another one tells already as a line."""
    if not told:
        return alert
    findings = [
        each._replace(severity=Severity.MONITOR) if any(each is one for one in told) else each
        for each in alert.findings
    ]
    return alert_of(alert.drug, tuple(sorted(findings, key=order_of_findings)), situation)


def _noted(alert: Alert, notes: list[Finding], situation: Situation) -> Alert:
    """The alert with what is added to it: all else but its content's name stays."""
    if not notes:
        return alert
    findings = tuple(sorted((*alert.findings, *notes), key=order_of_findings))
    return alert._replace(findings=findings, id=_content_id(alert.drug, findings, situation))


def order_of_alerts(alert: Alert) -> tuple[int, int, bool, str]:
    """Worst first; then the surer; then what is proposed; then by name."""
    return (-alert.severity, alert.certainty, not alert.involves_proposed, alert.drug)


def alert_of(drug: str, findings: tuple[Finding, ...], situation: Situation) -> Alert:
    """The one alert of an offending drug."""
    ids = [situation.order_of(exposure).id for exposure in situation.by_ingredient[drug]]
    worst = findings[0]
    involved = {medication_id for finding in findings for medication_id in finding.medication_ids}
    return Alert(
        id=_content_id(drug, findings, situation),
        drug=drug,
        severity=worst.severity,
        certainty=worst.certainty,
        summary=_summary(drug, findings, situation),
        medication_ids=tuple(ids) if len(ids) == 1 else tuple(dict.fromkeys(ids)),
        findings=findings,
        involves_proposed=not involved.isdisjoint(situation.proposed_ids),
        override_policy=max([finding.outcome.advice.override_policy for finding in findings]),
    )


def _summary(drug: str, findings: tuple[Finding, ...], situation: Situation) -> str:
    summary = findings[0].outcome.advice.summary.replace("{drug}", drug)
    suspected = situation.patient.lems_status is LemsStatus.SUSPECTED
    if suspected and any(finding.rule.needs_lems for finding in findings):
        return f"{SUSPECTED} {summary}"
    return summary


def _content_id(drug: str, findings: tuple[Finding, ...], situation: Situation) -> str:
    """The same content has the same id, for whichever patient and orders."""
    parts = [drug, situation.request.jurisdiction.name]
    for finding in findings:
        parts += (
            f"{finding.rule.id}@{finding.rule.version}",
            f"{row_of(finding.rule, finding.outcome)}/{finding.severity:d}{finding.certainty:d}",
            finding.outcome.advice.summary,
        )
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=8).hexdigest()
