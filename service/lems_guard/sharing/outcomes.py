"""Alert outcomes that any replica was told of: each report counts once, whichever hears it.

Where Redis is gone, slow or lying, a replica goes by what it knows itself: a report may then be
counted once by each, but none is lost.
"""

from collections.abc import Callable

from lems_guard.clinical.outcome import AlertOutcome, Recording
from lems_guard.sharing.memory import Memory, Used
from lems_guard.store.entries import Entries
from lems_guard.store.naming import Naming


class AlertOutcomes:
    """Takes reports in."""

    def __init__(
        self,
        entries: Entries,
        own: Memory,
        used: Used,
        count: Callable[[AlertOutcome, Recording], None],
    ) -> None:
        """`count` hears of every report and what became of it."""
        self._entries = entries
        self._own = own
        self._used = used
        self._count = count

    def record(self, outcome: AlertOutcome) -> Recording:
        """Take a report in: it is the first of its id, or it is not. Never raises."""
        names = self._entries.naming
        standing = self._claim(outcome_name(names, outcome.outcome_id), note_of(names, outcome))
        recording = Recording.NEW
        if standing is not None:
            is_same = standing == note_of(names, outcome)
            recording = Recording.REPEATED if is_same else Recording.CONFLICTING
        self._count(outcome, recording)
        return recording

    def _claim(self, name: str, note: bytes) -> bytes | None:
        """The note of an earlier report of this id, here or elsewhere."""
        standing = self._own.get(name)
        if standing is not None:
            return standing
        found = self._entries.claim(name, note, self._own.seconds)
        self._used("alert_outcomes", found.heard)
        # While Redis was asked, the same report may have come here a second time.
        return self._own.claim(name, note) if found.content is None else found.content


def outcome_name(names: Naming, outcome_id: str) -> str:
    """The key of a report. It outlives a reload, so no knowledge base is part of it."""
    return names.name("outcome", "", (outcome_id,))


def note_of(names: Naming, outcome: AlertOutcome) -> bytes:
    """What is kept of a report: a keyed hash of it, by which the same one is known again."""
    rules = sorted(outcome.rule_ids)
    return names.mark((outcome.alert_id, rules, outcome.verdict, outcome.reason))
