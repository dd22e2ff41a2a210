"""Reports of what was done about alerts: taken in once, each fault named."""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

from lems_guard.clinical.errors import AlreadyRecorded, FieldViolation, InvalidRequest
from lems_guard.clinical.outcome import AlertOutcome, AlertVerdict, OverrideReason, Recording
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.v1 import alert_service_pb2 as wire

ALERT_ID = re.compile(r"[0-9a-f]{16}")
LONGEST_ID = 128
MOST_RULES = 50
VERDICTS = {each.value: each for each in AlertVerdict}
REASONS = {0: None, **{each.value: each for each in OverrideReason}}


class RecordsOutcomes(Protocol):
    """Where reports go."""

    def record(self, outcome: AlertOutcome) -> Recording:
        """Take a report in; it is the first of its id, or it is not. Never raises."""


def recorded(
    request: wire.RecordAlertOutcomeRequest,
    outcomes: RecordsOutcomes,
    knowledge: KnowledgeBase,
) -> wire.RecordAlertOutcomeResponse:
    """Take a report in; raises `InvalidRequest`, or `AlreadyRecorded` for another under its id."""
    outcome = outcome_of(request)
    recording = outcomes.record(outcome)
    if recording is Recording.CONFLICTING:
        raise AlreadyRecorded("another report was recorded under this outcome_id")
    known = knowledge.rule
    return wire.RecordAlertOutcomeResponse(
        repeated=recording is Recording.REPEATED,
        unknown_rule_ids=sorted(each for each in outcome.rule_ids if known(each) is None),
    )


def outcome_of(request: wire.RecordAlertOutcomeRequest) -> AlertOutcome:
    """A report as sent; raises `InvalidRequest` with every fault."""
    violations = tuple(faults_of(request))
    if violations:
        raise InvalidRequest(violations)
    return AlertOutcome(
        request.outcome_id,
        request.alert_id,
        tuple(request.rule_ids),
        VERDICTS[request.verdict],
        REASONS[request.reason],
    )


def faults_of(request: wire.RecordAlertOutcomeRequest) -> Iterator[FieldViolation]:
    """Everything that is wrong with a report; never what it says."""
    if not 0 < len(request.outcome_id) <= LONGEST_ID:
        yield FieldViolation("outcome_id", "1 to 128 characters, such as a random UUID")
    if not ALERT_ID.fullmatch(request.alert_id):
        yield FieldViolation("alert_id", "the id of an alert: 16 hexadecimal digits")
    yield from _faults_of_rules(request.rule_ids)
    if request.verdict not in VERDICTS:
        yield FieldViolation("verdict", "ALERT_VERDICT_ACCEPTED or ALERT_VERDICT_OVERRIDDEN")
    if request.reason not in REASONS:
        yield FieldViolation("reason", "one of the listed reasons, or none")
    elif request.reason and request.verdict == wire.ALERT_VERDICT_ACCEPTED:
        yield FieldViolation("reason", "none where the alert was accepted")


def _faults_of_rules(rules: Sequence[str]) -> Iterator[FieldViolation]:
    if not 0 < len(rules) <= MOST_RULES or len(set(rules)) < len(rules):
        yield FieldViolation("rule_ids", "1 to 50 rule ids, each once")
    for place, rule in enumerate(rules):
        if not 0 < len(rule) <= LONGEST_ID:
            yield FieldViolation(f"rule_ids[{place}]", "the id of a rule")
