"""README's tables are what the code says."""

from pathlib import Path

import lems_guard
from lems_guard.telemetry.instruments import INSTRUMENTS
from readme_tables import README, with_tables


def test_the_tables_are_fresh() -> None:
    text = README.read_text("utf-8")
    assert text == with_tables(text), "run `make readme`"


def test_what_is_counted_is_recorded_where_it_says() -> None:
    package = Path(lems_guard.__file__).parent
    assert [each.name for each in INSTRUMENTS if not (package / each.recorded_by).exists()] == []
