"""Which alerts a clinician was shown before, for every door but order entry, which has its own.

It is a call of its own and no field of a check: the same check gives the same bytes whoever asks,
and a client that shows nothing has nothing to say.
"""

import re
from collections.abc import Collection, Iterator
from typing import Protocol

from lems_guard.clinical.episode import Episode
from lems_guard.clinical.errors import FieldViolation, InvalidRequest
from lems_guard.clinical.severity import Severity
from lems_guard.v1 import alert_service_pb2 as wire

ALERT_ID = re.compile(r"[0-9a-f]{16}")
LONGEST_NAME = 128
MOST_ALERTS = 500
NAMES = ("client", "clinician", "patient")
SEVERITIES = {each.value: each for each in Severity}


class RemembersShown(Protocol):
    """What remembers what was shown."""

    def shown(self, episode: Episode, cards: Collection[str]) -> frozenset[str]:
        """Those that were shown. Never raises."""

    def remember(self, episode: Episode, cards: Collection[str]) -> None:
        """Note that some are shown. Never raises."""


def shown_before(
    request: wire.RecordShownRequest, memory: RemembersShown
) -> wire.RecordShownResponse:
    """The alerts that need not interrupt again; raises `InvalidRequest` with every fault."""
    violations = tuple(faults_of(request))
    if violations:
        raise InvalidRequest(violations)
    episode = Episode(request.client, request.clinician, request.patient, request.encounter)
    alerts = {f"{each.alert_id}|{each.severity}": each for each in request.alerts}
    before = memory.shown(episode, alerts)
    memory.remember(episode, alerts)
    repeated = (
        each.alert_id
        for name, each in alerts.items()
        if name in before and SEVERITIES[each.severity] is not Severity.CONTRAINDICATED
    )
    return wire.RecordShownResponse(repeated_alert_ids=sorted(repeated))


def faults_of(request: wire.RecordShownRequest) -> Iterator[FieldViolation]:
    """Everything that is wrong with a request; never what it says."""
    for name in NAMES:
        if not 0 < len(getattr(request, name)) <= LONGEST_NAME:
            yield FieldViolation(name, "1 to 128 characters")
    if len(request.encounter) > LONGEST_NAME:
        yield FieldViolation("encounter", "at most 128 characters")
    ids = [each.alert_id for each in request.alerts]
    if not 0 < len(ids) <= MOST_ALERTS or len(set(ids)) < len(ids):
        yield FieldViolation("alerts", "1 to 500 alerts, each once")
        return
    for place, each in enumerate(request.alerts):
        if not ALERT_ID.fullmatch(each.alert_id):
            yield FieldViolation(f"alerts[{place}].alert_id", "16 hexadecimal digits")
        if each.severity not in SEVERITIES:
            yield FieldViolation(f"alerts[{place}].severity", "the severity of the alert")
