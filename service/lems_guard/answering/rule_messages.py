"""A rule as the message that a pharmacist's tool reads."""

from collections.abc import Iterable

from lems_guard.answering.prepared import offered, told
from lems_guard.answering.terms import term
from lems_guard.clinical.condition import Condition
from lems_guard.clinical.fact_table import FACTS
from lems_guard.clinical.overlay import Adjustment
from lems_guard.clinical.rule import Advice, Drugs, Outcome, Rule, WhenUnknown
from lems_guard.v1 import rule_pb2 as wire
from lems_guard.v1 import screening_pb2


def rule_message(rule: Rule, overlay: Iterable[Adjustment] = ()) -> wire.Rule:
    """The whole rule, with what a site changes of it."""
    return wire.Rule(
        id=rule.id,
        version=rule.version,
        kind=term(rule.kind),
        title=rule.title,
        concern=term(rule.concern),
        drugs=scope(rule.drugs),
        partner=scope(rule.partners) if rule.partners else None,
        needs_lems=rule.needs_lems,
        lists=[term(each) for each in sorted(rule.lists)],
        jurisdictions=[term(each) for each in sorted(rule.jurisdictions)],
        outcomes=[outcome_message(outcome) for outcome in rule.outcomes],
        modifiers=[
            wire.RuleModifier(when=modifier.when.words(), reason=modifier.reason)
            for modifier in rule.modifiers
        ],
        frequency_of_exposure=rule.frequency_of_exposure,
        frequency_of_harm=rule.frequency_of_harm,
        review_state=rule.review.words,
        reviewer=rule.review.reviewer,
        reviewed_on=rule.review.reviewed_on,
        review_due=rule.review.due,
        source_file=rule.file,
        overlay=[_adjustment(each) for each in overlay if each.rule == rule.id],
    )


def _adjustment(adjustment: Adjustment) -> wire.RuleAdjustment:
    return wire.RuleAdjustment(
        outcome=adjustment.row,
        severity=term(adjustment.severity) if adjustment.severity else None,
        who=adjustment.who,
        reason=adjustment.reason,
        expires=adjustment.expires.isoformat(),
    )


def summary_message(rule: Rule) -> wire.RuleSummary:
    """The rule in a list."""
    return wire.RuleSummary(
        id=rule.id,
        kind=term(rule.kind),
        title=rule.title,
        concern=term(rule.concern),
        worst=term(max(outcome.severity for outcome in rule.outcomes)),
        drugs=scope(rule.drugs),
        jurisdictions=[term(each) for each in sorted(rule.jurisdictions)],
        review_state=rule.review.words,
    )


def scope(drugs: Drugs) -> wire.DrugScope:
    """The drugs a rule speaks of."""
    return wire.DrugScope(
        drug_classes=sorted(drugs.classes),
        ingredients=sorted(drugs.ingredients),
        excluded_ingredients=sorted(drugs.excepted),
    )


def outcome_message(outcome: Outcome) -> wire.RuleOutcome:
    """One row of the decision table."""
    return wire.RuleOutcome(
        when=outcome.when.words() if outcome.when else "",
        routes=[term(route) for route in sorted(outcome.routes or ())],
        severity=term(outcome.severity),
        certainty=term(outcome.certainty),
        when_unknown=when_unknown(outcome),
        advice=advice_message(outcome.advice),
    )


def when_unknown(outcome: Outcome) -> str:
    """What is said where the circumstances are not known; empty where none are needed."""
    if outcome.routes is None and not _reads_facts(outcome.when):
        return ""
    if outcome.when_unknown is WhenUnknown.GAP:
        return "asked for as a gap"
    return "reported as possible, with what is missing"


def _reads_facts(when: Condition | None) -> bool:
    if when is None:
        return False
    nothing_known = dict.fromkeys(FACTS)
    return bool(when.judge(nothing_known).missing)


def advice_message(advice: Advice) -> wire.Advice:
    """What a person is told, with the alternatives of every jurisdiction.

    The texts come from the same serialised parts that replies are made of, so a rule as shown and
    a rule as applied cannot differ.
    """
    finding = screening_pb2.Finding()
    finding.MergeFromString(b"".join(told(b"", advice)) + offered(advice.alternatives))
    return wire.Advice(
        summary=advice.summary,
        consequence=finding.consequence,
        mechanism=finding.mechanism,
        action=finding.action,
        alternatives=finding.alternatives,
        monitoring=finding.monitoring,
        evidence=finding.evidence,
        override_policy=term(advice.override_policy),
    )
