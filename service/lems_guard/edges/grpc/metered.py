"""The RPC metrics of every method served, those of health and reflection too.

Handlers are metered where they are registered: an interceptor would be asked anew at every call,
which costs a call what five counters do.

What a call ended with is not told by `context.code()` alone: an unhandled exception leaves it
unset, and a cancelled or timed-out call never returns.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import grpc

from lems_guard.edges.grpc.call import STATUS_CODES, Context, is_late, refuse_one_too_many
from lems_guard.telemetry.call_log import CallLog
from lems_guard.telemetry.rpc_metrics import MethodMetrics, RpcMetrics

UNKNOWN = 2
OURS = "/lems_guard."  # a balancer that leaves its watch on health is no failed call

# The `grpc_type` of go-grpc-prometheus, by whether requests and whether responses are streams.
KINDS = {
    (False, False): "unary",
    (True, False): "client_stream",
    (False, True): "server_stream",
    (True, True): "bidi_stream",
}
Started: TypeAlias = Callable[[], bool]  # tells whether the call may go on
Ended: TypeAlias = Callable[[str, float], None]  # told a call's code and when it began
Handler = Any  # grpc.RpcMethodHandler, which has no types worth the name


class MeteredCalls:
    """Counts and times calls under the names of go-grpc-prometheus, and refuses one too many.

    gRPC's own limit refuses before anybody can count, balancers' probes of health among the rest.
    """

    def __init__(self, metrics: RpcMetrics, calls: CallLog, most_in_flight: int) -> None:
        """Failed calls of ours are logged too; no more of ours are under way than `most`."""
        self._metrics = metrics
        self._calls = calls
        self._most = most_in_flight
        self._in_flight = 0

    def metered(self, service: str, name: str, handler: Handler) -> Handler:
        """A method's handler, metered; its series begin at zero."""
        metrics = self._metrics.method(kind_of(handler), service, name)
        started, ended = self._counting(f"/{service}/{name}", metrics)
        if handler.response_streaming:
            return _streaming(handler, metrics, started, ended)
        behaviour = "stream_unary" if handler.request_streaming else "unary_unary"
        metered = _unary(getattr(handler, behaviour), started, ended)
        return handler._replace(**{behaviour: metered})

    def _counting(self, path: str, metrics: MethodMetrics) -> tuple[Started, Ended]:
        is_ours = path.startswith(OURS)

        def started() -> bool:
            metrics.started()
            self._in_flight += is_ours
            return not is_ours or self._in_flight <= self._most

        def ended(code: str, begun: float) -> None:
            seconds = time.perf_counter() - begun
            self._in_flight -= is_ours
            metrics.handled(code, seconds)
            if code != "OK" and is_ours:
                self._calls.failed(path, code, seconds)

        return started, ended


class MeteredMethods(grpc.GenericRpcHandler):
    """What services register with in place of a server: it gets all their methods, metered, as one.

    For methods registered singly the server waits singly: each call would pay for every method.
    """

    def __init__(self, calls: MeteredCalls) -> None:
        """No method yet."""
        self._calls = calls
        self._methods: dict[str, Handler] = {}

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Handler | None:
        """The handler of the method that is called."""
        return self._methods.get(handler_call_details.method)

    def add_generic_rpc_handlers(self, handlers: Any) -> None:  # noqa: ANN401
        """Nothing: generated code registers the same handlers by their names as well."""

    def add_registered_method_handlers(self, service: str, handlers: dict[str, Handler]) -> None:
        """Register the methods of a service."""
        for name, each in handlers.items():
            self._methods[f"/{service}/{name}"] = self._calls.metered(service, name, each)


def kind_of(handler: Handler) -> str:
    """The `grpc_type` of a method."""
    return KINDS[bool(handler.request_streaming), bool(handler.response_streaming)]


def _unary(
    behave: Callable[..., Awaitable[Any]], started: Started, ended: Ended
) -> Callable[..., Any]:
    async def metered(request: Any, context: Context) -> Any:  # noqa: ANN401
        admitted = started()
        begun = time.perf_counter()
        code = "UNKNOWN"
        try:
            if not admitted:
                await refuse_one_too_many(context)
            response = await behave(request, context)
            code = settled_code(context)
        except asyncio.CancelledError:
            code = cancelled_code(context)
            raise
        except Exception:
            code = failed_code(context)
            raise
        else:
            return response
        finally:
            ended(code, begun)

    return metered


class Received:
    """The messages of a stream of requests, counted as they come."""

    def __init__(self, messages: AsyncIterator[Any], metrics: MethodMetrics) -> None:
        """None has been read."""
        self._messages = aiter(messages)
        self._metrics = metrics

    def __aiter__(self) -> "Received":
        return self

    async def __anext__(self) -> Any:  # noqa: ANN401
        message = await anext(self._messages)
        self._metrics.streamed_in += 1
        return message


def _streaming(handler: Handler, metrics: MethodMetrics, started: Started, ended: Ended) -> Handler:
    name = "stream_stream" if handler.request_streaming else "unary_stream"
    behave = getattr(handler, name)

    async def metered(request: Any, context: Context) -> AsyncIterator[Any]:  # noqa: ANN401
        admitted = started()
        begun = time.perf_counter()
        code = "CANCELLED"  # the client may leave between two items: then nothing is raised here
        try:
            if not admitted:
                await refuse_one_too_many(context)
            asked = Received(request, metrics) if handler.request_streaming else request
            async for response in behave(asked, context):
                yield response
                metrics.streamed_out += 1
            code = settled_code(context)
        except asyncio.CancelledError:
            code = cancelled_code(context)
            raise
        except Exception:
            code = failed_code(context)
            raise
        finally:
            ended(code, begun)

    return handler._replace(**{name: metered})


def settled_code(context: Context) -> str:
    """The code of a call that returned: OK unless it set one."""
    number = code_number(context)
    return STATUS_CODES[number].name if number else "OK"


def failed_code(context: Context) -> str:
    """The code of a call that raised: what it aborted with, else UNKNOWN, as gRPC will say."""
    return STATUS_CODES[code_number(context) or UNKNOWN].name


def cancelled_code(context: Context) -> str:
    """The code of a call that was cut off: by its deadline, or by its client."""
    return "DEADLINE_EXCEEDED" if is_late(context) else "CANCELLED"


def code_number(context: Context) -> int:
    """The number of the code that a call has set; 0 (OK) where it has set none."""
    code: Any = context.code()  # at run time a StatusCode after an abort, else a number or None
    return int(code.value[0] if isinstance(code, grpc.StatusCode) else code or 0)
