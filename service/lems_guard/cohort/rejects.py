"""What of an input was not read: file, line and reason; of a patient nothing but the id."""

import csv
from pathlib import Path
from typing import IO

from lems_guard.cohort.lines import Reject

HEADINGS = ("file", "line", "reason")


class Rejects:
    """Takes in what is rejected; its file is there as soon as something is, and not before."""

    def __init__(self, path: Path | None) -> None:
        """Without a path they are counted alone."""
        self.count = 0
        self.first: Reject | None = None
        self.path = path
        self._file: IO[str] | None = None

    def begin(self) -> None:
        """A run begins that may reject: what another left there is no longer true."""
        if self.path:
            self.path.unlink(missing_ok=True)

    def add(self, reject: Reject) -> None:
        """Keep one."""
        self.count += 1
        self.first = self.first or reject
        if not self.path:
            return
        if self._file is None:
            self._file = self.path.open("w", encoding="utf-8", newline="")
            csv.writer(self._file, "excel-tab", lineterminator="\n").writerow(HEADINGS)
        csv.writer(self._file, "excel-tab", lineterminator="\n").writerow(reject)

    def close(self) -> None:
        """No more are coming."""
        if self._file:
            self._file.close()
