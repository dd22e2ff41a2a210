"""How the time of screening grows with the rules, and with the medications."""

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from benchmark.figures import Figure, NotMeasured, frozen, in_turn, ratio
from benchmark.synthetic import asked, premises, prescriptions, world
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.screen import RuleScreener

# Findings a check may differ by this factor: with more, the work compared would not be the same.
ALIKE = 1.5
FEW, MANY, PARTS = 300, 30_000, 20
Item = TypeVar("Item")


def growth(rounds: int = 9, checks: int = 200, many_rules: int = MANY) -> dict[str, Figure]:
    """Ten drugs at many rules ÷ at few; twenty times as many drugs at many rules ÷ ten."""
    few, many = world(premises(FEW)), world(premises(many_rules))
    parts = min(PARTS, many_rules // FEW)
    of_few = [asked(each) for each in prescriptions(FEW, checks)]
    of_many = [asked(each) for each in prescriptions(many_rules, checks)]
    long = [asked(each) for each in prescriptions(many_rules, checks // parts, parts)]
    expected = findings_a_check(many, of_many)
    check_alike(findings_a_check(few, of_few), expected)
    check_alike(findings_a_check(many, long) / parts, expected)
    measures = {
        "few": screening(few, of_few),
        "many": screening(many, of_many),
        "long": screening(many, long),
    }
    with frozen():
        told = in_turn(rounds, measures)
    return {
        "rules_growth_300_30000": ratio(told["many"], told["few"]),
        "medications_growth_10_200": ratio(told["long"], told["many"]),
    }


def screening(knowledge: KnowledgeBase, requests: list[ScreeningRequest]) -> Callable[[], float]:
    """A measurement: CPU seconds a request."""
    screen = RuleScreener().screen
    return lambda: seconds_each(lambda request: screen(request, knowledge), requests)


def seconds_each(act: Callable[[Item], object], items: Sequence[Item]) -> float:
    """CPU seconds an item."""
    begun = time.process_time()
    for item in items:
        act(item)
    return (time.process_time() - begun) / len(items)


def findings_a_check(knowledge: KnowledgeBase, requests: list[ScreeningRequest]) -> float:
    """How many findings a request has on average."""
    screen = RuleScreener().screen
    found = sum(
        len(alert.findings) for request in requests for alert in screen(request, knowledge).alerts
    )
    return found / len(requests)


def check_alike(one: float, other: float) -> None:
    """Refuse to compare unlike work."""
    if not other / ALIKE <= one <= other * ALIKE:
        raise NotMeasured(f"{one:.2f} findings a check against {other:.2f}")
