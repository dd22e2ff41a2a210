"""Waiting for what happens elsewhere: in another thread, process or connection."""

import time
from collections.abc import Callable

PATIENCE = 30.0  # seconds; this machine may be busy


def until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.001)
