"""Small orders, rules and knowledge bases: a test says only what it is about."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import replace

from lems_guard.clinical.alert import Alert, Finding, Screening, ScreeningRequest
from lems_guard.clinical.condition import Condition
from lems_guard.clinical.dose import Dose
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.indication import Use
from lems_guard.clinical.medication import (
    Disposition,
    Ingredient,
    Medication,
    MedicationList,
    Phase,
    Understood,
)
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import (
    Advice,
    Drugs,
    Modifier,
    Outcome,
    Review,
    Rule,
    RuleKind,
    WhenUnknown,
)
from lems_guard.clinical.severity import (
    Certainty,
    Concern,
    Jurisdiction,
    OverridePolicy,
    Severity,
)
from lems_guard.screening.knowledge_base import DrugClass, KnowledgeBase
from lems_guard.screening.naive import NaiveScreener
from lems_guard.screening.screen import RuleScreener

Order = tuple[Medication, Understood]

AS_OF = datetime.date(2026, 11, 21)
CURRENT = frozenset({MedicationList.PROPOSED, MedicationList.ACTIVE})
EVERYWHERE = frozenset(Jurisdiction)
ADVICE = Advice(
    summary="{drug}: take care",
    consequence="weakness",
    mechanism="not known",
    action="ask",
    alternatives=(),
    monitoring=(),
    evidence=(),
    override_policy=OverridePolicy.REASON,
)


def ingredients(*names: str) -> tuple[Ingredient, ...]:
    return tuple(Ingredient(name) for name in names)


def order(  # noqa: PLR0913 - a test names the few it is about
    what: str,
    medication_list: MedicationList = MedicationList.PROPOSED,
    *,
    medication_id: str = "",
    route: Route | None = Route.ORAL,
    mg: float | None = None,
    dose: Dose | None = None,
    per_day: float | None = None,
    as_needed: YesNo | None = None,
    phase: Phase | None = None,
    stopped_on: datetime.date | None = None,
    use: Use | None = None,
) -> Order:
    """An order of "a", of the combination "a+b", or of what may be "a" or "b": "a|b"."""
    readings = tuple(ingredients(*reading.split("+")) for reading in what.split("|"))
    medication = Medication(
        medication_id or f"{medication_list.name.lower()} {what}",
        medication_list,
        what,
        phase=phase,
        stopped_on=stopped_on,
    )
    disposition = Disposition.AMBIGUOUS if len(readings) > 1 else Disposition.EVALUATED
    if medication_list is MedicationList.STOPPED:
        disposition = Disposition.NOT_CURRENT
    dose = Dose(mg, "mg") if mg is not None else dose
    return medication, Understood(disposition, readings, route, dose, per_day, as_needed, use=use)


def not_understood(what: str) -> Order:
    """An order in which "a" was recognised beside words that nobody knows."""
    medication, understood = order(what)
    return medication, understood._replace(disposition=Disposition.UNRESOLVED)


def unresolved(medication_list: MedicationList = MedicationList.PROPOSED) -> Order:
    """An order that nobody understood."""
    return Medication("unresolved", medication_list, "?"), Understood(Disposition.UNRESOLVED)


def request(
    *orders: Order,
    patient: Patient | None = None,
    jurisdiction: Jurisdiction = Jurisdiction.US,
) -> ScreeningRequest:
    """A request as the edges make it: its orders sorted by list, then id."""
    by_place = sorted(orders, key=lambda placed: (placed[0].list, placed[0].id))
    return ScreeningRequest(patient or Patient(), tuple(by_place), jurisdiction, AS_OF)


def row(
    severity: Severity,
    routes: Iterable[Route] | None = None,
    when: Condition | None = None,
    *,
    unknown: WhenUnknown = WhenUnknown.POSSIBLE,
    certainty: Certainty = Certainty.ESTABLISHED,
    advice: Advice = ADVICE,
) -> Outcome:
    """A row of a decision table."""
    return Outcome(
        severity, advice, certainty, None if routes is None else frozenset(routes), when, unknown
    )


def drugs(*names: str, classes: Iterable[str] = (), excepted: Iterable[str] = ()) -> Drugs:
    return Drugs(frozenset(names), frozenset(classes), frozenset(excepted))


def rule(  # noqa: PLR0913 - a test names the few it is about
    about: str | Drugs,
    *rows: Outcome,
    rule_id: str = "rule",
    kind: RuleKind = RuleKind.DRUG_DISEASE,
    concern: Concern = Concern.NEUROMUSCULAR_WEAKNESS,
    partners: str | Drugs | None = None,
    needs_lems: bool = False,
    jurisdictions: frozenset[Jurisdiction] = EVERYWHERE,
    lists: frozenset[MedicationList] = CURRENT,
    modifiers: Iterable[Condition] = (),
) -> Rule:
    """A rule about one ingredient or some drugs."""
    return Rule(
        id=rule_id,
        version=1,
        kind=kind,
        title=rule_id,
        concern=concern,
        drugs=drugs(about) if isinstance(about, str) else about,
        partners=drugs(partners) if isinstance(partners, str) else partners,
        needs_lems=needs_lems,
        jurisdictions=jurisdictions,
        lists=lists,
        outcomes=rows,
        modifiers=tuple(Modifier(when, "a reason") for when in modifiers),
        frequency_of_exposure="not available",
        frequency_of_harm="not available",
        review=Review(),
        file="rules/test.yaml",
    )


def note(concern: Concern = Concern.NEUROMUSCULAR_WEAKNESS, rule_id: str = "note") -> Rule:
    """A cumulative rule."""
    advice = replace(ADVICE, override_policy=OverridePolicy.FREE)
    says = row(Severity.INFORMATION, advice=advice)
    return rule(drugs(), says, rule_id=rule_id, kind=RuleKind.CUMULATIVE, concern=concern)


def knowledge(*rules: Rule, classes: Mapping[str, Iterable[str]] | None = None) -> KnowledgeBase:
    """A knowledge base of these rules and of classes by their members."""
    members = classes or {}
    known = [DrugClass(name, name, frozenset(members[name])) for name in members]
    return KnowledgeBase.of("test", "0" * 64, rules, known)


def screen(asked: ScreeningRequest, known: KnowledgeBase | Rule) -> Screening:
    """The screening, which the oracle must share."""
    base = knowledge(known) if isinstance(known, Rule) else known
    screening = RuleScreener().screen(asked, base)
    assert NaiveScreener().screen(asked, base) == screening
    return screening


def findings_of(screening: Screening) -> list[tuple[Alert, Finding]]:
    """Every finding with its alert, in the order shown."""
    return [(alert, finding) for alert in screening.alerts for finding in alert.findings]


def said(screening: Screening) -> list[tuple[str, str, str]]:
    """What was found, in short: drug, severity and certainty of every finding."""
    return [
        (alert.drug, finding.severity.name, finding.certainty.name)
        for alert, finding in findings_of(screening)
    ]


def asked_for(screening: Screening) -> dict[str, str]:
    """The gaps in short: the fact and the worst it may bring."""
    return {gap.fact: gap.worst.name for gap in screening.gaps}
