"""CDS Hooks for a page of this process: the same desks, with no network and no door between.

Who looks at the page was asked at its own door, and its call has its place and its turn already.
"""

import time
from collections.abc import Callable

from lems_guard.callers.profile import Caller
from lems_guard.edges.order_entry.desk import Desk
from lems_guard.edges.order_entry.discovery import SERVICES
from lems_guard.edges.order_entry.feedback import FeedbackDesk
from lems_guard.edges.order_entry.hooks import read_feedback
from lems_guard.edges.order_entry.refusals import Refusal
from lems_guard.edges.order_entry.routes import CountsCalls

FEEDBACK = "feedback"


class HooksWithin:
    """Answers as the port does, with a status and a body; both are counted as the port's are."""

    def __init__(self, desk: Desk, feedback: FeedbackDesk, counts: CountsCalls) -> None:
        """The desks of the port."""
        self._desk = desk
        self._feedback = feedback
        self._counts = counts

    def call(self, service: str, body: bytes, caller: Caller) -> tuple[int, bytes]:
        """What a call of a service gets that names no FHIR server."""
        hook = SERVICES[service].hook
        services = {hook: SERVICES[service]}
        return self._answered(hook, lambda: self._desk.answer_in_turn(body, services, caller))

    def feedback(self, body: bytes) -> tuple[int, bytes]:
        """What a report on cards gets: nothing, where it was taken."""

        def take() -> bytes:
            self._feedback.take(read_feedback(body))
            return b""

        return self._answered(FEEDBACK, take)

    def _answered(self, hook: str, answer: Callable[[], bytes]) -> tuple[int, bytes]:
        begun = time.perf_counter()
        try:
            status, content = 200, answer()
        except Refusal as refusal:
            self._counts.refused(hook, refusal.reason)
            status, content = refusal.status, refusal.body()
        self._counts.called(hook, status, time.perf_counter() - begun)
        return status, content
