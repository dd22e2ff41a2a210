"""Logs: one JSON object a line on standard error. Nothing of a request is ever written."""

import logging
import sys
import traceback

import structlog


def configure_logs() -> None:
    """Send structured lines to standard error; libraries' own warnings go the same way."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
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
