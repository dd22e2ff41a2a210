"""The reader refuses what is surprising in YAML, guesses nothing, and never breaks down."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lems_guard.knowledge.problems import Place, Problems, suggestion
from lems_guard.knowledge.reader import read
from lems_guard.knowledge.tree import Branch, Scalar, Series


@pytest.mark.parametrize(
    "text", ["YES", "no", "on", "2024-05", "2026-11-21", "1.0", "010", "0x1f", "~", "null", "1e3"]
)
def test_a_value_stays_the_text_it_is(text: str) -> None:
    problems = Problems()
    assert read(f"key: {text}\n", "x.yaml", problems) == Branch(
        Place("x.yaml", 1, 1),
        ((Scalar(Place("x.yaml", 1, 1), "key", True), Scalar(Place("x.yaml", 1, 6), text, True)),),
    )
    assert len(problems) == 0


def test_every_key_and_value_has_its_place() -> None:
    tree = read("a:\n  - b: 'c'\n    d: [e]\r\n", "x.yaml", Problems())
    assert isinstance(tree, Branch)
    series = tree.entries[0][1]
    assert isinstance(series, Series)
    inner = series.items[0]
    assert isinstance(inner, Branch)
    places = [(key.place[1:], value.place[1:]) for key, value in inner.entries]
    assert places == [((2, 5), (2, 8)), ((3, 5), (3, 8))]


@given(st.text(alphabet="ab:-[]{}&*!#|>'\"%@?, \n\\~", max_size=40))
def test_any_text_gives_a_tree_or_a_problem(text: str) -> None:
    problems = Problems()
    tree = read(text, "x.yaml", problems)
    assert tree is not None or len(problems) > 0


def test_depth_is_a_problem_not_a_crash() -> None:
    problems = Problems()
    read("[" * 800, "x.yaml", problems)
    assert [problem.code for problem in problems.sorted()] == ["yaml-syntax"]


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("metoprolo", ["metoprolol", "timolol"], " (did you mean 'metoprolol'?)"),
        ("avoid", ["AVOID", "CAUTION"], " (did you mean 'AVOID'?)"),
        ("x", ["AVOID", "CAUTION"], " (one of AVOID, CAUTION)"),
        ("x", [f"drug{number}" for number in range(9)], ""),
        ("x", [], ""),
    ],
)
def test_a_suggestion_is_near_or_short(word: str, known: list[str], expected: str) -> None:
    assert suggestion(word, known) == expected
