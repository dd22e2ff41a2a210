"""Clinical terms as a pharmacist reads them."""

import enum

from lems_guard.clinical.evidence import Evidence, Population, Source
from lems_guard.clinical.route import ROUTE_SETS, Route
from lems_guard.clinical.rule import (
    Alternative,
    Drugs,
    Outcome,
    Rule,
    RuleKind,
    WhenUnknown,
)
from lems_guard.clinical.severity import Certainty, Jurisdiction, Severity

# In these patients, or of their own drug; all else is carried over.
SEEN = frozenset({Population.LEMS, Population.AMIFAMPRIDINE})
READ = {
    "whole": "read whole",
    "part": "read in part",
    "quoted": "not read itself: another document quotes it",
}
SHOWS = {"fires": "It fires", "near-miss": "It nearly does", "missing-fact": "A fact is missing"}
ANY_TWO = "any two or more that rules flag at CAUTION or worse for this concern"


def in_words(value: enum.IntEnum) -> str:
    """`NEUROMUSCULAR_WEAKNESS` → "neuromuscular weakness"."""
    return value.name.lower().replace("_", " ")


def worst_of(rule: Rule) -> Severity:
    """The gravest word in the rule's decision table."""
    return max(outcome.severity for outcome in rule.outcomes)


def routes_in_words(routes: frozenset[Route]) -> str:
    """The largest named set that fits, then the routes left over."""
    fitting = [name for name, members in ROUTE_SETS.items() if members <= routes]
    best = max(fitting, key=lambda name: len(ROUTE_SETS[name]), default="")
    rest = routes - ROUTE_SETS[best] if best else routes
    return ", ".join([best] * bool(best) + [in_words(route) for route in sorted(rest)])


def row_in_words(outcome: Outcome) -> str:
    """When a row of a decision table applies."""
    conditions = []
    if outcome.routes is not None:
        conditions.append(f"the route is {routes_in_words(outcome.routes)}")
    if outcome.when is not None:
        conditions.append(outcome.when.words())
    return " and ".join(conditions) or "always"


def unknown_in_words(outcome: Outcome) -> str:
    """What a row becomes where that is not known; empty where it asks for nothing."""
    if outcome.routes is None and outcome.when is None:
        return ""
    if outcome.when_unknown is WhenUnknown.GAP:
        return "asked for"
    return "possible"


def is_sure(outcome: Outcome) -> bool:
    """Whether a row that applies is certain of itself."""
    return outcome.certainty is Certainty.ESTABLISHED


def places_in_words(jurisdictions: frozenset[Jurisdiction]) -> str:
    """`US, EU, CH`."""
    return ", ".join(item.name for item in sorted(jurisdictions))


def scope_in_words(rule: Rule) -> str:
    """Of which orders, where and in whom a rule speaks."""
    lists = ", ".join(item.name.lower() for item in sorted(rule.lists))
    need = "; only where LEMS is not excluded" if rule.needs_lems else ""
    return f"{lists} orders in {places_in_words(rule.jurisdictions)}{need}"


def drugs_in_words(drugs: Drugs, titles: dict[str, str]) -> str:
    """Drugs by ingredient and by the title of their class."""
    named = [*sorted(drugs.ingredients), *(titles[name] for name in sorted(drugs.classes))]
    excepted = f"; except {', '.join(sorted(drugs.excepted))}" if drugs.excepted else ""
    return ", ".join(named) + excepted


def meant_in_words(rule: Rule, titles: dict[str, str]) -> str:
    """The drugs that a rule is about."""
    return ANY_TWO if rule.kind is RuleKind.CUMULATIVE else drugs_in_words(rule.drugs, titles)


def alternative_in_words(alternative: Alternative) -> str:
    """What may be given instead, with the ingredients that make it screenable, and where."""
    by = f", {in_words(alternative.route)}" if alternative.route else ""
    drugs = f" ({', '.join(alternative.ingredients)}{by})" if alternative.ingredients else by
    everywhere = alternative.jurisdictions == frozenset(Jurisdiction)
    where = "" if everywhere else f", {places_in_words(alternative.jurisdictions)}"
    unless = f"; not where {alternative.unless.words()}" if alternative.unless else ""
    suits = f"; where {alternative.suits.words()}" if alternative.suits else ""
    return alternative.text + drugs + where + unless + suits


def source_in_words(source: Source) -> str:
    """Title, publisher and revision of a document."""
    return f"{source.title}, {source.publisher} ({source.revised})"


def is_seen(evidence: Evidence) -> bool:
    """Whether this speaks for a rule, and of these patients or of their own drug."""
    return evidence.population in SEEN and not evidence.counter
