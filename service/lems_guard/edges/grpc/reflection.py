"""Reflection, v1 and v1alpha: which services there are, and what their messages look like."""

from collections.abc import Iterator, Sequence
from typing import Any

from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.reflection import ReflectionServicer

from lems_guard.answering.messages import decoded
from lems_guard.edges.frame import Call, Frame, Places
from lems_guard.edges.grpc.arrivals import RefusingHandler
from lems_guard.edges.grpc.aside import StreamDoor
from lems_guard.edges.grpc.patience import Patience

# The messages of both versions are the same.
SERVICES = ("grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection")
METHOD = "ServerReflectionInfo"
MOST_OPEN = 4
IDLE_SECONDS = 10.0


class Reflection:
    """Answers from the descriptors of this process."""

    def __init__(self, services: Sequence[str]) -> None:
        """Tell of these services."""
        self._servicer = ReflectionServicer(services)

    def replies(self, _: Call, messages: Iterator[bytes]) -> Iterator[bytes]:
        """The replies to a stream's messages."""
        asked = (decoded(each, reflection_pb2.ServerReflectionRequest) for each in messages)
        servicer: Any = self._servicer  # has no types
        for reply in servicer.ServerReflectionInfo(asked, None):
            yield reply.SerializeToString()


def reflection_doors(
    frame: Frame, patience: Patience, refusal: RefusingHandler, services: Sequence[str]
) -> dict[str, StreamDoor]:
    """The method, under both names; they share their places."""
    reflection, places = Reflection(services), Places(MOST_OPEN)
    return {
        f"/{service}/{METHOD}": StreamDoor(
            frame,
            frame.method("bidi_stream", service, METHOD, places, is_own=False),
            patience,
            refusal,
            reflection.replies,
        )
        for service in SERVICES
    }
