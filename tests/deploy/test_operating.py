"""The runbook's capacity table is the one that was measured."""

import json

from capacity_table import MEASURED, RUNBOOK, with_capacity


def test_the_capacity_table_is_as_measured() -> None:
    text = RUNBOOK.read_text("utf-8")
    found = json.loads(MEASURED.read_text("utf-8"))
    assert text == with_capacity(text, found), "run `make capacity`"
    assert found["cpu_ms"]["echo"]["median"] < found["cpu_ms"]["first_check"]["median"]
