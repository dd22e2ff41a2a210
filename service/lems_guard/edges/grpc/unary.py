"""Unary methods: let in as long as there are places, evaluated in their turns."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from lems_guard.clinical.deadline import InTime
from lems_guard.clinical.errors import LemsGuardError, Overloaded
from lems_guard.edges.frame import Frame, Method, Places
from lems_guard.edges.grpc.arrivals import Arrival, RefusingHandler, Requests, Send, no_push
from lems_guard.edges.grpc.call import Context, Metadata, deadline_of, echo_request_id, end, gone
from lems_guard.edges.grpc.patience import Patience

ARRIVING_TO_A_PLACE = 2
PAUSE_SECONDS = 1.5e-4  # about twice what one arrival takes
MOST_PAUSES = 64
# A pause costs a fifth of an evaluation.
BETWEEN_PAUSES_SECONDS = 0.003


class Hall:
    """Where unary calls are until their message has come: it takes no place from those that wait.

    A call of which only the headers come costs a thread for a second, and nobody else anything.
    """

    def __init__(self, frame: Frame, patience: Patience, refusal: RefusingHandler) -> None:
        """`patience` is for the message."""
        self.frame = frame
        self.refusal = refusal
        self.seen = 0  # arrivals; written by the serving thread alone
        # Written in a turn alone: the arrivals by the last evaluation, and when it was caught up.
        self._heard_before = 0
        self._caught_up_at = 0.0
        self._patience = patience
        self._arriving = Places(ARRIVING_TO_A_PLACE * frame.places.most)

    @property
    def most_threads(self) -> int:
        """How many calls can be in the hall and beyond it at once."""
        return self._arriving.most + self.frame.places.most

    def let_in(self) -> bool:
        """Whether one more may come in; calls on their way to a place count as if they had it.

        But never more than half of the places are kept for those of whom nothing came yet.
        """
        self.seen += 1
        expected = min(self._arriving.taken, self.frame.places.most // 2)
        return self.frame.has_room(expected) and self._arriving.take()

    def message_of(self, requests: Requests, context: Context) -> bytes:
        """The call's message; raises what the call then ends with."""
        try:
            return self._patience.message(requests, context)
        finally:
            self.let_go()

    def let_go(self) -> None:
        """One that was in the hall is there no longer."""
        self._arriving.give_back()

    def let_serving_catch_up(self) -> None:
        """Before an evaluation, pause until the serving thread has nothing more to do.

        It needs the interpreter for every arrival, and beside a thread that evaluates without a
        pause it gets it now and then only: calls then grow late in gRPC's core, where nobody
        counts or refuses them. gRPC has one arrival heard at a time, so a pause in which there was
        none has come to the last one. A call alone needs none; while no more calls come than are
        answered, one every few milliseconds shows whether that is still so.
        """
        heard, self._heard_before = self.seen - self._heard_before, self.seen
        is_alone = self._arriving.taken + self.frame.places.taken <= 1
        is_calm = heard <= 1 and time.monotonic() - self._caught_up_at < BETWEEN_PAUSES_SECONDS
        if is_alone or is_calm:
            return
        for _ in range(MOST_PAUSES):
            seen = self.seen
            time.sleep(PAUSE_SECONDS)
            if self.seen == seen:
                break
        self._caught_up_at = time.monotonic()


class UnaryDoor:
    """By which the calls of one method come in."""

    pool: ThreadPoolExecutor | None = None
    is_stream = is_pushed = False

    def __init__(
        self, hall: Hall, method: Method, answer: Callable[[bytes, InTime], bytes]
    ) -> None:
        """`answer` makes the reply to a message, in time."""
        self._hall = hall
        self._method = method
        self._answer = answer

    def arrived(self, metadata: Metadata) -> Arrival | RefusingHandler:
        """A thread for the call, or a refusal."""
        if self._hall.let_in():
            return Arrival(self, metadata)
        self._hall.frame.turned_away(self._method, Overloaded(), metadata=metadata)
        return self._hall.refusal

    def turned_away(
        self, arrival: Arrival | None, error: LemsGuardError, metadata: Metadata = ()
    ) -> None:
        """Count a call that is refused before its message is waited for."""
        if arrival is not None:
            self._hall.let_go()
            metadata = arrival.metadata
        self._hall.frame.turned_away(self._method, error, metadata=metadata)

    def answered(
        self, arrival: Arrival, requests: Requests, context: Context, _: Send = no_push
    ) -> bytes:
        """The reply, or the status that says why there is none."""
        try:
            echo_request_id(context, arrival.metadata)
            return self._reply(arrival, requests, context)
        except Exception as error:  # noqa: BLE001  # every fault becomes a status, none an answer
            end(context, error)

    def _reply(self, arrival: Arrival, requests: Requests, context: Context) -> bytes:
        frame = self._hall.frame
        try:
            message = self._hall.message_of(requests, context)
        except LemsGuardError as error:
            raise frame.turned_away(self._method, error, arrival.at, arrival.metadata) from None

        def evaluated() -> bytes:
            if not context.is_active():
                raise gone(context)
            return self._answer(message, call.in_time)

        call = frame.enter(
            self._method,
            deadline=deadline_of(context),
            arrived=arrival.at,
            metadata=arrival.metadata,
        )
        return call.run(evaluated)
