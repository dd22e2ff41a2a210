"""The gate before a door: who calls is known, or the call ends, before anybody waits for it.

What a call shows by its metadata is judged where it arrives, in microseconds, and an unknown one is
refused there: it takes no place from others. A certificate, the peer's address or a signature that
is still to be verified is looked at in the call's own thread, before its message is waited for.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from lems_guard.callers.calling import CALLING
from lems_guard.callers.gate import ANONYMOUS_GUEST, Gate, Guest, Shown, may_watch
from lems_guard.callers.roles import OPERATING, Roles
from lems_guard.callers.ways import is_proxied
from lems_guard.clinical.errors import LemsGuardError
from lems_guard.edges.grpc.arrivals import (
    Arrival,
    AtOnce,
    Door,
    RefusedArrival,
    RefusingHandler,
    Requests,
    Send,
)
from lems_guard.edges.grpc.call import Context, Metadata, end

AUTHORIZATION = "authorization"
ALTERNATIVE_NAMES = "x509_subject_alternative_name"
LOOPBACK_PEERS = ("ipv4:127.", "ipv6:%5B::1%5D", "ipv6:[::1]", "unix:")


class GuardedDoor(Door, Protocol):
    """A door that can turn away what has arrived."""

    def turned_away(
        self, arrival: Arrival | None, error: LemsGuardError, metadata: Metadata = ()
    ) -> None:
        """Count a call that is refused; what was taken for one that has arrived is given back."""


class Guard:
    """Asks who calls."""

    def __init__(self, gate: Gate, *, is_here: bool, asks_certificates: bool) -> None:
        """`is_here`: only this machine reaches the port."""
        self._gate = gate
        self._is_here = True if is_here else None
        self._certificate = None if asks_certificates else ()
        self._refusing = AtOnce(1)

    def arrived(
        self, door: GuardedDoor, path: str, roles: Roles, metadata: Metadata
    ) -> "GuardedArrival | RefusingHandler | RefusedArrival":
        """What becomes of a call that has just arrived; it takes microseconds."""
        shown = self._shown(path, metadata)
        try:
            guest = self._guest_at_once(shown, roles)
        except LemsGuardError as error:
            door.turned_away(None, error, metadata)
            return RefusedArrival(error, self._refusing)
        arrival = door.arrived(metadata)
        if not isinstance(arrival, Arrival):
            if guest is not None:
                guest.leave()
            return arrival
        return GuardedArrival(self, door, arrival, (shown, roles), guest)

    def guest(self, shown: Shown, roles: Roles, context: Context) -> Guest:
        """Who calls, by all that its connection shows; raises as `Gate` does."""
        if shown.is_here is None:
            shown = shown._replace(is_here=context.peer().startswith(LOOPBACK_PEERS))
        if shown.certificate is None:
            shown = shown._replace(certificate=names_of(context))
        if may_watch(shown, roles):
            return ANONYMOUS_GUEST
        return self._gate.admit(self._gate.caller(shown), roles)

    def _guest_at_once(self, shown: Shown, roles: Roles) -> Guest | None:
        if shown.is_here is None and roles == OPERATING:
            return None
        if may_watch(shown, roles):
            return ANONYMOUS_GUEST
        caller = self._gate.at_once(shown)
        return None if caller is None else self._gate.admit(caller, roles)

    def _shown(self, path: str, metadata: Metadata) -> Shown:
        authorization = next((str(v) for k, v in metadata if k == AUTHORIZATION), "")
        is_here = False if is_proxied(key for key, _ in metadata) else self._is_here
        return Shown(authorization, self._certificate, is_here, path)


class GuardedArrival:
    """A call that has arrived, and by whom; where that is not known yet, its thread asks first."""

    request_streaming = True
    request_deserializer = None
    response_serializer = None

    __slots__ = ("_arrival", "_asked", "_door", "_guard", "_guest")

    def __init__(
        self,
        guard: Guard,
        door: GuardedDoor,
        arrival: Arrival,
        asked: tuple[Shown, Roles],
        guest: Guest | None,
    ) -> None:
        """`guest` has been let in, if it could be told."""
        self._guard, self._door, self._arrival = guard, door, arrival
        self._asked, self._guest = asked, guest

    @property
    def response_streaming(self) -> bool:
        """Whether the reply is a stream."""
        return self._arrival.response_streaming

    @property
    def stream_unary(self) -> "GuardedArrival":
        """What gRPC calls where the reply is one message."""
        return self

    @property
    def stream_stream(self) -> "GuardedArrival":
        """What gRPC calls where it is a stream."""
        return self

    @property
    def experimental_thread_pool(self) -> ThreadPoolExecutor | None:
        """The pool that the call's thread is of."""
        return self._arrival.experimental_thread_pool

    @property
    def experimental_non_blocking(self) -> bool:
        """Whether replies are sent from elsewhere."""
        return self._arrival.experimental_non_blocking

    def __call__(self, requests: Requests, context: Context, *send: Send) -> Any:  # noqa: ANN401
        """Ask who calls, and answer."""
        guest = self._let_in(context)
        CALLING.set(guest.caller.name)
        if self.response_streaming:
            return self._stream(guest, requests, context)
        try:
            return self._arrival(requests, context, *send)
        finally:
            guest.leave()

    def _let_in(self, context: Context) -> Guest:
        if self._guest is not None:
            return self._guest
        try:
            return self._guard.guest(*self._asked, context)
        except LemsGuardError as error:
            self._door.turned_away(self._arrival, error)
            end(context, error)

    def _stream(self, guest: Guest, requests: Requests, context: Context) -> Iterator[bytes]:
        CALLING.set(guest.caller.name)
        try:
            messages = paced(guest, requests) if guest.is_paced else requests
            yield from self._arrival(messages, context)
        finally:
            guest.leave()


def paced(guest: Guest, requests: Requests) -> Requests:
    """Messages no faster than their caller may send them: its stream waits, and nobody else."""
    for message in requests:
        guest.pace()
        yield message


def names_of(context: Context) -> tuple[str, ...]:
    """The alternative names of the certificate that a connection showed."""
    shown: Any = context.auth_context()  # lists of bytes, which its types do not say
    return tuple(str(each, "utf-8", "replace") for each in shown.get(ALTERNATIVE_NAMES, ()))
