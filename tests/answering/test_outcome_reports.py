"""Reports of alert outcomes: what is refused, and what is counted."""

import pytest

from lems_guard.answering.outcome_reports import outcome_of
from lems_guard.clinical.errors import InvalidRequest
from lems_guard.clinical.outcome import AlertVerdict, OverrideReason
from lems_guard.v1 import alert_service_pb2 as wire

SOUND = {
    "outcome_id": "f3a1",
    "alert_id": "0123456789abcdef",
    "rule_ids": ["rule"],
    "verdict": wire.ALERT_VERDICT_OVERRIDDEN,
    "reason": wire.OVERRIDE_REASON_WILL_MONITOR,
}


def test_a_sound_report_is_read() -> None:
    outcome = outcome_of(wire.RecordAlertOutcomeRequest(**SOUND))  # type: ignore[arg-type]
    assert (outcome.verdict, outcome.reason) == (
        AlertVerdict.OVERRIDDEN,
        OverrideReason.WILL_MONITOR,
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("outcome_id", ""),
        ("outcome_id", "x" * 129),
        ("alert_id", "John Doe"),
        ("rule_ids", []),
        ("rule_ids", ["rule", "rule"]),
        ("rule_ids[0]", [""]),
        ("verdict", 0),
        ("verdict", 9),
        ("reason", 99),
    ],
)
def test_a_fault_is_named_and_not_repeated(field: str, value: object) -> None:
    sent = SOUND | {field.partition("[")[0]: value}
    with pytest.raises(InvalidRequest) as caught:
        outcome_of(wire.RecordAlertOutcomeRequest(**sent))  # type: ignore[arg-type]
    [violation] = caught.value.violations
    assert violation.field == field
    assert "John" not in str(caught.value)


def test_an_accepted_alert_needs_no_reason() -> None:
    accepted = SOUND | {"verdict": wire.ALERT_VERDICT_ACCEPTED}
    with pytest.raises(InvalidRequest):
        outcome_of(wire.RecordAlertOutcomeRequest(**accepted))  # type: ignore[arg-type]


def test_the_wire_says_what_the_domain_says() -> None:
    assert dict(wire.AlertVerdict.items()) == {
        "ALERT_VERDICT_UNSPECIFIED": 0,
        **{f"ALERT_VERDICT_{each.name}": each.value for each in AlertVerdict},
    }
    assert dict(wire.OverrideReason.items()) == {
        "OVERRIDE_REASON_UNSPECIFIED": 0,
        **{f"OVERRIDE_REASON_{each.name}": each.value for each in OverrideReason},
    }
