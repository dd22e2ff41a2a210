"""Alert outcomes: what was done about an alert, as a client reports it. Never any free text."""

import enum
from typing import NamedTuple


class AlertVerdict(enum.IntEnum):
    """What a person did about an alert."""

    ACCEPTED = 1
    OVERRIDDEN = 2


class OverrideReason(enum.IntEnum):
    """Why an alert was overridden: a closed list, so that no patient is told of in passing."""

    BENEFIT_OUTWEIGHS_RISK = 1
    NO_ALTERNATIVE = 2
    EMERGENCY = 3
    WILL_MONITOR = 4
    DOSE_ADJUSTED = 5
    TOLERATED_BEFORE = 6
    SPECIALIST_ADVISED = 7
    ALREADY_KNOWN = 8
    PATIENT_DATA_WRONG = 9
    NOT_RELEVANT = 10
    OTHER = 11


class AlertOutcome(NamedTuple):
    """One report. `outcome_id` is the client's own, by which a report sent twice is known again.

    `alert_id` is `Alert.id`. The knowledge base may have been renewed since the alert was shown, so
    `rule_ids` may name rules that are no longer in service.
    """

    outcome_id: str
    alert_id: str
    rule_ids: tuple[str, ...]
    verdict: AlertVerdict
    reason: OverrideReason | None = None


class Recording(enum.IntEnum):
    """What became of a report."""

    NEW = 1
    REPEATED = 2  # the same report under the same id: counted once
    CONFLICTING = 3  # another report under the same id: the first one holds
