"""`lems-guard` with its garbage collector watched: each pause, in seconds, is written at the end.

In CPU time of the thread that collects, so that a busy machine adds nothing.
"""

import gc
import json
import sys
import time
from pathlib import Path
from typing import Any

from lems_guard.cli.main import main


class Watch:
    """Times each collection."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._begun = 0.0

    def __call__(self, phase: str, _: dict[str, Any]) -> None:
        """Called by the collector before and after."""
        if phase == "start":
            self._begun = time.thread_time()
        else:
            self.seconds.append(time.thread_time() - self._begun)


if __name__ == "__main__":
    file = Path(sys.argv.pop(1))
    watch = Watch()
    gc.callbacks.append(watch)
    try:
        main()
    finally:
        file.write_text(json.dumps(watch.seconds), "utf-8")
