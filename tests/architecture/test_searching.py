"""Green here is green elsewhere: properties draw the same examples whatever else is loaded."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
DRAWING = """
from searching import choose_examples, examples
choose_examples()
from hypothesis import given, strategies as st
{loaded}
@examples(200)
@given(st.tuples(st.text(), st.integers(), st.floats(), st.sampled_from(["a", "b", "c"])))
def draw(example):
    print(ascii(example))
draw()
"""


def drawn(loaded: str, seed: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", DRAWING.format(loaded=loaded)],
        env=os.environ | {"PYTHONPATH": str(TESTS), "PYTHONHASHSEED": seed} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@pytest.fixture(scope="module")
def alone() -> str:
    return drawn("", "0", PROPERTIES_TIMES="")


def test_neighbours_and_hash_seeds_change_no_example(alone: str) -> None:
    assert len(alone.splitlines()) > 100
    assert drawn("import lems_guard.server", "1", PROPERTIES_TIMES="") == alone


def test_a_wide_search_draws_others_and_more(alone: str) -> None:
    assert len(drawn("", "0", PROPERTIES_TIMES="2").splitlines()) > len(alone.splitlines())
