"""The pages' tables are what the code says."""

from pathlib import Path

import pytest

import lems_guard
from lems_guard.telemetry.instruments import INSTRUMENTS
from readme_tables import PARTS, README, ROOT, with_tables


@pytest.mark.parametrize("page", PARTS)
def test_the_tables_are_fresh(page: str) -> None:
    assert (ROOT / page).read_text("utf-8") == with_tables(page), "run `make readme`"


def test_the_first_page_is_short() -> None:
    assert len(README.read_text("utf-8").splitlines()) <= 200


def test_what_is_counted_is_recorded_where_it_says() -> None:
    package = Path(lems_guard.__file__).parent
    assert [each.name for each in INSTRUMENTS if not (package / each.recorded_by).exists()] == []
