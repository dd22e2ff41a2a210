"""What worker processes of a test begin with: functions that they can import."""

import os

from lems_guard.cohort.engines import Lines, Work


def echoed(lines: Lines) -> list[str]:
    """Answers lines by their places."""
    return [line.place for line in lines]


def begin_echo() -> Work[list[str]]:
    """Begins a worker that echoes."""
    return echoed


def dying(_: Lines) -> list[str]:
    """Ends the process as the kernel does that wants its memory."""
    os._exit(9)


def begin_dying() -> Work[list[str]]:
    """Begins a worker that does not live."""
    return dying
