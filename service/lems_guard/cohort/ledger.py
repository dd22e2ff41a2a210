"""OUT.state: which lines are answered, each bound to what it was and to the bytes that answer it.

So an interrupted run goes on where it stopped and nowhere else: a changed input, another day, other
rules, or answers that somebody has cut are noticed. Beside the answers it is plain: a header in
JSON, then 40 bytes a line. It holds hashes, nothing of a patient.
"""

import contextlib
import hashlib
import json
import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from lems_guard.clinical.errors import InvalidCohort
from lems_guard.cohort.lines import CohortLine

FORMAT = "lems-guard batch 2"
HASH_BYTES = 16
RECORD = struct.Struct(f">{HASH_BYTES}s{HASH_BYTES}sQ")
BEGIN_ANEW = "--restart begins anew"


class Circumstances(NamedTuple):
    """What all answers of a run follow from beside its lines: rules, day, place, kind of input."""

    digest: str
    as_of: str
    jurisdiction: str
    country: str
    reads: str


NAMES = {
    "digest": "the rules or the vocabulary",
    "as_of": "the day",
    "jurisdiction": "the jurisdiction",
    "country": "the country",
    "reads": "how the input is read",
}


def hashed(content: bytes) -> bytes:
    """By what a line or an answer is known again."""
    return hashlib.sha256(content).digest()[:HASH_BYTES]


def recorded(lines: Iterable[CohortLine], answers: Iterable[bytes]) -> bytes:
    """What the state says of some lines and their answers."""
    return b"".join(
        RECORD.pack(hashed(line.content), hashed(answer), len(answer))
        for line, answer in zip(lines, answers, strict=True)
    )


class Ledger:
    """The answers' file and its state, written together: first the answers, then what they are."""

    def __init__(self, path: Path, answers: BinaryIO, state: BinaryIO) -> None:
        """Both files stand behind what is in them: the state behind its header."""
        self._path = path
        self._answers, self._state = answers, state
        self._header = state.tell()
        self._end = 0
        self.answered = 0

    def unanswered(self, lines: Iterable[CohortLine]) -> Iterator[CohortLine]:
        """The lines that are left; raises `InvalidCohort` where those before are others now."""
        following = iter(lines)
        for number, (known, _, _) in enumerate(self._records(), start=1):
            line = next(following, None)
            if line is None:
                raise refused(f"the input has {number - 1} lines, {self.answered} were answered")
            if hashed(line.content) != known:
                raise refused(f"line {number} of the input is not the one that was answered")
        yield from following

    def write(self, answers: bytes, records: bytes) -> None:
        """Keep some answers. A run that is killed here has kept them whole, or not at all.

        Raises `OSError` where they cannot be kept, as on a full disk.
        """
        self._end += len(answers)
        _put(self._answers, answers)
        _put(self._state, records)

    def abandon(self) -> None:
        """The input cannot be used: files in which there is no answer yet go away."""
        if not self._end:
            for path in (self._path, state_of(self._path)):
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """See to it that all is on the disk."""
        for file in (self._answers, self._state):
            os.fsync(file.fileno())
            file.close()

    def verify(self) -> None:
        """Go on behind the last whole answer; raises `InvalidCohort` where one is not as it was."""
        size = self._path.stat().st_size
        with self._path.open("rb") as answers:
            for number, (_, known, length) in enumerate(self._records(), start=1):
                if self._end + length > size:
                    raise refused(f"OUT was cut: the answer to line {number} is not whole")
                if hashed(answers.read(length)) != known:
                    raise refused(f"OUT was changed: the answer to line {number} is another")
                self.answered, self._end = number, self._end + length
        for file, end in ((self._answers, self._end), (self._state, self._state_end())):
            file.truncate(end)
            file.seek(end)

    def _state_end(self) -> int:
        return self._header + self.answered * RECORD.size

    def _records(self) -> Iterator[tuple[bytes, bytes, int]]:
        """What the state says of each line that is answered; one cut off at its end is left out."""
        with state_of(self._path).open("rb") as state:
            state.seek(self._header)
            while len(record := state.read(RECORD.size)) == RECORD.size:
                yield RECORD.unpack(record)


def _put(file: BinaryIO, content: bytes) -> None:
    """Write all of it: a raw file may take a part."""
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]


def state_of(answers: Path) -> Path:
    """Where the state of a file of answers lies."""
    return answers.with_name(f"{answers.name}.state")


def begun(answers: Path, under: Circumstances) -> Ledger:
    """A new file of answers, with its state, which is there as a whole or not at all."""
    path = state_of(answers)
    new = path.with_name(f"{path.name}.new")
    state = new.open("wb", buffering=0)
    _put(state, json.dumps({"format": FORMAT, **under._asdict()}).encode() + b"\n")
    new.replace(path)
    return Ledger(answers, answers.open("wb", buffering=0), state)


def resumed(answers: Path, under: Circumstances) -> Ledger:
    """A file of answers to go on with; raises `InvalidCohort` where it cannot be."""
    path = state_of(answers)
    if not path.exists():
        raise refused(f"{path.name} is missing, which says what was answered")
    with contextlib.ExitStack() as files:
        state = files.enter_context(path.open("r+b", buffering=0))
        _refuse_changes(state.readline(), under)
        ledger = Ledger(answers, files.enter_context(answers.open("r+b", buffering=0)), state)
        ledger.verify()
        files.pop_all()
    return ledger


def refused(why: str) -> InvalidCohort:
    """Why an earlier run cannot be gone on with."""
    return InvalidCohort(f"this run cannot be gone on with: {why}; {BEGIN_ANEW}")


def _refuse_changes(header: bytes, under: Circumstances) -> None:
    try:
        before = json.loads(header)
    except ValueError:
        before = None
    if not isinstance(before, dict) or before.get("format") != FORMAT:
        raise refused("its state is no state of a batch")
    for name, now in under._asdict().items():
        if before.get(name) != now:
            was = str(before.get(name))[:HASH_BYTES] or "not said"
            raise refused(f"{NAMES[name]} changed ({was}, now {str(now)[:HASH_BYTES]})")
