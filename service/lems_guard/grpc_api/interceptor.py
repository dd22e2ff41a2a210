"""The RPC metrics of every method served, those of health and reflection too.

What a call ended with is not told by `context.code()` alone: an unhandled exception leaves it
unset, and a cancelled or timed-out call never returns.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import grpc

from lems_guard.grpc_api.call import STATUS_CODES, Context, is_late
from lems_guard.telemetry.call_log import CallLog
from lems_guard.telemetry.metrics import MethodMetrics, Metrics

UNKNOWN = 2
OURS = "/lems_guard."  # a balancer that leaves its watch on health is no failed call

# The `grpc_type` of go-grpc-prometheus, by whether requests and whether responses are streams.
KINDS = {
    (False, False): "unary",
    (True, False): "client_stream",
    (False, True): "server_stream",
    (True, True): "bidi_stream",
}
Ended: TypeAlias = Callable[[str, float], None]  # told a call's code and when it began
Handler = Any  # grpc.RpcMethodHandler, which has no types worth the name


class MeteredCalls(grpc.aio.ServerInterceptor):
    """Counts and times calls under the names of go-grpc-prometheus."""

    def __init__(self, metrics: Metrics, calls: CallLog) -> None:
        """Handlers are wrapped once per method, not once per call."""
        self._metrics = metrics
        self._calls = calls
        self._wrapped: dict[str, Handler] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        details: grpc.HandlerCallDetails,
    ) -> Handler:
        """The method's handler, metered; an unknown method is left to gRPC."""
        wrapped = self._wrapped.get(details.method)
        if wrapped is None:
            handler = await continuation(details)
            if handler is None:
                return None
            wrapped = self._wrapped[details.method] = self._metered(details.method, handler)
        return wrapped

    def _metered(self, path: str, handler: Handler) -> Handler:
        service, _, name = path.lstrip("/").rpartition("/")
        metrics = self._metrics.method(kind_of(handler), service, name)
        ended = self._ended(path, metrics)
        if handler.response_streaming:
            return _streaming(handler, metrics.started, ended)
        behaviour = "stream_unary" if handler.request_streaming else "unary_unary"
        metered = _unary(getattr(handler, behaviour), metrics.started, ended)
        return handler._replace(**{behaviour: metered})

    def _ended(self, path: str, metrics: MethodMetrics) -> Ended:
        def ended(code: str, begun: float) -> None:
            seconds = time.perf_counter() - begun
            metrics.handled(code, seconds)
            if code != "OK" and path.startswith(OURS):
                self._calls.failed(path, code, seconds)

        return ended


def kind_of(handler: Handler) -> str:
    """The `grpc_type` of a method."""
    return KINDS[bool(handler.request_streaming), bool(handler.response_streaming)]


def _unary(
    behave: Callable[..., Awaitable[Any]], started: Callable[[], None], ended: Ended
) -> Callable[..., Any]:
    async def metered(request: Any, context: Context) -> Any:  # noqa: ANN401
        started()
        begun = time.perf_counter()
        code = "UNKNOWN"
        try:
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


def _streaming(handler: Handler, started: Callable[[], None], ended: Ended) -> Handler:
    name = "stream_stream" if handler.request_streaming else "unary_stream"
    behave = getattr(handler, name)

    async def metered(request: Any, context: Context) -> AsyncIterator[Any]:  # noqa: ANN401
        started()
        begun = time.perf_counter()
        code = "CANCELLED"  # the client may leave between two items: then nothing is raised here
        try:
            async for response in behave(request, context):
                yield response
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
    return STATUS_CODES[code_number(context)].name


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
