"""The same rules in other engines: one rule, one expression, as their users would write it.

Their answers must equal ours on every prescription before anything is timed. Ours are complete
screenings, with alerts and texts; theirs are the ids of the rules that apply.
"""

import json
from collections.abc import Callable
from typing import NamedTuple

import cel
import clips
import zen

from benchmark.figures import Figure, NotMeasured, frozen, in_turn, ratio
from benchmark.growth import screening, seconds_each
from benchmark.synthetic import drug_class_of, prescriptions, world
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.condition import Between, Is
from lems_guard.clinical.facts import Answer
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.rule import Rule
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.screen import RuleScreener

OURS_AGAIN = 20  # ours is so short that a few would be over before the clock ticks


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


def against_peers(rounds: int = 5, checks: int = 10, rules: int = 3000) -> dict[str, Figure]:
    """The time of each peer ÷ ours, once they have been seen to find the same rules."""
    knowledge = world(rules)
    requests = list(prescriptions(knowledge, checks))
    premises = [(rule.id, premise_of(rule)) for rule in knowledge.rules]
    told = [facts_of(request) for request in requests]
    measures = {"ours": screening(knowledge, requests * OURS_AGAIN)}
    for key, make in PEERS.items():
        peer = make(premises)
        for request, facts in zip(requests, told, strict=True):
            check_answers(peer(facts), ours(request, knowledge))
        measures[key] = lambda peer=peer: seconds_each(peer, told)  # type: ignore[misc]
    with frozen():
        seconds = in_turn(rounds, measures)
    return {key: ratio(seconds[key], seconds["ours"]) for key in PEERS}


def check_answers(theirs: set[str], expected: set[str]) -> None:
    """Refuse to compare engines that do not agree."""
    if theirs != expected:
        raise NotMeasured(f"rules found by one alone: {sorted(theirs ^ expected)}")


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
    assert rule.partners is not None  # the synthetic rules have no other kind
    return Premise(
        name,
        other_drug=next(iter(rule.partners.ingredients), ""),
        other_class=next(iter(rule.partners.classes), ""),
    )


def in_cel(rules: list[tuple[str, Premise]]) -> Peer:
    """Common Expression Language, its Rust implementation: compiled programs, one context."""
    programs = [(rule_id, cel.compile(_cel_of(premise))) for rule_id, premise in rules]

    def apply(facts: Facts) -> set[str]:
        context = cel.Context()
        for name, value in facts._asdict().items():
            context.add_variable(name, value)
        return {rule_id for rule_id, program in programs if program.execute(context)}

    return apply


def _cel_of(premise: Premise) -> str:
    holds = f"'{premise.drug}' in daily_mg"
    if premise.above_mg is not None:
        return f"{holds} && daily_mg['{premise.drug}'] > {premise.above_mg}"
    if premise.fact:
        return f"{holds} && patient['{premise.fact}']"
    if premise.other_drug:
        return f"{holds} && '{premise.other_drug}' in daily_mg"
    return f"{holds} && '{premise.other_class}' in classes"


def in_clips(rules: list[tuple[str, Premise]]) -> Peer:
    """CLIPS: a Rete network of rules, facts asserted by template."""
    environment = clips.Environment()
    found: set[str] = set()
    environment.define_function(found.add, name="found")
    environment.build("(deftemplate drug (slot name) (slot class) (slot daily (type FLOAT)))")
    environment.build("(deftemplate patient (slot is))")
    for rule_id, premise in rules:
        environment.build(f'(defrule {rule_id} {_clips_of(premise)} => (found "{rule_id}"))')
    drug, patient = map(environment.find_template, ("drug", "patient"))
    symbol = clips.Symbol

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


def _clips_of(premise: Premise) -> str:
    holds = f"(drug (name {premise.drug}))"
    if premise.above_mg is not None:
        return f"(drug (name {premise.drug}) (daily ?mg&:(> ?mg {premise.above_mg})))"
    if premise.fact:
        return f"{holds} (patient (is {premise.fact}))"
    if premise.other_drug:
        return f"{holds} (drug (name {premise.other_drug}))"
    return f"{holds} (exists (drug (class {premise.other_class})))"


def in_zen(rules: list[tuple[str, Premise]]) -> Peer:
    """ZEN: one decision table that collects, a row a rule."""
    rows = [
        {"_id": rule_id, "in": _zen_of(premise), "out": f'"{rule_id}"'}
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
    decision = zen.ZenEngine().create_decision(json.dumps({"nodes": nodes, "edges": edges}))

    def apply(facts: Facts) -> set[str]:
        rows = decision.evaluate({**facts._asdict(), "drugs": list(facts.daily_mg)})["result"]
        return {row["rule"] for row in rows}

    return apply


def _zen_of(premise: Premise) -> str:
    holds = f"'{premise.drug}' in drugs"
    if premise.above_mg is not None:
        return f"{holds} and daily_mg['{premise.drug}'] > {premise.above_mg}"
    if premise.fact:
        return f"{holds} and patient.{premise.fact}"
    if premise.other_drug:
        return f"{holds} and '{premise.other_drug}' in drugs"
    return f"{holds} and '{premise.other_class}' in classes"


PEERS = {"vs_cel_3000": in_cel, "vs_clips_3000": in_clips, "vs_zen_3000": in_zen}
