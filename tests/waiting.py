"""Waiting for what happens elsewhere: in another thread, process or connection."""

import time
from collections.abc import Callable

PATIENCE = 120.0  # seconds; a busy machine may be ten times slower than a quiet one


def until(holds: Callable[[], object]) -> None:
    """Wait for something to become true, however slow this machine is."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.001)
