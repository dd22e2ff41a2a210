"""Work grows with a list, never with its square: counted in steps of Python, not in seconds."""

import sys
from types import FrameType
from typing import Any

import pytest

from crowds import answerer_of, crowds
from lems_guard.editions.library import Edition, load_edition, packaged_rules

EDITION = load_edition(packaged_rules()).edition
CROWDS = crowds(EDITION)
FEW, MANY = 60, 120
# Of 1.1: the double list may take 2.14 times the steps.
MOST_GROWTH = (MANY / FEW) ** 1.1


class Steps:
    """Counts every step that the interpreter takes."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, frame: FrameType, event: str, _argument: object) -> Any:  # noqa: ANN401
        frame.f_trace_opcodes = True
        self.number += event == "opcode"
        return self


def steps(edition: Edition, raw: bytes) -> int:
    """The steps that a first answer takes."""
    answerer, count, before = answerer_of(edition), Steps(), sys.gettrace()
    sys.settrace(count)
    try:
        answerer.answer(raw)
    finally:
        sys.settrace(before)
    return count.number


@pytest.mark.parametrize("name", CROWDS)
def test_a_list_twice_as_long_takes_hardly_more_than_twice_the_steps(name: str) -> None:
    few, many = (steps(EDITION, CROWDS[name](each).SerializeToString()) for each in (FEW, MANY))
    assert many / few <= MOST_GROWTH, f"{few} steps for {FEW} orders, {many} for {MANY}"
