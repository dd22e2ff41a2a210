"""The contract's methods with JSON in and JSON out, for `/v1`.

JSON becomes a message, its bytes go the same way as gRPC's, and the bytes that come back become
JSON: all of it in the call's turn. Calls are counted under the names that gRPC's have.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from google.rpc import code_pb2, status_pb2

from lems_guard.answering.contract import CHECK_SERVICE, UnaryMethod
from lems_guard.answering.proto_json import as_json, read_message
from lems_guard.answering.status import code_of, details_of, message_of
from lems_guard.callers.roles import ALL, CHECKING, Roles, roles_for
from lems_guard.clinical.deadline import InTime
from lems_guard.clinical.errors import LemsGuardError, NotFound
from lems_guard.edges.evaluating import Beside
from lems_guard.edges.frame import NEVER, Frame, Method

STREAMS = frozenset({f"{CHECK_SERVICE}/CheckPrescriptionStream".removeprefix("lems_guard.v1.")})
A_STREAM = "a stream: call it over gRPC, or check one prescription a call"
# A Status is the body here, so it may be longer than in metadata; but nobody reads more than this.
LONGEST_STATUS = 65_536


class JsonReply(NamedTuple):
    """How a call ended: a google.rpc.Code (0 is OK), and the reply or the Status as JSON."""

    code: int
    content: bytes


class JsonMethods:
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

    async def answer(
        self, path: str, content: bytes, metadata: Mapping[str, str], seconds: float | None
    ) -> JsonReply:
        """The reply to the JSON sent to a path; every fault is a Status, none an answer.

        `seconds` are those that the caller will wait.
        """
        if path in STREAMS:
            return ended(status_pb2.Status(code=code_pb2.UNIMPLEMENTED, message=A_STREAM))
        try:
            return JsonReply(0, await self._replied(path, content, metadata, seconds))
        except Exception as error:  # noqa: BLE001  # every fault becomes a status, none an answer
            return ended(status_of(error))

    async def _replied(
        self, path: str, content: bytes, metadata: Mapping[str, str], seconds: float | None
    ) -> bytes:
        if path not in self._methods:
            raise NotFound(f"no such method; POST to one of {', '.join(self._methods)}")
        method, served = self._methods[path]
        deadline = NEVER if seconds is None else time.monotonic() + seconds
        call = self._frame.enter(method, deadline=deadline, metadata=metadata.items())
        return await self._beside.run(call, lambda: _evaluated(served, content, call.in_time))


def _evaluated(served: UnaryMethod, content: bytes, in_time: InTime) -> bytes:
    message = read_message(content, served.asked)
    reply = served.told.FromString(served.answer(message.SerializeToString(), in_time))
    told = as_json(reply)
    in_time()
    return told


def status_of(error: Exception) -> status_pb2.Status:
    """How a call ends with an error, with every field at fault."""
    details = details_of(error, LONGEST_STATUS)
    if details is not None:
        return status_pb2.Status.FromString(details)
    return status_pb2.Status(code=code_of(error), message=message_of(error))


def ended(status: status_pb2.Status) -> JsonReply:
    """A call's end that is no answer."""
    return JsonReply(status.code, as_json(status))
