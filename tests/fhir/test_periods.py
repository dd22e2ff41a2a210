"""How often a FHIR timing says: what nobody can take so often is not believed, but asked about."""

from typing import Any

import pytest

from lems_guard.fhir.dosage import dosage_of


@pytest.mark.parametrize(
    ("repeat", "per_day", "reason"),
    [
        ({"frequency": 1, "period": 1, "periodUnit": "s"}, None, "every second"),
        ({"frequency": 8, "period": 1, "periodUnit": "h"}, None, "eight times an hour"),
        ({"frequency": 1, "period": 5, "periodUnit": "min"}, None, "every five minutes"),
        ({"frequency": 1000, "period": 1, "periodUnit": "d"}, None, "a thousand times a day"),
        ({"frequency": 4, "period": 1, "periodUnit": "min"}, None, "four times a minute"),
        ({"frequency": 400, "period": 1, "periodUnit": "wk"}, None, "more often than hourly"),
        ({"frequencyMax": 90, "frequency": 3, "period": 1, "periodUnit": "d"}, None, "the most"),
        ({"frequency": 1, "period": 0.01, "periodUnit": "d"}, None, "every quarter of an hour"),
        ({"period": 1, "periodUnit": "s"}, None, "a period alone is once in it"),
        ({"frequency": 0, "period": 1, "periodUnit": "d"}, None, "never is no frequency"),
        ({"frequency": 3, "period": 0, "periodUnit": "d"}, None, "no period"),
        ({"frequency": 3, "period": 1, "periodUnit": "fortnight"}, None, "an unknown unit"),
        ({"frequency": 1e308, "period": 1e-308, "periodUnit": "d"}, None, "beyond all numbers"),
        ({"frequency": 1, "period": 30, "periodUnit": "min"}, 48, "every half hour may be"),
        ({"frequency": 1, "period": 1, "periodUnit": "h"}, 24, "hourly drops"),
        ({"frequency": 4, "period": 1, "periodUnit": "d"}, 4, "as usual"),
        ({"frequency": 1, "period": 1, "periodUnit": "wk"}, 1 / 7, "weekly"),
    ],
)
def test_a_period_is_believed_only_where_it_can_be(
    repeat: dict[str, Any], per_day: float | None, reason: str
) -> None:
    order = {"dosageInstruction": [{"timing": {"repeat": repeat}}]}
    told = dosage_of(order).per_day
    assert told == (None if per_day is None else pytest.approx(per_day)), reason
