"""The same rules in other engines: one rule, one expression, as their users would write it.

Their answers must equal ours on every prescription before anything is timed. Ours are complete
screenings, with alerts and texts; theirs are the ids of the rules that apply.
"""

import json
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

import cel
import clips
import zen

from benchmark.figures import Figure, NotMeasured, frozen, in_turn, ratio
from benchmark.growth import screening, seconds_each
from benchmark.synthetic import (
    CIRCUMSTANCES,
    Premise,
    Prescription,
    asked,
    class_of,
    premises,
    prescriptions,
    world,
)
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.screen import RuleScreener

OURS_AGAIN = 20  # ours is so short that a few would be over before the clock ticks


class Facts(NamedTuple):
    """A prescription as the peers are told it."""

    daily_mg: Prescription
    classes: list[str]
    patient: dict[str, bool]


Peer: TypeAlias = Callable[[Facts], set[str]]


def against_peers(rounds: int = 5, checks: int = 10, rules: int = 3000) -> dict[str, Figure]:
    """The time of each peer ÷ ours, once they have been seen to find the same rules."""
    of = premises(rules)
    ours = world(of)
    listed = prescriptions(rules, checks)
    requests = [asked(each) for each in listed]
    told = [Facts(each, sorted(set(map(class_of, each))), CIRCUMSTANCES) for each in listed]
    expected = [found(request, ours) for request in requests]
    measures = {"ours": screening(ours, requests * OURS_AGAIN)}
    for key, make in PEERS.items():
        peer = make(of)
        check_answers([peer(facts) for facts in told], expected)
        measures[key] = lambda peer=peer: seconds_each(peer, told)  # type: ignore[misc]
    with frozen():
        seconds = in_turn(rounds, measures)
    return {key: ratio(seconds[key], seconds["ours"]) for key in PEERS}


def found(request: ScreeningRequest, knowledge: KnowledgeBase) -> set[str]:
    """The rules that we find."""
    alerts = RuleScreener().screen(request, knowledge).alerts
    return {finding.rule.id for alert in alerts for finding in alert.findings}


def check_answers(theirs: list[set[str]], expected: list[set[str]]) -> None:
    """Refuse to compare engines that do not agree."""
    for one, other in zip(theirs, expected, strict=True):
        if one != other:
            raise NotMeasured(f"rules found by one alone: {sorted(one ^ other)}")


def in_cel(rules: list[Premise]) -> Peer:
    """Common Expression Language, its Rust implementation: compiled programs, one context."""
    programs = [(rule.rule_id, cel.compile(_cel_of(rule))) for rule in rules]

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


def in_clips(rules: list[Premise]) -> Peer:
    """CLIPS: a Rete network of rules, facts asserted by template."""
    environment = clips.Environment()
    found: set[str] = set()
    environment.define_function(found.add, name="found")
    environment.build("(deftemplate drug (slot name) (slot class) (slot daily (type FLOAT)))")
    environment.build("(deftemplate patient (slot is))")
    for rule in rules:
        environment.build(f'(defrule {rule.rule_id} {_clips_of(rule)} => (found "{rule.rule_id}"))')
    drug, patient = map(environment.find_template, ("drug", "patient"))
    symbol = clips.Symbol

    def apply(facts: Facts) -> set[str]:
        environment.reset()
        found.clear()
        for name, daily in facts.daily_mg.items():
            drug.assert_fact(name=symbol(name), **{"class": symbol(class_of(name))}, daily=daily)
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


def in_zen(rules: list[Premise]) -> Peer:
    """ZEN: one decision table that collects, a row a rule."""
    rows = [
        {"_id": rule.rule_id, "in": _zen_of(rule), "out": f'"{rule.rule_id}"'} for rule in rules
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
