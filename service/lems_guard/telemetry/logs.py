"""Logs: one JSON object a line on standard error. Nothing of a request is ever written."""

import logging
import sys
import traceback

import structlog


class LibraryWarnings(logging.Handler):
    """Libraries' warnings, by logger and kind alone: their words may hold what a client sent."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write that a library warned, and where."""
        kind = record.exc_info[0] if record.exc_info else None
        structlog.get_logger().warning(
            "library warning",
            logger=record.name,
            place=f"{record.funcName}:{record.lineno}",
            kind=kind.__name__ if kind else None,
        )


def configure_logs() -> None:
    """Send structured lines to standard error, libraries' warnings among them."""
    logging.basicConfig(level=logging.WARNING, handlers=[LibraryWarnings()], force=True)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def place_of(error: Exception) -> dict[str, str]:
    """An error's kind and where it was raised, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return {"kind": type(error).__name__, "place": place}
