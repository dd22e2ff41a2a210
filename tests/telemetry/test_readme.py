"""README's tables are what the code says."""

from readme_tables import README, with_tables


def test_the_tables_are_fresh() -> None:
    text = README.read_text("utf-8")
    assert text == with_tables(text), "run `make readme`"
