"""`lems-guard` with its garbage collector watched: its pauses are written to a file at the end.

Of each: when it ended by the machine's monotonic clock, and its seconds, in CPU time of the thread
that collected, so that a busy machine adds nothing.
"""

import gc
import json
import sys
import time
from pathlib import Path
from typing import Any

from lems_guard.cli.main import main


class Watch:
    """Notes each collection."""

    def __init__(self) -> None:
        self.pauses: list[tuple[float, float]] = []
        self._begun = 0.0

    def __call__(self, phase: str, _: dict[str, Any]) -> None:
        """Called by the collector before and after."""
        if phase == "start":
            self._begun = time.thread_time()
        else:
            self.pauses.append((time.monotonic(), time.thread_time() - self._begun))


if __name__ == "__main__":
    file = Path(sys.argv.pop(1))
    watch = Watch()
    gc.callbacks.append(watch)
    try:
        main()
    finally:
        file.write_text(json.dumps(watch.pauses), "utf-8")
