"""The contract's methods with JSON in and JSON out, for an edge that is not gRPC.

Each stands on the handler that the gRPC port has: JSON becomes a message, its bytes go the same
way, and the bytes that come back become JSON. Calls are counted, logged and traced as gRPC's are.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, NoReturn, TypeVar

import grpc
from google.protobuf import descriptor_pool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import code_pb2, status_pb2

from lems_guard.answering.proto_json import as_json, read_message
from lems_guard.edges.grpc.call import DETAILS, LATE, abort, is_late, refuse_late
from lems_guard.edges.grpc.metered import Handler
from lems_guard.edges.grpc.port import GrpcServices

# Reading or writing more than this takes milliseconds, in which others would wait.
LARGE = 65_536
STREAMS = "a stream: call it over gRPC, or check one prescription a call"
Made = TypeVar("Made")


class Aborted(Exception):  # what gRPC calls it
    """A handler has ended its call with a status."""


class JsonCall:
    """What a handler is told of a call, and what it says of it besides the reply.

    `metadata` is what the client sent beside the message; `seconds` are those it will wait.
    """

    longest_status = None  # it is the body, which may be as long as a request has faults

    def __init__(self, metadata: Mapping[str, str], seconds: float | None) -> None:
        """Begin the call: its deadline counts from now."""
        self._metadata = tuple(metadata.items())
        self._deadline = None if seconds is None else time.monotonic() + seconds
        self._trailing: tuple[tuple[str, str | bytes], ...] = ()
        self._code: grpc.StatusCode | None = None
        self._message = ""

    def invocation_metadata(self) -> tuple[tuple[str, str], ...]:
        """What the client sent beside the message."""
        return self._metadata

    def time_remaining(self) -> float | None:
        """The seconds until the client stops waiting; `None` when it did not say."""
        return None if self._deadline is None else self._deadline - time.monotonic()

    def set_trailing_metadata(self, trailing: tuple[tuple[str, str | bytes], ...]) -> None:
        """Keep what is to be sent beside the reply."""
        self._trailing = trailing

    def trailing_metadata(self) -> tuple[tuple[str, str | bytes], ...]:
        """What was kept so."""
        return self._trailing

    def code(self) -> grpc.StatusCode | None:
        """The code that the call was ended with."""
        return self._code

    async def abort(
        self,
        code: grpc.StatusCode,
        details: str,
        trailing: tuple[tuple[str, str | bytes], ...] = (),
    ) -> NoReturn:
        """End the call."""
        self._code, self._message, self._trailing = code, details, trailing
        raise Aborted

    def status(self) -> status_pb2.Status:
        """How the call was ended, with every field at fault."""
        for key, value in self._trailing:
            if key == DETAILS:
                return status_pb2.Status.FromString(value)
        number = self._code.value[0] if self._code else code_pb2.UNKNOWN
        return status_pb2.Status(code=number, message=self._message)


class JsonReply(NamedTuple):
    """How a call ended: a google.rpc.Code (0 is OK), and the reply or the Status as JSON."""

    code: int
    content: bytes


class Details(NamedTuple):
    """What an interceptor asks of a call before it has the handler."""

    method: str
    invocation_metadata: tuple[tuple[str, str], ...]


class JsonMethods:
    """Every method of the contract by its path, `Service/Method` without the package."""

    def __init__(self, services: GrpcServices) -> None:
        """Take every method's handler, and meter it with JSON around it."""
        self._calls = services.calls
        self._interceptors = services.interceptors
        self._methods: dict[str, tuple[str, Handler]] = {}
        self._streams: set[str] = set()
        services.register(self)

    def add_generic_rpc_handlers(self, handlers: Any) -> None:  # noqa: ANN401
        """Nothing: generated code registers the same handlers by their names as well."""

    def add_registered_method_handlers(self, service: str, handlers: dict[str, Handler]) -> None:
        """Take the methods of a service."""
        methods = descriptor_pool.Default().FindServiceByName(service).methods_by_name
        for name, handler in handlers.items():
            path = f"{service.rpartition('.')[2]}/{name}"
            if handler.request_streaming or handler.response_streaming:
                self._streams.add(path)
                continue
            asked, told = methods[name].input_type, methods[name].output_type
            with_json = _with_json(handler, GetMessageClass(asked), GetMessageClass(told))
            metered = self._calls.metered(service, name, with_json)
            self._methods[path] = f"/{service}/{name}", metered

    def paths(self) -> tuple[str, ...]:
        """Every path that answers."""
        return tuple(self._methods)

    async def answer(self, path: str, content: bytes, call: JsonCall) -> JsonReply:
        """The reply to the JSON sent to a path; every fault is a Status, none an answer."""
        if path in self._streams:
            return ended(status_pb2.Status(code=code_pb2.UNIMPLEMENTED, message=STREAMS))
        if path not in self._methods:
            known = f"no such method; POST to one of {', '.join(self._methods)}"
            return ended(status_pb2.Status(code=code_pb2.NOT_FOUND, message=known))
        method, handler = self._methods[path]
        handler = await self._intercepted(handler, Details(method, call.invocation_metadata()))
        try:
            async with asyncio.timeout(call.time_remaining()):
                return JsonReply(0, await handler.unary_unary(content, call))
        except Aborted:
            return ended(call.status())
        except TimeoutError:
            return ended(status_pb2.Status(code=code_pb2.DEADLINE_EXCEEDED, message=LATE))

    async def _intercepted(self, handler: Handler, details: Details) -> Handler:
        for interceptor in reversed(self._interceptors):

            async def inner(_: object, found: Handler = handler) -> Handler:
                return found

            asked: Any = details
            handler = await interceptor.intercept_service(inner, asked)
        return handler


def ended(status: status_pb2.Status) -> JsonReply:
    """A call's end that is no answer."""
    return JsonReply(status.code, as_json(status))


def _with_json(handler: Handler, asked: type[Message], told: type[Message]) -> Handler:
    """A unary handler with JSON around its bytes."""
    deserialise = handler.request_deserializer or bytes
    serialise = handler.response_serializer or bytes

    async def behave(content: bytes, context: Any) -> bytes:  # noqa: ANN401  # a JsonCall
        try:
            message = await _apart_if_large(lambda sent: read_message(sent, asked), content)
        except Exception as error:  # noqa: BLE001  # every fault becomes a status, none an answer
            await abort(context, error)
        request = deserialise(message.SerializeToString())
        reply = serialise(await handler.unary_unary(request, context))
        answer = await _apart_if_large(lambda made: as_json(told.FromString(made)), reply)
        if is_late(context):
            await refuse_late(context)
        return answer

    return grpc.unary_unary_rpc_method_handler(behave)


async def _apart_if_large(make: Callable[[bytes], Made], content: bytes) -> Made:
    """What is made of some content: in a thread, where it would keep others waiting."""
    if len(content) > LARGE:
        return await asyncio.to_thread(make, content)
    return make(content)
