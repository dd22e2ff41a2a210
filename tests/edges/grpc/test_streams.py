"""Streams: so many may be open, idle ones end, an item is answered by what is in service then."""

import queue
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

from edges.grpc.serving import CHECK, STREAM, Echo, asked, code_of, serving
from lems_guard.answering.contract import SERVICES
from lems_guard.edges.grpc.reflection import MOST_OPEN
from lems_guard.v1 import interaction_check_service_pb2 as wire
from lems_guard.v1 import prescription_pb2
from waiting import PATIENCE, until

HEALTH = "/grpc.health.v1.Health/Check"
WATCH = "/grpc.health.v1.Health/Watch"
REFLECTION = "/grpc.reflection.{}.ServerReflection/ServerReflectionInfo"
SERVING = health_pb2.HealthCheckResponse(status="SERVING").SerializeToString()


class Conversation:
    """A stream whose items are sent one by one."""

    def __init__(self, channel: grpc.Channel, path: str = STREAM) -> None:
        self._items: queue.Queue[bytes | None] = queue.Queue()
        method: Any = channel.stream_stream(path)
        self.call = method(iter(self._items.get, None), timeout=PATIENCE)

    def said(self, item: bytes) -> bytes:
        self._items.put(item)
        return bytes(next(self.call))

    def close(self) -> None:
        self._items.put(None)


def item(text: str = "") -> bytes:
    request = prescription_pb2.CheckPrescriptionRequest(as_of=text)
    return wire.CheckPrescriptionStreamRequest(request=request).SerializeToString()


def reply(raw: bytes) -> wire.CheckPrescriptionStreamResponse:
    return wire.CheckPrescriptionStreamResponse.FromString(raw)


def test_an_item_is_answered_by_what_is_in_service_when_it_comes() -> None:
    with serving() as served, served.channel() as channel:
        stream = Conversation(channel)
        stream.said(item("1"))
        before = served.answers
        served.answers = Echo()
        stream.said(item("2"))
        assert (len(before.asked), len(served.answers.asked)) == (1, 1)
        stream.close()
        assert list(stream.call) == []
        until(lambda: served.counted(STREAM, "bidi_stream") == {"OK": 1})


def test_a_bad_item_fails_alone() -> None:
    with serving() as served, served.channel() as channel:
        stream = Conversation(channel)
        assert reply(stream.said(b"\xff\xff")).error.code == 3
        assert (
            reply(stream.said(item() + b"\xfa\x3f\x01x")).error.field_violations[0].field == "1023"
        )
        stream.said(item())
        assert len(served.answers.asked) == 1
        stream.close()


def test_one_stream_too_many_is_refused_and_counted() -> None:
    with serving(streams=2) as served, served.channel() as channel:
        streams = [Conversation(channel) for _ in range(2)]
        for each in streams:
            each.said(item())
        refused = Conversation(channel)
        assert code_of(refused.call) == "RESOURCE_EXHAUSTED"
        assert asked(channel, b"check").result() == b"check"
        assert served.port.streams.taken == 2
        for each in (*streams, refused):
            each.close()
        until(lambda: served.port.streams.taken == 0)
        until(lambda: served.unaccounted(STREAM, "bidi_stream") == 0)
        assert served.counted(STREAM, "bidi_stream") == {"OK": 2, "RESOURCE_EXHAUSTED": 1}


def test_an_idle_stream_ends_and_leaves_its_place() -> None:
    with serving(streams=1, idle_seconds=0.2) as served, served.channel() as channel:
        stream = Conversation(channel)
        stream.said(item())
        assert code_of(stream.call) == "CANCELLED"
        until(lambda: served.port.streams.taken == 0)
        assert Conversation(channel).said(item())
        stream.close()


def test_a_client_that_leaves_its_stream_gives_its_place_back() -> None:
    with serving(streams=1) as served, served.channel() as channel:
        stream = Conversation(channel)
        stream.said(item())
        stream.call.cancel()
        stream.close()
        until(lambda: sum(served.counted(STREAM, "bidi_stream").values()) == 1)
        # gRPC may tell first that no message comes any more, and then that the client has left.
        assert served.counted(STREAM, "bidi_stream").keys() <= {"CANCELLED", "OK"}
        assert served.port.streams.taken == 0


@pytest.mark.parametrize("version", ["v1", "v1alpha"])
def test_reflection_tells_of_every_service(version: str) -> None:
    asks = reflection_pb2.ServerReflectionRequest(list_services="").SerializeToString()
    with serving() as served, served.channel() as channel:
        stream = Conversation(channel, REFLECTION.format(version))
        told = reflection_pb2.ServerReflectionResponse.FromString(stream.said(asks))
        stream.close()
        assert {each.name for each in told.list_services_response.service} > set(SERVICES)


def test_64_open_reflection_streams_delay_no_check_and_no_health() -> None:
    path = REFLECTION.format("v1")
    with serving() as served, served.channel() as others, served.channel() as channel:
        opened = [Conversation(others, path) for _ in range(64)]
        for _ in range(20):
            assert asked(channel, b"check").result() == b"check"
            assert asked(channel, b"", HEALTH).result() == SERVING
        until(lambda: served.counted(path, "bidi_stream") == {"RESOURCE_EXHAUSTED": 64 - MOST_OPEN})
        for each in opened:
            each.close()


def test_health_is_watched_to_the_end() -> None:
    with serving() as served:
        channel = served.channel()
        method: Any = channel.unary_stream(WATCH)
        watch = method(b"", timeout=PATIENCE)
        assert next(watch) == SERVING
    states = [health_pb2.HealthCheckResponse.FromString(each).status for each in told_of(watch)]
    assert states[:1] == [health_pb2.HealthCheckResponse.NOT_SERVING]
    assert served.unaccounted(WATCH, "server_stream") == 0
    channel.close()


def told_of(watch: Any) -> Iterator[bytes]:  # noqa: ANN401
    """What a watch still tells, until the service has gone."""
    try:
        yield from watch
    except grpc.RpcError:
        return


def test_a_check_waits_for_one_item_of_a_stream_at_most() -> None:
    with serving() as served, served.channel() as channel:
        streams = [Conversation(channel) for _ in range(4)]
        for each in streams:
            each.said(item())
        assert asked(channel, b"check").result() == b"check"
        assert served.counted(CHECK) == {"OK": 1}
        for each in streams:
            each.close()
