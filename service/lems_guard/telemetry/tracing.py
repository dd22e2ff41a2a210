"""Traces, where they are asked for.

OpenTelemetry is an extra. Where traces are off, nothing of it is imported and no call meets it.
"""

from typing import TYPE_CHECKING

from lems_guard.clinical.errors import InvalidSettings

if TYPE_CHECKING:
    from lems_guard.telemetry.traces import Traces

NOT_INSTALLED = "LEMS_GUARD_TRACES: install the extra `otel` (pip install 'lems-guard[otel]')"


def traces_of(kind: str) -> "Traces | None":
    """What makes spans, as the setting asks; raises `InvalidSettings` without the extra."""
    if kind == "off":
        return None
    try:
        from lems_guard.telemetry.traces import Traces  # noqa: PLC0415  # an extra
    except ImportError:
        raise InvalidSettings(NOT_INSTALLED) from None
    return Traces()
