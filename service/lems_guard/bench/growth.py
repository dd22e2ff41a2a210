"""How the time of screening grows with the rules, and with the medications."""

import time
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from lems_guard.bench.figures import Figure, frozen, interleaved, ratio
from lems_guard.bench.synthetic import prescriptions, world
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.screen import RuleScreener

# Findings a check may differ by this factor: with more, the work compared would not be the same.
ALIKE = 1.5
Item = TypeVar("Item")


class UnequalWork(AssertionError):
    """The two sides of a comparison did not find alike, so their times compare nothing."""


class Sizes(NamedTuple):
    """How large the two worlds are, and how often they are measured."""

    few_rules: int = 300
    many_rules: int = 30_000
    parts: int = 20
    checks: int = 300
    rounds: int = 9


def rules_growth(sizes: Sizes) -> Figure:
    """Ten medications: the time at many rules ÷ the time at few."""
    few, many = world(sizes.few_rules), world(sizes.many_rules)
    of_few = list(prescriptions(few, sizes.checks))
    of_many = list(prescriptions(many, sizes.checks))
    check_alike(findings_a_check(few, of_few), findings_a_check(many, of_many))
    with frozen():
        times = interleaved(sizes.rounds, screening(many, of_many), screening(few, of_few))
    return ratio(*times)


def medications_growth(sizes: Sizes) -> Figure:
    """Many rules: the time for `parts` times 10 medications ÷ the time for 10."""
    many = world(sizes.many_rules)
    short = list(prescriptions(many, sizes.checks))
    long = list(prescriptions(many, max(sizes.checks // sizes.parts, 1), sizes.parts))
    check_alike(findings_a_check(many, short), findings_a_check(many, long) / sizes.parts)
    with frozen():
        times = interleaved(sizes.rounds, screening(many, long), screening(many, short))
    return ratio(*times)


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
        raise UnequalWork(f"{one:.2f} findings a check against {other:.2f}")
