"""Reading a journal: whether it is whole, and what it says."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lems_guard.journal.files import files_of
from lems_guard.journal.records import JournalRecord, record_in

MOST_FAULTS = 20


class JournalLine(NamedTuple):
    """A line of a journal; `record` is `None` where it is torn or was changed."""

    place: str
    line: bytes
    record: JournalRecord | None


class JournalReport(NamedTuple):
    """What there is of a journal, and what is wrong with it.

    `torn` are lines that were cut off while they were written: the records beside them follow upon
    each other, so nothing that was recorded is missing there.
    """

    files: int
    records: int
    first: JournalRecord | None
    last: JournalRecord | None
    torn: tuple[str, ...]
    faults: tuple[str, ...]


def lines_in(path: Path) -> Iterator[JournalLine]:
    """Every line of all files of a journal, oldest first; raises `OSError`."""
    for each in files_of(path):
        with each.open("rb") as file:
            for number, line in enumerate(file, start=1):
                if line.strip():
                    yield JournalLine(f"{each.name}:{number}", line, record_in(line))


def verified(path: Path) -> JournalReport:
    """Hold every record against the one before it; raises `OSError`."""
    first = last = None
    records, unread = 0, list[str]()
    torn, faults = list[str](), list[str]()
    for place, _, record in lines_in(path):
        if record is None:
            unread.append(place)
            continue
        follows = last is None or (record.before, record.number) == (last.hash, last.number + 1)
        (torn if follows and last is not None else faults).extend(
            f"{each}: no whole record" for each in unread
        )
        if not follows and last is not None:
            faults.append(f"{place}: record {record.number} does not follow upon {last.number}")
        unread.clear()
        first, last, records = first or record, record, records + 1
    torn.extend(f"{each}: no whole record" for each in unread)
    return JournalReport(len(files_of(path)), records, first, last, tuple(torn), tuple(faults))
