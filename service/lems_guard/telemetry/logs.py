"""Logs: lines on standard error, as JSON or for people. Nothing of a request is ever written."""

import logging
import sys
import traceback

import structlog

from lems_guard.telemetry.call_ids import with_call_ids
from lems_guard.telemetry.call_log import Allowance

MOST_WARNINGS = 5  # of libraries, a second


class LibraryWarnings(logging.Handler):
    """Libraries' warnings, by logger and kind alone: their words may hold what a client sent.

    One library that warns of every call drowns nothing: what is too much is counted.
    """

    def __init__(self) -> None:
        """None has been written."""
        super().__init__()
        self._allowance = Allowance(MOST_WARNINGS)

    def emit(self, record: logging.LogRecord) -> None:
        """Write that a library warned, and where."""
        left_out = self._allowance.take()
        if left_out is None:
            return
        kind = record.exc_info[0] if record.exc_info else None
        structlog.get_logger().warning(
            "library warning",
            logger=record.name,
            place=f"{record.funcName}:{record.lineno}",
            kind=kind.__name__ if kind else None,
            left_out=left_out,
        )


def configure_logs(level: str = "info", form: str = "json") -> None:
    """Send structured lines to standard error, libraries' warnings among them.

    `level`: info, warning or error, the least that is written; `form`: json, or console for people.
    """
    logging.basicConfig(level=logging.WARNING, handlers=[LibraryWarnings()], force=True)
    written = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            with_call_ids,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            written if form == "console" else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def place_of(error: Exception) -> dict[str, str]:
    """An error's kind and where it was raised, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return {"kind": type(error).__name__, "place": place}
