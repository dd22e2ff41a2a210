"""The call log says enough, and no more than it may in a second."""

import pytest
from structlog.testing import capture_logs

from lems_guard.telemetry.call_log import Allowance, CallLog


def test_an_allowance_counts_what_it_leaves_out() -> None:
    now = [10.0]
    allowance = Allowance(2, lambda: now[0])
    assert [allowance.take() for _ in range(5)] == [0, 0, None, None, None]
    now[0] = 11.0
    assert [allowance.take() for _ in range(3)] == [3, 0, None]


@pytest.mark.parametrize("per_second", [0, 1])
def test_a_storm_of_answers_hides_no_failure(per_second: int) -> None:
    calls = CallLog(per_second)
    with capture_logs() as lines:
        for _ in range(1000):
            calls.answered(dict, 0.001)
        calls.failed("/lems_guard.v1.Service/Method", "INTERNAL", 0.002)
    failed = [line for line in lines if line["event"] == "call failed"]
    assert len(failed) == per_second
    assert len(lines) <= 3 * per_second
