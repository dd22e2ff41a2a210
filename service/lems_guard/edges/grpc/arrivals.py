"""A call as it arrives: what gRPC is given for it, in the thread that serves all connections.

That thread must never work or wait, so it only asks whether there is a place; what the call's
message says is read in a thread of the pool that the call's door names.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, NoReturn, Protocol, TypeAlias

from lems_guard.clinical.errors import LemsGuardError, Overloaded
from lems_guard.edges.grpc.call import Context, Metadata, end

Requests: TypeAlias = Iterator[bytes]
Send: TypeAlias = Callable[[bytes | None], None]


def no_push(_: bytes | None) -> None:
    """Where replies are not sent from elsewhere."""
    raise NotImplementedError


class Door(Protocol):
    """What a method's calls come in by."""

    @property
    def pool(self) -> ThreadPoolExecutor | None:
        """What its calls' threads are of; `None`: the server's."""

    @property
    def is_stream(self) -> bool:
        """Whether the reply is a stream."""

    @property
    def is_pushed(self) -> bool:
        """Whether replies are sent from elsewhere, and no thread is kept for them."""

    def arrived(self, metadata: Metadata) -> "Arrival | RefusingHandler":
        """What becomes of a call that has just arrived; it takes microseconds."""

    def answered(
        self, arrival: "Arrival", requests: Requests, context: Context, send: Send = no_push
    ) -> Any:  # noqa: ANN401
        """The reply, in a thread of the pool; of a stream the replies."""


class Arrival:
    """A call that has arrived: a handler as gRPC wants it, for this one call.

    To gRPC every method takes a stream of requests: so its message is waited for where we see it.
    """

    request_streaming = True
    request_deserializer = None  # bytes that are no message are a fault to be told
    response_serializer = None

    __slots__ = ("_door", "at", "metadata", "place")

    def __init__(self, door: Door, metadata: Metadata, place: Any = None) -> None:  # noqa: ANN401
        """It has come now; `place` is what the door has taken for it."""
        self._door = door
        self.at = time.monotonic()
        self.metadata = metadata
        self.place = place

    @property
    def response_streaming(self) -> bool:
        """Whether the reply is a stream."""
        return self._door.is_stream

    @property
    def stream_unary(self) -> "Arrival":
        """What gRPC calls where the reply is one message."""
        return self

    @property
    def stream_stream(self) -> "Arrival":
        """What gRPC calls where it is a stream."""
        return self

    @property
    def experimental_thread_pool(self) -> ThreadPoolExecutor | None:
        """The pool that the call's thread is of; none: the server's."""
        return self._door.pool

    @property
    def experimental_non_blocking(self) -> bool:
        """Whether replies are sent from elsewhere."""
        return self._door.is_pushed

    def __call__(self, requests: Requests, context: Context, *send: Send) -> Any:  # noqa: ANN401
        """Answer, in a thread of the pool."""
        return self._door.answered(self, requests, context, *send)


DONE: Future[None] = Future()
DONE.set_result(None)


class AtOnce(ThreadPoolExecutor):
    """Does what it is given where it is given it: for what takes microseconds and never waits.

    A thread of its own would have to take turns at the interpreter with the serving thread, which
    costs each of them more than the refusal does.
    """

    def submit(self, work: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:  # noqa: ANN401
        """The work, done; gRPC's own catches what it raises."""
        work(*given, **named)
        return DONE


class RefusedArrival:
    """Ends a call where it arrives, without a look at its message."""

    request_streaming = True
    response_streaming = False
    request_deserializer = None
    response_serializer = None

    __slots__ = ("_error", "experimental_thread_pool")

    def __init__(self, error: LemsGuardError, pool: AtOnce) -> None:
        """End it with this error."""
        self._error = error
        self.experimental_thread_pool = pool

    @property
    def stream_unary(self) -> "RefusedArrival":
        """What gRPC calls."""
        return self

    def __call__(self, _: Requests, context: Context) -> NoReturn:
        """Say why it is not answered."""
        end(context, self._error)


class RefusingHandler(RefusedArrival):
    """Refuses any number of calls: the threads of the pools are taken."""

    __slots__ = ()

    def __init__(self) -> None:
        """Say that there is no place."""
        super().__init__(Overloaded(), AtOnce(1))
