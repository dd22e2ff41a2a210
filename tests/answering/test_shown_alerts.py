"""What a clinician was shown need not interrupt again; a contraindication always does."""

import pytest

from lems_guard.answering.shown_alerts import shown_before
from lems_guard.clinical.errors import InvalidRequest
from lems_guard.sharing.memory import Memory
from lems_guard.sharing.repeats import Repeats
from lems_guard.store.entries import NoStore
from lems_guard.v1 import alert_service_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

AVOID, WORST = terms.SEVERITY_AVOID, terms.SEVERITY_CONTRAINDICATED
FIRST, SECOND = "0123456789abcdef", "fedcba9876543210"
WHO = {"client": "ward.example", "clinician": "c7", "patient": "p1", "encounter": "e1"}


def asked(*alerts: tuple[str, terms.Severity], **names: str) -> wire.RecordShownRequest:
    shown = [wire.ShownAlert(alert_id=each, severity=severity) for each, severity in alerts]
    return wire.RecordShownRequest(**WHO | names, alerts=shown)


def memory() -> Repeats:
    return Repeats(NoStore(), Memory(9), lambda *_: None)


def test_the_same_alert_is_a_repeat_the_second_time() -> None:
    known = memory()
    for repeated in ([], [FIRST], [FIRST]):
        assert shown_before(asked((FIRST, AVOID)), known).repeated_alert_ids == repeated
    both = shown_before(asked((SECOND, AVOID), (FIRST, AVOID)), known)
    assert both.repeated_alert_ids == [FIRST]


def test_a_contraindication_is_never_a_repeat() -> None:
    known = memory()
    for _ in range(3):
        assert shown_before(asked((FIRST, WORST)), known).repeated_alert_ids == []


def test_a_raised_severity_is_another_alert() -> None:
    known = memory()
    shown_before(asked((FIRST, terms.SEVERITY_CAUTION)), known)
    assert shown_before(asked((FIRST, AVOID)), known).repeated_alert_ids == []


@pytest.mark.parametrize("name", WHO)
def test_whoever_else_asks_is_shown_it(name: str) -> None:
    known = memory()
    shown_before(asked((FIRST, AVOID)), known)
    assert shown_before(asked((FIRST, AVOID), **{name: "x"}), known).repeated_alert_ids == []


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (asked((FIRST, AVOID), client=""), "client"),
        (asked((FIRST, AVOID), clinician="c" * 129), "clinician"),
        (asked((FIRST, AVOID), patient=""), "patient"),
        (asked((FIRST, AVOID), encounter="e" * 129), "encounter"),
        (asked(), "alerts"),
        (asked((FIRST, AVOID), (FIRST, WORST)), "alerts"),
        (asked(("Firdapse", AVOID)), "alerts[0].alert_id"),
        (asked((FIRST, terms.SEVERITY_UNSPECIFIED)), "alerts[0].severity"),
    ],
)
def test_a_fault_is_named_by_its_field(request_: wire.RecordShownRequest, field: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        shown_before(request_, memory())
    assert [each.field for each in refusal.value.violations] == [field]
    assert "Firdapse" not in str(refusal.value)
