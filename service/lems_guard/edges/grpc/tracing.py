"""Traces, where they are asked for.

OpenTelemetry is an extra. Where traces are off, nothing of it is imported and no call meets it.
"""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import grpc

from lems_guard.clinical.errors import InvalidSettings

NOT_INSTALLED = "LEMS_GUARD_TRACES: install the extra `otel` (pip install 'lems-guard[otel]')"


def _nothing(*_: object) -> None:
    """No traces: nothing to note."""


@dataclass(frozen=True)
class Traced:
    """What the server does about traces: each port's interceptors, notes on a span, sending."""

    interceptors: Callable[[], tuple[grpc.aio.ServerInterceptor, ...]] = tuple
    answered: Callable[[str, str], None] = _nothing
    close: Callable[[], None] = _nothing

    @property
    def is_on(self) -> bool:
        """Whether calls have spans."""
        return self.answered is not _nothing

    @staticmethod
    def of(kind: str) -> "Traced":
        """As the setting asks; raises `InvalidSettings` where the extra is missing."""
        if kind == "off":
            return Traced()
        try:
            from lems_guard.telemetry.traces import Traces  # noqa: PLC0415  # an extra
        except ImportError:
            raise InvalidSettings(NOT_INSTALLED) from None
        from lems_guard.edges.grpc.traced import TracedCalls  # noqa: PLC0415

        traces = Traces()
        return Traced(lambda: (TracedCalls(traces),), traces.answered, traces.close)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Until left, when the last spans are sent."""
        try:
            yield
        finally:
            self.close()
