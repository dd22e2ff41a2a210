"""grpc.health.v1: whoever asks is answered at once, however much waits to be evaluated."""

from typing import Any

from google.protobuf.message import Message
from grpc_health.v1 import health_pb2
from grpc_health.v1.health import HealthServicer

from lems_guard.answering.messages import decoded
from lems_guard.clinical.errors import NotFound
from lems_guard.edges.frame import Frame, Places
from lems_guard.edges.grpc.arrivals import Arrival, Door, RefusingHandler, Requests, Send, no_push
from lems_guard.edges.grpc.aside import AsideDoor, ProbeDoor
from lems_guard.edges.grpc.call import Context, end
from lems_guard.edges.grpc.patience import Patience

SERVICE = "grpc.health.v1.Health"
# A probe of which only the headers come keeps its thread until patience ends.
MOST_CHECKS = 128
MOST_WATCHES = 256


class Statuses(HealthServicer):
    """The library's states and watchers; how they are asked is ours."""

    def __init__(self) -> None:
        """No state is known yet."""
        super().__init__()
        self._states: dict[str, int] = {}

    def set(self, service: str, status: int) -> None:
        """Note a service's state and tell it to all who watch."""
        self._states[service] = status
        super().set(service, status)

    def state(self, raw: bytes) -> bytes:
        """The serialised answer to a check; raises `NotFound` for a service that is not here."""
        asked = decoded(raw, health_pb2.HealthCheckRequest)
        status = self._states.get(asked.service)
        if status is None:
            raise NotFound("no such service")
        return health_pb2.HealthCheckResponse(status=status).SerializeToString()

    def watch(self, raw: bytes, context: Context, send: Send) -> None:
        """Send the state now, and at each change until the call ends."""

        def sent(message: Message | None) -> None:
            send(None if message is None else message.SerializeToString())

        self.Watch(decoded(raw, health_pb2.HealthCheckRequest), context, sent)


class WatchDoor(AsideDoor):
    """Health as a stream: no thread is kept between two changes."""

    is_stream = is_pushed = True

    def __init__(
        self, frame: Frame, patience: Patience, refusal: RefusingHandler, statuses: Statuses
    ) -> None:
        """States are sent as `statuses` learns of them."""
        places = Places(MOST_WATCHES)
        method = frame.method("server_stream", SERVICE, "Watch", places, is_own=False)
        super().__init__(frame, method, patience, refusal)
        self._statuses = statuses

    def answered(
        self, arrival: Arrival, requests: Requests, context: Context, send: Send = no_push
    ) -> None:
        """Begin to watch; the call is left when it ends."""
        call = self._begun(arrival, context)
        try:
            message = self._patience.message(requests, context)
            if context.add_callback(lambda: call.leave("CANCELLED")):
                self._statuses.watch(message, context, self._counted(send))
            else:
                call.leave("CANCELLED")
        except Exception as error:  # noqa: BLE001  # every fault becomes a status
            call.leave_with(error)
            end(context, error)

    def _counted(self, send: Send) -> Send:
        def counted(reply: bytes | None) -> None:
            send(reply)
            if reply is not None:
                self._method.metrics.went()

        return counted


def health_doors(
    frame: Frame, patience: Patience, refusal: RefusingHandler, statuses: Statuses
) -> dict[str, Door]:
    """The two methods."""
    check = frame.method("unary", SERVICE, "Check", Places(MOST_CHECKS), is_own=False)
    doors: dict[str, Any] = {
        "Check": ProbeDoor(frame, check, patience, refusal, statuses.state),
        "Watch": WatchDoor(frame, patience, refusal, statuses),
    }
    return {f"/{SERVICE}/{name}": door for name, door in doors.items()}
