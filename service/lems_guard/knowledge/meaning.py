"""What a well-formed rule may still get wrong: rows never reached, strength without evidence."""

from collections.abc import Iterator, Mapping

from lems_guard.clinical.condition import Condition
from lems_guard.clinical.evidence import Evidence, EvidenceKind
from lems_guard.clinical.rule import Drugs, Outcome, Rule, RuleKind, WhenUnknown
from lems_guard.clinical.severity import Severity
from lems_guard.knowledge.advice import PLACEHOLDER, first_sentence
from lems_guard.knowledge.conditions import (
    ALWAYS_KNOWN,
    facts_missed,
    facts_read,
    jurisdictions_named,
)
from lems_guard.knowledge.problems import Place
from lems_guard.knowledge.reach import always_holds, idle_parts, is_reached, may_hold
from lems_guard.knowledge.shape import Fields
from lems_guard.knowledge.tree import Branch, Node
from lems_guard.screening.knowledge_base import DrugClass

SUMMARY_BELOW = 140
DEED_AT_MOST = 120
SHORT_WORDS = 90
WITH_PARTNERS = frozenset({RuleKind.INTERACTION, RuleKind.DUPLICATE})
OF_PARTNERS = frozenset({"partner_phase", "partner_indication", "partner_daily_dose_mg"})
STRONG_GRADES = frozenset({"1", "2"})
JUDGEMENT = "judgement"
NOT_WITHHELD = "do not withhold"
UNREAD = frozenset({EvidenceKind.SECOND_HAND, EvidenceKind.JUDGEMENT})


def check_meaning(rule: Rule, fields: Fields, classes: Mapping[str, DrugClass]) -> None:
    """Record what a sound form does not show; `fields` are those of the rule."""
    _check_drugs(rule, fields, classes)
    _check_note(rule, fields)
    _check_partners(rule, fields)
    _check_rows(rule, fields)
    _check_jurisdictions(rule, fields)
    _check_modifiers(rule, fields)
    _check_need(rule, fields)
    for outcome, node in zip(rule.outcomes, fields.items("outcomes"), strict=True):
        _check_deed(outcome, _place_of("action", node, fields), fields)
        _check_length(outcome, _place_of("action", node, fields), fields)
        _check_strength(outcome, _place_of("evidence", node, fields), fields)
        _check_summary(rule, outcome, _place_of("summary", node, fields), fields, classes)


def _check_need(rule: Rule, fields: Fields) -> None:
    """What is not to be withheld is marked so: an order of it is never offered to be taken away."""
    actions = [outcome.advice.action.lower() for outcome in rule.outcomes]
    if not rule.may_be_needed and any(NOT_WITHHELD in action for action in actions):
        shown = f"its action says {NOT_WITHHELD!r}: say 'may_be_needed: true' too"
        fields.problems.add(fields.place_of("action"), "unmarked-need", shown)


def drugs_meant(drugs: Drugs, classes: Mapping[str, DrugClass]) -> frozenset[str]:
    """The ingredients that a set of drugs comes down to."""
    members = (classes[name].members for name in drugs.classes if name in classes)
    return drugs.ingredients.union(*members) - drugs.excepted


def can_miss_a_fact(rule: Rule) -> bool:
    """Whether there is a request in which the rule shows that it lacks a route or a fact.

    A rule that only asks, for what would be one collapsed line, does not: nobody is asked for that.
    """
    rows = rule.outcomes
    if all(row.when_unknown is WhenUnknown.GAP and row.severity < Severity.CAUTION for row in rows):
        return bool(rule.modifiers)
    return any(outcome.routes is not None for outcome in rule.outcomes) or any(
        not ALWAYS_KNOWN.issuperset(facts_missed(when)) for when in _conditions_of(rule)
    )


def _conditions_of(rule: Rule) -> Iterator[Condition]:
    yield from (outcome.when for outcome in rule.outcomes if outcome.when is not None)
    yield from (modifier.when for modifier in rule.modifiers)


def _place_of(key: str, outcome: Node, fields: Fields) -> Place:
    """Where an outcome's text stands: in its row, or else in the rule."""
    entries = outcome.entries if isinstance(outcome, Branch) else ()
    return next((name.place for name, _ in entries if name.text == key), fields.place_of(key))


def _check_note(rule: Rule, fields: Fields) -> None:
    """A cumulative note counts drugs by what other rules say, and says one thing of them."""
    if rule.kind is not RuleKind.CUMULATIVE:
        if rule.told_once:
            shown = "only a note of kind 'cumulative' is told once"
            fields.problems.add(fields.place_of("told_once"), "idle-told-once", shown)
        if "drugs" not in fields:
            fields.problems.add(fields.place, "missing-key", "a rule needs 'drugs'")
        return
    for key in ("drugs", "lists", "modifiers"):
        if key in fields:
            shown = f"kind 'cumulative' has no {key}: it counts what other rules say"
            fields.problems.add(fields.place_of(key), f"idle-{key}", shown)
    row = rule.outcomes[0]
    if len(rule.outcomes) > 1 or row.severity > Severity.INFORMATION or row.when or row.routes:
        shown = "kind 'cumulative' has one outcome: INFORMATION, always"
        fields.problems.add(fields.place_of("outcomes"), "wrong-value", shown)


def _check_drugs(rule: Rule, fields: Fields, classes: Mapping[str, DrugClass]) -> None:
    for key, drugs in (("drugs", rule.drugs), ("partners", rule.partners)):
        if drugs is None:
            continue
        bare = Drugs(drugs.ingredients, drugs.classes)
        for name in sorted(drugs.excepted - drugs_meant(bare, classes)):
            shown = f"{name!r} is excepted but not among these {key}"
            fields.problems.add(fields.place_of(key), "idle-exception", shown)
        if drugs.excepted and not drugs_meant(drugs, classes):
            fields.problems.add(fields.place_of(key), "empty-list", f"{key!r} excepts all it names")


def _check_partners(rule: Rule, fields: Fields) -> None:
    needed = rule.kind in WITH_PARTNERS
    kind = rule.kind.name.lower().replace("_", "-")
    if needed and rule.partners is None:
        fields.problems.add(fields.place, "missing-key", f"kind {kind!r} needs 'partners'")
    if rule.partners is not None and not needed:
        shown = f"kind {kind!r} has no partners: they belong to interaction and duplicate"
        fields.problems.add(fields.place_of("partners"), "idle-partners", shown)
    read = set().union(*(facts_read(when) for when in _conditions_of(rule)))
    for fact in sorted(read & OF_PARTNERS) if rule.partners is None else ():
        shown = f"{fact!r} is never known here: only an interaction or duplicate has partners"
        fields.problems.add(fields.place, "idle-condition", shown)


def _check_rows(rule: Rule, fields: Fields) -> None:
    """A row that no facts fulfil, or that those above leave nothing to, says nothing."""
    for number, node in enumerate(fields.items("outcomes")):
        when = rule.outcomes[number].when
        before = len(fields.problems)
        if when is not None:
            _check_condition(when, rule, node.place, fields)
        if len(fields.problems) == before and not is_reached(number, rule):
            shown = "no exposure comes to this row: the rows above take all that it is for"
            fields.problems.add(node.place, "unreachable-outcome", shown)


def _check_condition(when: Condition, rule: Rule, place: Place, fields: Fields) -> None:
    """A condition can hold, can fail, and so can each part of it."""
    if not may_hold(when, rule):
        shown = f"nothing can fulfil this: {when.words()}"
        fields.problems.add(place, "dead-condition", shown)
        return
    idle = [(when, True)] if always_holds(when, rule) else idle_parts(when, rule)
    for part, truth in idle:
        shown = f"{'everything fulfils' if truth else 'nothing can fulfil'} this: {part.words()}"
        fields.problems.add(place, "idle-condition" if truth else "dead-condition", shown)


def _check_jurisdictions(rule: Rule, fields: Fields) -> None:
    """Who tells jurisdictions apart says which row is meant for each: none is forgotten unseen."""
    conditions = [row.when for row in rule.outcomes if row.when is not None]
    named = {each for when in conditions for each in jurisdictions_named(when)}
    forgotten = sorted(each.name for each in rule.jurisdictions - named)
    if named and forgotten:
        shown = (
            f"no row is for {', '.join(forgotten)}: the row that is says so in 'when', "
            "or 'jurisdictions' leaves it out"
        )
        fields.problems.add(fields.place_of("outcomes"), "forgotten-jurisdiction", shown)


def _check_modifiers(rule: Rule, fields: Fields) -> None:
    raisable = any(row.severity.raised() is not row.severity for row in rule.outcomes)
    if rule.modifiers and not raisable:
        shown = "no outcome can be raised: all are AVOID or worse"
        fields.problems.add(fields.place_of("modifiers"), "idle-modifier", shown)
    for modifier, node in zip(rule.modifiers, fields.items("modifiers"), strict=True):
        _check_condition(modifier.when, rule, node.place, fields)


def _check_strength(outcome: Outcome, place: Place, fields: Fields) -> None:
    """Evidence against a rule does not carry it; the strongest word needs strong evidence."""
    support = [evidence for evidence in outcome.advice.evidence if not evidence.counter]
    if not support:
        fields.problems.add(place, "no-evidence", "all of its evidence speaks against it")
        return
    if outcome.severity is Severity.CONTRAINDICATED and not any(map(_is_strong, support)):
        shown = "CONTRAINDICATED needs evidence of grade 1 or 2"
        fields.problems.add(place, "weak-evidence", shown)
    if outcome.severity >= Severity.AVOID:
        _check_kinds(outcome, {evidence.source.kind for evidence in support}, place, fields)


def _check_kinds(outcome: Outcome, kinds: set[EvidenceKind], place: Place, fields: Fields) -> None:
    """What nobody read at first hand carries no AVOID, or the alert says that it is judgement."""
    if kinds <= {EvidenceKind.SECOND_HAND}:
        fields.problems.add(
            place, "second-hand", "AVOID rests on what was read at second hand alone"
        )
    advice = outcome.advice
    is_said = JUDGEMENT in f"{advice.summary} {advice.action}".lower()
    if kinds <= UNREAD and not is_said:
        shown = f"AVOID rests on no document: let summary or action say that it is {JUDGEMENT!r}"
        fields.problems.add(place, "unsaid-judgement", shown)


def _check_deed(outcome: Outcome, place: Place, fields: Fields) -> None:
    """What to do is read in a breath."""
    length = len(outcome.advice.deed)
    if length > DEED_AT_MOST:
        shown = (
            f"its first sentence has {length} characters: at most {DEED_AT_MOST}, or say 'deed' too"
        )
        fields.problems.add(place, "long-deed", shown)


def _check_length(outcome: Outcome, place: Place, fields: Fields) -> None:
    """An alert in its short form is read in three seconds."""
    advice = outcome.advice
    told = (
        advice.deed,
        first_sentence(advice.consequence),
        *(each.text for each in advice.alternatives),
        *advice.monitoring,
    )
    words = sum(len(text.split()) for text in told)
    if words > SHORT_WORDS:
        shown = f"do, why, instead and watch have {words} words together: at most {SHORT_WORDS}"
        fields.problems.add(place, "long-alert", shown)


def _is_strong(evidence: Evidence) -> bool:
    return evidence.grade in STRONG_GRADES


def _check_summary(
    rule: Rule, outcome: Outcome, place: Place, fields: Fields, classes: Mapping[str, DrugClass]
) -> None:
    longest = max(sorted(drugs_meant(rule.drugs, classes)), key=len, default="")
    length = len(outcome.advice.summary.replace(PLACEHOLDER, longest))
    if length >= SUMMARY_BELOW:
        shown = f"{length} characters with {longest!r} put in; it must be below {SUMMARY_BELOW}"
        fields.problems.add(place, "long-summary", shown)
