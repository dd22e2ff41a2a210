"""What was read of many patients, put in order on the disk: a join that needs no memory.

SQLite sorts outside of memory and is in the standard library. The file holds patients' data: it
lies in a folder that only its owner can enter, and is gone when the run ends.
"""

import contextlib
import itertools
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

CACHE_KIBIBYTES = 32_768
SETUP = f"""
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
PRAGMA locking_mode = EXCLUSIVE;
PRAGMA temp_store = FILE;
PRAGMA cache_size = -{CACHE_KIBIBYTES};
CREATE TABLE concerned (patient TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE person (hash INTEGER PRIMARY KEY);
CREATE TABLE part (patient TEXT, kind TEXT, own TEXT, content BLOB);
CREATE TABLE medication (own TEXT, concerns INTEGER, content BLOB);
CREATE TABLE referring (patient TEXT, medication TEXT);
BEGIN;
"""


class ChartPart(NamedTuple):
    """One resource of a patient, as it was read."""

    patient: str
    kind: str
    own_id: str
    content: bytes


class Spool:
    """The parts of a cohort, by patient."""

    def __init__(self, database: sqlite3.Connection) -> None:
        """Nothing has been put in yet."""
        self._database = database

    def note(
        self,
        concerned: Iterable[str],
        referring: Iterable[tuple[str, str]],
        medications: Iterable[tuple[str, bool, bytes]],
    ) -> None:
        """Note patients who may have LEMS, and whose orders refer to which Medications.

        Of a Medication by its id and whether those who take it may have LEMS.
        """
        run = self._database.executemany
        run("INSERT OR IGNORE INTO concerned VALUES (?)", ((each,) for each in concerned))
        run("INSERT INTO referring VALUES (?, ?)", referring)
        run("INSERT INTO medication VALUES (?, ?, ?)", medications)

    def count(self, patients: Iterable[str]) -> None:
        """Count patients by their ids, each once: of an id eight bytes are enough to tell."""
        numbers = ((hash(each),) for each in patients)
        self._database.executemany("INSERT OR IGNORE INTO person VALUES (?)", numbers)

    def patient_count(self) -> int:
        """How many there are."""
        [(count,)] = self._database.execute("SELECT count(*) FROM person")
        return int(count)

    def settle(self) -> None:
        """All has been noted: those who take what concerns us are concerned."""
        self._database.execute("CREATE INDEX by_id ON medication (own)")
        self._database.execute(
            "INSERT OR IGNORE INTO concerned SELECT patient FROM referring "
            "JOIN medication ON own = medication WHERE concerns"
        )

    def is_concerned(self, patient: str) -> bool:
        """Whether a patient is one of them."""
        asked = "SELECT 1 FROM concerned WHERE patient = ?"
        return self._database.execute(asked, (patient,)).fetchone() is not None

    def put(self, parts: Iterable[ChartPart]) -> None:
        """Keep some resources."""
        self._database.executemany("INSERT INTO part VALUES (?, ?, ?, ?)", parts)

    def patients(self) -> Iterator[tuple[str, list[ChartPart]]]:
        """Everybody with their parts, each once: the same whatever was put in first."""
        found = self._database.execute("SELECT DISTINCT * FROM part ORDER BY 1, 2, 3, 4")
        for patient, rows in itertools.groupby(found, itemgetter(0)):
            yield patient, [ChartPart(*row) for row in rows]

    def medications(self, own_id: str) -> list[bytes]:
        """The Medications with an id, each content once."""
        asked = "SELECT DISTINCT content FROM medication WHERE own = ? ORDER BY 1"
        return [content for (content,) in self._database.execute(asked, (own_id,))]


@contextlib.contextmanager
def spool() -> Iterator[Spool]:
    """A spool in a folder of its own, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="lems-guard-") as folder:
        database = sqlite3.connect(Path(folder) / "cohort.sqlite", isolation_level=None)
        try:
            database.executescript(SETUP)
            yield Spool(database)
        finally:
            database.close()
