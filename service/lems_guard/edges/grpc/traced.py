"""The interceptor that gives every call a span. Made only where traces are asked for."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc

from lems_guard.edges.grpc.call import Context
from lems_guard.edges.grpc.metered import (
    OURS,
    Handler,
    cancelled_code,
    failed_code,
    settled_code,
)
from lems_guard.telemetry.traces import Traces


class TracedCalls(grpc.aio.ServerInterceptor):
    """Spans for our own services; probes of health and reflection have none."""

    def __init__(self, traces: Traces) -> None:
        """Handlers are wrapped once per method."""
        self._traces = traces
        self._wrapped: dict[str, Handler] = {}

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Handler]],
        details: grpc.HandlerCallDetails,
    ) -> Handler:
        """The method's handler, traced."""
        if not details.method.startswith(OURS):
            return await continuation(details)
        wrapped = self._wrapped.get(details.method)
        if wrapped is None:
            handler = await continuation(details)
            if handler is None:
                return None
            wrapped = self._wrapped[details.method] = self._traced(details.method[1:], handler)
        return wrapped

    def _traced(self, method: str, handler: Handler) -> Handler:
        if handler.response_streaming:
            behave = handler.stream_stream or handler.unary_stream
            name = "stream_stream" if handler.request_streaming else "unary_stream"
            return handler._replace(**{name: self._streaming(method, behave)})
        name = "stream_unary" if handler.request_streaming else "unary_unary"
        return handler._replace(**{name: self._unary(method, getattr(handler, name))})

    def _unary(
        self, method: str, behave: Callable[..., Awaitable[Any]]
    ) -> Callable[..., Awaitable[Any]]:
        async def traced(request: Any, context: Context) -> Any:  # noqa: ANN401
            with self._traces.call(method, context.invocation_metadata() or ()) as span:
                try:
                    response = await behave(request, context)
                except BaseException as error:
                    span.ended(_code_of(error, context))
                    raise
                span.ended(settled_code(context))
                return response

        return traced

    def _streaming(
        self, method: str, behave: Callable[..., AsyncIterator[Any]]
    ) -> Callable[..., AsyncIterator[Any]]:
        async def traced(request: Any, context: Context) -> AsyncIterator[Any]:  # noqa: ANN401
            with self._traces.call(method, context.invocation_metadata() or ()) as span:
                try:
                    async for response in behave(request, context):
                        yield response
                except BaseException as error:
                    span.ended(_code_of(error, context))
                    raise
                span.ended(settled_code(context))

        return traced


def _code_of(error: BaseException, context: Context) -> str:
    """What a call ends with that raised; a client that leaves a stream closes the generator."""
    if isinstance(error, asyncio.CancelledError | GeneratorExit):
        return cancelled_code(context)
    return failed_code(context)
