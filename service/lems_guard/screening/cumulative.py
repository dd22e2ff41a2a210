"""Burdens that add up: a note where two or more drugs do the same harm.

The note joins the first alert that counts towards it. It raises nothing: what each drug does alone
has been said. Where it is told once, the first alert speaks for all: a caution on the others, as on
the second sedative of an anaesthetic, becomes a line.
"""

from collections.abc import Iterable
from typing import TypeAlias

from lems_guard.clinical.alert import Alert, Finding
from lems_guard.clinical.patient import LemsStatus
from lems_guard.clinical.rule import Rule, RuleKind
from lems_guard.clinical.severity import Certainty, Concern, Severity
from lems_guard.screening.situation import Situation

# The drug of an alert, and what is said of it for one concern at CAUTION or worse.
Share: TypeAlias = tuple[Alert, tuple[Finding, ...]]


# A rule, and the drugs that count towards its note.
Burden: TypeAlias = tuple[Rule, list[Share]]


def burdens_of(alerts: tuple[Alert, ...], rules: Iterable[Rule]) -> list[Burden]:
    """The rules to whose concern more than one drug counts."""
    shares = shares_of(alerts)
    found = [(rule, shares.get(rule.concern, [])) for rule in rules] if len(alerts) > 1 else []
    burdens = [burden for burden in found if len(burden[1]) > 1]
    once = [{share[0].drug for share in shares} for rule, shares in burdens if rule.told_once]
    in_all = frozenset[str]().union(*once).intersection(*once)
    return [
        (rule, _speaker_first(shares, in_all) if rule.told_once else shares)
        for rule, shares in burdens
    ]


def _speaker_first(shares: list[Share], in_all: frozenset[str]) -> list[Share]:
    """The drug whose alert speaks for all comes first.

    That is one that is proposed, since what is taken may not be shown beside it; and of those that
    are as bad, one that speaks for the other burdens too, so that one alert does for all of them.
    """

    def rank(share: Share) -> tuple[bool, int, bool]:
        alert = share[0]
        return not alert.involves_proposed, -alert.severity, alert.drug not in in_all

    return sorted(shares, key=rank)


def notes_on(burdens: Iterable[Burden], situation: Situation) -> dict[str, list[Finding]]:
    """The notes by the drug in whose alert they stand."""
    found: dict[str, list[Finding]] = {}
    for rule, shares in burdens:
        if _speaks(rule, situation) and _are_two(shares, situation):
            found.setdefault(shares[0][0].drug, []).append(_note(rule, shares, situation))
    return found


def lines_instead(
    burdens: Iterable[Burden], situation: Situation
) -> dict[str, tuple[Finding, ...]]:
    """The cautions that the first alert tells already, by drug.

    What is proposed is left to no alert on what is taken already: that may not be shown beside it.
    What speaks of the patient rather than of the drug stays as it is.
    """
    found: dict[str, tuple[Finding, ...]] = {}
    for rule, shares in burdens:
        if not (rule.told_once and _speaks(rule, situation) and _are_two(shares, situation)):
            continue
        first = shares[0][0]
        for alert, findings in shares[1:]:
            if first.involves_proposed or not alert.involves_proposed:
                told = [each for each in findings if _is_caution_on_drug(each)]
                found[alert.drug] = (*found.get(alert.drug, ()), *told)
    return found


def _is_caution_on_drug(finding: Finding) -> bool:
    is_caution = finding.severity is Severity.CAUTION
    return is_caution and finding.rule.kind is RuleKind.DRUG_DISEASE


def shares_of(alerts: Iterable[Alert]) -> dict[Concern, list[Share]]:
    """The drugs that count for each concern, in the order of their alerts."""
    shares: dict[Concern, list[Share]] = {}
    for alert in alerts:
        counted: dict[Concern, list[Finding]] = {}
        for finding in alert.findings:
            if finding.severity >= Severity.CAUTION:
                counted.setdefault(finding.rule.concern, []).append(finding)
        for concern, findings in counted.items():
            shares.setdefault(concern, []).append((alert, tuple(findings)))
    return shares


def _speaks(rule: Rule, situation: Situation) -> bool:
    if situation.request.jurisdiction not in rule.jurisdictions:
        return False
    return not (rule.needs_lems and situation.patient.lems_status is LemsStatus.ABSENT)


def _are_two(shares: list[Share], situation: Situation) -> bool:
    """Whether two of the drugs come by two orders: not two parts, or two readings, of one.

    One text may hold two orders: each has a place of its own.
    """
    places = {
        each.order
        for share in shares
        for each in situation.by_ingredient[share[0].drug]
        if situation.order_of(each).id in _orders_of(share)
    }
    return len(shares) > 1 and len(places) > 1


def _orders_of(share: Share) -> set[str]:
    """The orders of the drug that count."""
    alert, findings = share
    counted = {medication_id for finding in findings for medication_id in finding.medication_ids}
    return counted.intersection(alert.medication_ids)


def _note(rule: Rule, shares: list[Share], situation: Situation) -> Finding:
    """Established where two drugs are; else possible for want of what they lack."""
    established = [share for share in shares if _is_established(share)]
    certain = _are_two(established, situation)
    missing = {lack for _, findings in shares for finding in findings for lack in finding.missing}
    lines = [line for share in shares for line in _lines(rule, share)]
    ids = {medication_id for medication_id, _ in lines}
    return Finding(
        rule,
        rule.outcomes[0],
        rule.outcomes[0].severity,
        Certainty.ESTABLISHED if certain else Certainty.POSSIBLE,
        tuple(dict.fromkeys(o.id for o, _ in situation.request.orders if o.id in ids)),
        () if certain else tuple(sorted(missing)),
        tuple(line for _, line in lines),
    )


def _is_established(share: Share) -> bool:
    return any(finding.certainty is Certainty.ESTABLISHED for finding in share[1])


def _lines(rule: Rule, share: Share) -> list[tuple[str, str]]:
    """Each order of the drug that counts, and the line that says so."""
    alert, counted = share[0], _orders_of(share)
    return [
        (medication_id, f"{medication_id} → {alert.drug} → {rule.id}")
        for medication_id in alert.medication_ids
        if medication_id in counted
    ]
