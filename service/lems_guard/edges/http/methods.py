"""The contract's methods for the HTTP port, whatever a body is written in.

A body becomes a message's bytes, which go the same way as gRPC's, and the bytes that come back
become a body: all of it in the call's turn. Calls are counted under the names that gRPC's have.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from google.rpc import status_pb2

from lems_guard.answering.contract import CHECK_SERVICE, UnaryMethod
from lems_guard.answering.status import code_of, details_of, message_of
from lems_guard.callers.roles import ALL, CHECKING, Roles, roles_for
from lems_guard.clinical.deadline import InTime
from lems_guard.clinical.errors import LemsGuardError, NoSuchMethod
from lems_guard.edges.evaluating import Beside
from lems_guard.edges.frame import NEVER, Frame, Method
from lems_guard.edges.http.bodies import Codec, unpacked

STREAMS = frozenset({f"{CHECK_SERVICE}/CheckPrescriptionStream".removeprefix("lems_guard.v1.")})
A_STREAM = "a stream: call it over gRPC, or check one prescription a call"
# A Status is the body here, so it may be longer than in metadata; but nobody reads more than this.
LONGEST_STATUS = 65_536


class HttpCall(NamedTuple):
    """What is sent to a method: a body, and how long the caller will wait (`None`: for ever).

    `metadata` is what a handler may know of the call beside its message.
    """

    content: bytes
    codec: Codec
    is_gzip: bool = False
    metadata: Mapping[str, str] = {}
    seconds: float | None = None


class HttpMethods:
    """Every unary method of the contract by its path, `Service/Method` without the package."""

    def __init__(self, frame: Frame, beside: Beside, methods: Iterable[UnaryMethod]) -> None:
        """Calls enter by `frame` and are run in threads `beside` the event loop."""
        self._frame = frame
        self._beside = beside
        self._methods: dict[str, tuple[Method, UnaryMethod]] = {
            f"{each.service.rpartition('.')[2]}/{each.name}": (
                frame.method("unary", each.service, each.name),
                each,
            )
            for each in methods
        }

    def roles(self, path: str) -> Roles:
        """The roles of which a caller of a path needs one; any will do to hear of none."""
        if path in STREAMS:
            return CHECKING
        return roles_for(*path.split("/")) if path in self._methods else ALL

    def turned_away(self, path: str, error: LemsGuardError) -> None:
        """Count a call that did not come in."""
        if path in self._methods:
            self._frame.turned_away(self._methods[path][0], error)

    def paths(self) -> Sequence[str]:
        """Every path that answers."""
        return tuple(self._methods)

    async def answer(self, path: str, call: HttpCall) -> bytes | status_pb2.Status:
        """The body of the reply to a call of one of the paths; every fault is a Status."""
        if path in STREAMS:
            return status_of(NoSuchMethod(A_STREAM))
        try:
            return await self._replied(path, call)
        except Exception as error:  # noqa: BLE001  # every fault becomes a status, none an answer
            return status_of(error)

    async def _replied(self, path: str, asked: HttpCall) -> bytes:
        method, served = self._methods[path]
        deadline = NEVER if asked.seconds is None else time.monotonic() + asked.seconds
        call = self._frame.enter(method, deadline=deadline, metadata=asked.metadata.items())
        return await self._beside.run(call, lambda: _evaluated(served, asked, call.in_time))


def _evaluated(served: UnaryMethod, asked: HttpCall, in_time: InTime) -> bytes:
    content = unpacked(asked.content) if asked.is_gzip else asked.content
    raw = asked.codec.asked(content, served.asked)
    told = asked.codec.told(served.answer(raw, in_time), served.told)
    in_time()
    return told


def status_of(error: Exception) -> status_pb2.Status:
    """How a call ends with an error, with every field at fault."""
    details = details_of(error, LONGEST_STATUS)
    if details is not None:
        return status_pb2.Status.FromString(details)
    return status_pb2.Status(code=code_of(error), message=message_of(error))
