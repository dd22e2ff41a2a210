"""Rules: a mapping of the YAML to a `Rule`, field by field."""

from collections.abc import Iterable

from lems_guard.clinical.medication import MedicationList
from lems_guard.clinical.route import KNOWN_ROUTES, ROUTE_SETS, Route
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
from lems_guard.clinical.severity import Certainty, Concern, Jurisdiction, Severity
from lems_guard.knowledge.advice import ADVICE_KEYS, Names, read_advice
from lems_guard.knowledge.conditions import read_condition
from lems_guard.knowledge.lock import content_of
from lems_guard.knowledge.meaning import check_meaning
from lems_guard.knowledge.problems import Problems
from lems_guard.knowledge.shape import Fields, kebab, named, one_of
from lems_guard.knowledge.tree import Node

OPTIONAL_ADVICE = ("alternatives", "monitoring", "deed")
RULE_KEYS = (
    "id",
    "version",
    "kind",
    "title",
    "concern",
    *(key for key in ADVICE_KEYS if key not in OPTIONAL_ADVICE),
    "frequency_of_exposure",
    "frequency_of_harm",
    "review",
    "outcomes",
)
OPTIONAL_KEYS = (
    *OPTIONAL_ADVICE,
    "drugs",
    "partners",
    "needs_lems",
    "jurisdictions",
    "lists",
    "modifiers",
    "may_be_needed",
    "told_once",
)
OUTCOME_KEYS = ("routes", "when", "when_unknown", "certainty", *ADVICE_KEYS)
DRUG_KEYS = ("classes", "ingredients", "except")
PARTNER_KEYS = (*DRUG_KEYS, "routes")

KINDS = kebab(RuleKind)
UNREVIEWED = "unreviewed"
ROUTES: dict[str, frozenset[Route]] = {
    **ROUTE_SETS,
    **{route.name: frozenset({route}) for route in KNOWN_ROUTES},
}
TAKEN = frozenset({MedicationList.PROPOSED, MedicationList.ACTIVE})
STOPPED = frozenset({MedicationList.STOPPED})


def read_rule(node: Node, file: str, names: Names, problems: Problems) -> Rule:
    """One rule; what it means is checked only where its form is sound."""
    before = len(problems)
    fields = Fields(node, problems, "a rule", RULE_KEYS, OPTIONAL_KEYS)
    kind = fields.choice("kind", KINDS, RuleKind.DRUG_DISEASE)
    lists = fields.choices("lists", named(MedicationList))
    base = read_advice(fields, names)
    rule = Rule(
        id=fields.name("id"),
        version=fields.whole("version"),
        kind=kind,
        title=fields.text("title"),
        concern=fields.choice("concern", named(Concern), Concern.LABEL),
        drugs=_drugs(fields.node("drugs"), "drugs", names, problems) or Drugs(),
        partners=_drugs(fields.node("partners"), "partners", names, problems),
        needs_lems=fields.truth("needs_lems", default=kind is RuleKind.DRUG_DISEASE),
        jurisdictions=fields.choices("jurisdictions", named(Jurisdiction))
        or frozenset(Jurisdiction),
        lists=lists or (STOPPED if kind is RuleKind.STOP else TAKEN),
        outcomes=tuple(
            _outcome(item, base, names, problems) for item in fields.items("outcomes", least=1)
        ),
        modifiers=tuple(_modifiers(fields.items("modifiers"), problems)),
        frequency_of_exposure=fields.text("frequency_of_exposure"),
        frequency_of_harm=fields.text("frequency_of_harm"),
        review=_review(fields.node("review"), problems),
        file=file,
        written=content_of(node),
        may_be_needed=fields.truth("may_be_needed", default=False),
        told_once=fields.truth("told_once", default=False),
    )
    if len(problems) == before:
        check_meaning(rule, fields, names.classes)
    return rule


def _drugs(node: Node | None, what: str, names: Names, problems: Problems) -> Drugs | None:
    if node is None:
        return None
    keys = PARTNER_KEYS if what == "partners" else DRUG_KEYS
    fields = Fields(node, problems, f"{what!r}", (), keys)
    found = Drugs(
        ingredients=frozenset(
            fields.references("ingredients", "ingredient", names.ingredients, least=1)
        ),
        classes=frozenset(fields.references("classes", "class", names.classes, least=1)),
        excepted=frozenset(fields.references("except", "ingredient", names.ingredients, least=1)),
        routes=_routes(fields),
    )
    if "classes" not in fields and "ingredients" not in fields:
        problems.add(node.place, "missing-key", f"{what!r} needs 'classes' or 'ingredients'")
    return found


def _outcome(node: Node, base: Advice, names: Names, problems: Problems) -> Outcome:
    fields = Fields(node, problems, "an outcome", ("severity",), OUTCOME_KEYS)
    when = fields.node("when")
    return Outcome(
        severity=fields.choice("severity", named(Severity), Severity.INFORMATION),
        advice=read_advice(fields, names, base),
        certainty=fields.choice("certainty", named(Certainty), Certainty.ESTABLISHED),
        routes=_routes(fields),
        when=read_condition(when, problems) if when else None,
        when_unknown=fields.choice("when_unknown", kebab(WhenUnknown), WhenUnknown.POSSIBLE),
    )


def _routes(fields: Fields) -> frozenset[Route] | None:
    """The routes of a row or partners; `None` where none matters, as when all are named."""
    if "routes" not in fields:
        return None
    nothing: frozenset[Route] = frozenset()
    found = [
        one_of(item, "routes", ROUTES, fields.problems, nothing)
        for item in fields.texts("routes", least=1)
    ]
    routes = nothing.union(*found)
    return None if routes == KNOWN_ROUTES else routes


def _modifiers(nodes: Iterable[Node], problems: Problems) -> Iterable[Modifier]:
    for node in nodes:
        fields = Fields(node, problems, "a modifier", ("when", "reason"))
        stated = fields.node("when")
        when = read_condition(stated, problems) if stated else None
        if when is not None:
            yield Modifier(when, fields.text("reason"))


def _review(node: Node | None, problems: Problems) -> Review:
    """When a rule wants to be looked at; that somebody has is recorded by a signature alone."""
    if node is None:
        return Review()
    fields = Fields(node, problems, "a review", ("state",), ("due",))
    state = fields.scalar("state")
    if state is not None and state.text != UNREVIEWED:
        shown = f"a rule says {UNREVIEWED!r} of itself: who has reviewed it signs by `rules sign`"
        problems.add(state.place, "unsigned-review", shown)
    due = fields.date("due")
    return Review(due=due.isoformat() if due else "")
