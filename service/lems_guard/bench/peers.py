"""The same rules in other engines: one rule, one expression, as their users would write it.

Their answers must equal ours on every prescription before anything is timed. Ours are complete
screenings, with alerts and texts; theirs are the ids of the rules that apply.
"""

import importlib
import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from lems_guard.bench.figures import Figure, frozen, interleaved, ratio
from lems_guard.bench.growth import Sizes, screening, seconds_each
from lems_guard.bench.synthetic import drug_class_of, prescriptions, world
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.condition import Between, Is
from lems_guard.clinical.facts import Answer
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.rule import Rule
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.screen import RuleScreener


class NotInstalled(RuntimeError):
    """A peer cannot be imported."""


class UnequalAnswers(AssertionError):
    """A peer finds other rules than we do, so its time compares nothing."""


class Facts(NamedTuple):
    """A prescription as the peers are told it."""

    daily_mg: dict[str, float]
    classes: list[str]
    patient: dict[str, bool]


class Premise(NamedTuple):
    """What a synthetic rule needs: a drug, and one thing more."""

    drug: str
    other_drug: str = ""
    other_class: str = ""
    above_mg: float | None = None
    fact: str = ""


Peer = Callable[[Facts], set[str]]


def peers(sizes: Sizes) -> Iterator[tuple[str, Callable[[], Figure]]]:
    """Each peer's key, and how to measure it."""
    for key, make in (("vs_cel_3000", cel), ("vs_clips_3000", clips), ("vs_zen_3000", zen)):
        yield key, lambda make=make: against(make, sizes)  # type: ignore[misc]


def against(make: Callable[[list[tuple[str, Premise]]], Peer], sizes: Sizes) -> Figure:
    """A peer's time ÷ ours."""
    knowledge = world(sizes.many_rules)
    requests = list(prescriptions(knowledge, sizes.checks))
    peer = make([(rule.id, premise_of(rule)) for rule in knowledge.rules])
    told = [facts_of(request) for request in requests]
    for request, facts in zip(requests, told, strict=True):
        check_answers(peer(facts), ours(request, knowledge))
    with frozen():
        many = requests * 20  # ours is so short that a few would be over before the clock ticks
        times = interleaved(
            sizes.rounds, lambda: seconds_each(peer, told), screening(knowledge, many)
        )
    return ratio(*times)


def check_answers(theirs: set[str], expected: set[str]) -> None:
    """Refuse to compare engines that do not agree."""
    if theirs != expected:
        raise UnequalAnswers(f"rules found by one alone: {sorted(theirs ^ expected)}")


def ours(request: ScreeningRequest, knowledge: KnowledgeBase) -> set[str]:
    """The rules that we find."""
    alerts = RuleScreener().screen(request, knowledge).alerts
    return {finding.rule.id for alert in alerts for finding in alert.findings}


def facts_of(request: ScreeningRequest) -> Facts:
    """A prescription as plain values."""
    daily = {
        understood.readings[0][0].name: understood.dose.value * (understood.doses_per_day or 0)
        for _, understood in request.orders
        if understood.dose is not None
    }
    patient = {
        name: getattr(request.patient, name) is Answer.YES
        for name in Patient.__slots__
        if isinstance(getattr(request.patient, name), Answer)
    }
    return Facts(daily, sorted({drug_class_of(name) for name in daily}), patient)


def premise_of(rule: Rule) -> Premise:
    """A synthetic rule as plain values."""
    [name] = rule.drugs.ingredients
    when = rule.outcomes[0].when
    if isinstance(when, Between):
        return Premise(name, above_mg=when.above)
    if isinstance(when, Is):
        return Premise(name, fact=when.fact)
    assert rule.partners is not None  # noqa: S101  # the synthetic rules have no other kind
    return Premise(
        name,
        other_drug=next(iter(rule.partners.ingredients), ""),
        other_class=next(iter(rule.partners.classes), ""),
    )


def _imported(module: str) -> Any:  # noqa: ANN401  # not all of them have types
    try:
        return importlib.import_module(module)
    except ImportError:
        raise NotInstalled("extra `bench` is not installed") from None


def cel(rules: list[tuple[str, Premise]]) -> Peer:
    """Common Expression Language, its Rust implementation: compiled programs, one context."""
    library = _imported("cel")
    programs = [(rule_id, library.compile(_in_cel(premise))) for rule_id, premise in rules]

    def apply(facts: Facts) -> set[str]:
        context = library.Context()
        for name, value in facts._asdict().items():
            context.add_variable(name, value)
        return {rule_id for rule_id, program in programs if program.execute(context)}

    return apply


def _in_cel(premise: Premise) -> str:
    holds = f"'{premise.drug}' in daily_mg"
    if premise.above_mg is not None:
        return f"{holds} && daily_mg['{premise.drug}'] > {premise.above_mg}"
    if premise.fact:
        return f"{holds} && patient['{premise.fact}']"
    if premise.other_drug:
        return f"{holds} && '{premise.other_drug}' in daily_mg"
    return f"{holds} && '{premise.other_class}' in classes"


def clips(rules: list[tuple[str, Premise]]) -> Peer:
    """CLIPS: a Rete network of rules, facts asserted by template."""
    library = _imported("clips")
    environment = library.Environment()
    found: set[str] = set()
    environment.define_function(found.add, name="found")
    environment.build("(deftemplate drug (slot name) (slot class) (slot daily (type FLOAT)))")
    environment.build("(deftemplate patient (slot is))")
    for rule_id, premise in rules:
        environment.build(f'(defrule {rule_id} {_in_clips(premise)} => (found "{rule_id}"))')
    drug, patient = map(environment.find_template, ("drug", "patient"))
    symbol = library.Symbol

    def apply(facts: Facts) -> set[str]:
        environment.reset()
        found.clear()
        for name, daily in facts.daily_mg.items():
            drug.assert_fact(
                name=symbol(name), **{"class": symbol(drug_class_of(name))}, daily=daily
            )
        for name in (name for name, holds in facts.patient.items() if holds):
            patient.assert_fact(**{"is": symbol(name)})
        environment.run()
        return set(found)

    return apply


def _in_clips(premise: Premise) -> str:
    holds = f"(drug (name {premise.drug}))"
    if premise.above_mg is not None:
        return f"(drug (name {premise.drug}) (daily ?mg&:(> ?mg {premise.above_mg})))"
    if premise.fact:
        return f"{holds} (patient (is {premise.fact}))"
    if premise.other_drug:
        return f"{holds} (drug (name {premise.other_drug}))"
    return f"{holds} (exists (drug (class {premise.other_class})))"


def zen(rules: list[tuple[str, Premise]]) -> Peer:
    """ZEN: one decision table that collects, a row a rule."""
    library = _imported("zen")
    rows = [
        {"_id": rule_id, "in": _in_zen(premise), "out": f'"{rule_id}"'}
        for rule_id, premise in rules
    ]
    table = {
        "hitPolicy": "collect",
        "inputs": [{"id": "in", "name": "premise"}],
        "outputs": [{"id": "out", "name": "rule", "field": "rule"}],
        "rules": rows,
    }
    nodes = [
        {"id": "from", "name": "from", "type": "inputNode"},
        {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
        {"id": "to", "name": "to", "type": "outputNode"},
    ]
    edges = [
        {"id": "1", "sourceId": "from", "targetId": "table", "type": "edge"},
        {"id": "2", "sourceId": "table", "targetId": "to", "type": "edge"},
    ]
    decision = library.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    def apply(facts: Facts) -> set[str]:
        rows = decision.evaluate({**facts._asdict(), "drugs": list(facts.daily_mg)})["result"]
        return {row["rule"] for row in rows}

    return apply


def _in_zen(premise: Premise) -> str:
    holds = f"'{premise.drug}' in drugs"
    if premise.above_mg is not None:
        return f"{holds} and daily_mg['{premise.drug}'] > {premise.above_mg}"
    if premise.fact:
        return f"{holds} and patient.{premise.fact}"
    if premise.other_drug:
        return f"{holds} and '{premise.other_drug}' in drugs"
    return f"{holds} and '{premise.other_class}' in classes"
