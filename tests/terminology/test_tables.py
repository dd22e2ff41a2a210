"""The tables are read strictly: each fault is named with its file and line."""

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.terminology.tables import read_vocabulary
from lems_guard.terminology.vocabulary import ProductCodes

TABLES = Path(__file__).parents[2] / "rules" / "vocabulary"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for table in TABLES.glob("*.tsv"):
        shutil.copy(table, tmp_path)
    (tmp_path / "products.tsv").write_text("rxcui\tingredients\troute\tstrength\tsource\n", "utf-8")
    return tmp_path


def problems_after(copy: Path, file: str, row: str) -> tuple[str, ...]:
    path = copy / file
    path.write_text(path.read_text("utf-8") + row + "\n", "utf-8")
    with pytest.raises(InvalidKnowledge) as refused:
        read_vocabulary(copy)
    return refused.value.problems


@pytest.mark.parametrize(
    ("file", "row", "problem"),
    [
        ("ingredients.tsv", "xyzol\tabc\ttest", "rxcui: 'abc' is no number"),
        ("ingredients.tsv", "xyzol\t1\t", "source: every row"),
        ("ingredients.tsv", "metoprolol\t\ttest", "duplicate: 'metoprolol' stands twice"),
        ("names.tsv", "xyz\txyzol\ttest", "ingredient: 'xyzol' is not in ingredients.tsv"),
        ("names.tsv", "xyz\tmetoprolol\t", "source: every row"),
        ("names.tsv", "-\tmetoprolol\ttest", "empty: name holds no word"),
        ("names.tsv", "only one cell", "cells: 1 instead of 3"),
        ("brands.tsv", "Xyz\tmetoprolol\tUSA\t\ttest", "countries: 'USA'"),
        ("brands.tsv", "Xyz\tmetoprolol\t\tMOUTH\ttest", "route: 'MOUTH' is no route"),
        ("mixtures.tsv", "metoprolol\txyz\ttest", "ingredient: 'xyz' is not in ingredients.tsv"),
        ("products.tsv", "1\tmetoprolol\tORAL\tmuch\ttest", "strength: 'much'"),
        ("routes.tsv", "xyz\tORAL\tmouth\ttest", "context: 'mouth'"),
        ("routes.tsv", "po\tINTRAVENOUS\t\ttest", "duplicate: two meanings of 'po'"),
        ("forms.tsv", "xyz\tORAL\tmaybe\ttest", "counted: 'maybe'"),
        ("frequencies.tsv", "xyz\toften\t\t\ttest", "per_day: 'often'"),
        ("frequencies.tsv", "xyz\t24/#\t\t\ttest", "per_day: the formula needs a #"),
        ("words.tsv", "xyz\tnoise\t\ttest", "kind: 'noise'"),
        ("indications.tsv", "xyz\tFUN\ttest", "use: 'FUN'"),
    ],
)
def test_a_bad_row_is_named(copy: Path, file: str, row: str, problem: str) -> None:
    lines = len((copy / file).read_text("utf-8").splitlines())
    found = problems_after(copy, file, row)
    assert any(problem in text and text.startswith(file) for text in found), found
    if "duplicate" not in problem:
        assert any(text.startswith(f"{file}:{lines + 1}: ") for text in found)


def test_every_problem_is_reported_at_once(copy: Path) -> None:
    names = copy / "names.tsv"
    names.write_text(names.read_text("utf-8") + "xyz\txyzol\ttest\n", "utf-8")
    found = problems_after(copy, "routes.tsv", "xyz\tNOWHERE\t\ttest")
    assert {problem.split(":")[0] for problem in found} == {"names.tsv", "routes.tsv"}


def test_a_missing_table_is_named(copy: Path) -> None:
    (copy / "forms.tsv").unlink()
    with pytest.raises(InvalidKnowledge, match=r"forms\.tsv:1: unreadable"):
        read_vocabulary(copy)


def test_a_wrong_header_is_named(copy: Path) -> None:
    (copy / "units.tsv").write_text("word\tmeaning\n", "utf-8")
    with pytest.raises(InvalidKnowledge, match=r"units\.tsv:1: columns: expected word, unit"):
        read_vocabulary(copy)


@given(st.dictionaries(st.integers(1, 10**9 - 1).map(str), st.integers(0, 2**32 - 1)), st.text())
def test_codes_of_products_are_found_in_their_rows(places: dict[str, int], other: str) -> None:
    codes = ProductCodes.of(places)
    assert {code: codes.place(code) for code in places} == places
    assert len(codes) == len(places)
    assert codes.place(other) == places.get(other)
