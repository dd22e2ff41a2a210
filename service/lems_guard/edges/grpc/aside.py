"""Methods that need no turn: they answer at once, whatever waits, in threads of their own."""

import abc
import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from lems_guard.clinical.errors import LemsGuardError, Overloaded
from lems_guard.edges.frame import Call, Frame, Method
from lems_guard.edges.grpc.arrivals import Arrival, RefusingHandler, Requests, Send, no_push
from lems_guard.edges.grpc.call import Context, Metadata, deadline_of, echo_request_id, end
from lems_guard.edges.grpc.patience import Patience


class AsideDoor(abc.ABC):
    """By which the calls of a method come in that has places of its own."""

    is_stream = is_pushed = False

    def __init__(
        self, frame: Frame, method: Method, patience: Patience, refusal: RefusingHandler
    ) -> None:
        """`patience` is for each message."""
        self.pool = ThreadPoolExecutor(method.places.most, method.path)
        self._frame = frame
        self._method = method
        self._patience = patience
        self._refusal = refusal

    def arrived(self, metadata: Metadata) -> Arrival | RefusingHandler:
        """A place for the call, or a refusal."""
        try:
            return Arrival(self, metadata, self._frame.enter(self._method, metadata=metadata))
        except Overloaded:
            return self._refusal

    def turned_away(
        self, arrival: Arrival | None, error: LemsGuardError, metadata: Metadata = ()
    ) -> None:
        """Count a call that is refused, and give its place back where it has one."""
        if arrival is None:
            self._frame.turned_away(self._method, error, metadata=metadata)
            return
        with contextlib.suppress(LemsGuardError), arrival.place:
            raise error

    @abc.abstractmethod
    def answered(
        self, arrival: Arrival, requests: Requests, context: Context, send: Send = no_push
    ) -> Any:  # noqa: ANN401
        """The reply, or the replies."""

    def _begun(self, arrival: Arrival, context: Context) -> Call:
        """The call that has its place, now that its thread has come."""
        call: Call = arrival.place
        call.deadline = deadline_of(context)
        echo_request_id(context, arrival.metadata)
        return call


class ProbeDoor(AsideDoor):
    """One message, one reply."""

    def __init__(
        self,
        frame: Frame,
        method: Method,
        patience: Patience,
        refusal: RefusingHandler,
        answer: Callable[[bytes], bytes],
    ) -> None:
        """`answer` takes microseconds."""
        super().__init__(frame, method, patience, refusal)
        self._answer = answer

    def answered(
        self, arrival: Arrival, requests: Requests, context: Context, _: Send = no_push
    ) -> bytes:
        """The reply, or the status that says why there is none."""
        try:
            with self._begun(arrival, context):
                return self._answer(self._patience.message(requests, context))
        except Exception as error:  # noqa: BLE001  # every fault becomes a status
            end(context, error)


class StreamDoor(AsideDoor):
    """A stream of messages, and one of replies: while it is open it keeps its thread."""

    is_stream = True

    def __init__(
        self,
        frame: Frame,
        method: Method,
        patience: Patience,
        refusal: RefusingHandler,
        replies: Callable[[Call, Iterator[bytes]], Iterator[bytes]],
    ) -> None:
        """A stream is ended when `patience` for its next message ends."""
        super().__init__(frame, method, patience, refusal)
        self._replies = replies

    def answered(
        self, arrival: Arrival, requests: Requests, context: Context, _: Send = no_push
    ) -> Iterator[bytes]:
        """The replies, as they are worked out; then the status, where it is not well."""
        try:
            with self._begun(arrival, context) as call:
                for reply in self._replies(call, self._messages(requests, context)):
                    yield reply
                    self._method.metrics.went()
        except Exception as error:  # noqa: BLE001  # every fault becomes a status
            end(context, error)

    def _messages(self, requests: Requests, context: Context) -> Iterator[bytes]:
        while (message := self._patience.next(requests, context)) is not None:
            self._method.metrics.came()
            yield message
