"""The journal: whole or seen not to be, never in anybody's way, and of no patient."""

import contextlib
import errno
import hashlib
import json
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lems_guard.clinical.errors import InvalidSettings
from lems_guard.journal import writing
from lems_guard.journal.files import JournalFile, files_of
from lems_guard.journal.reading import lines_in, verified
from lems_guard.journal.records import NOTHING_BEFORE, line_of, record_in
from lems_guard.journal.writing import Journal
from waiting import until

LARGE = 1_000_000


class CountedRecords(Counter[str]):
    """Counts what became of records."""

    def written(self, number: int) -> None:
        self["written"] += number

    def lost(self, number: int) -> None:
        self["lost"] += number

    def stuck(self, is_stuck: bool) -> None:
        self["stuck"] = int(is_stuck)


class Kept:
    """A journal in a folder."""

    def __init__(self, folder: Path, most_bytes: int = LARGE, days: int = 0) -> None:
        self.path, self.counts = folder / "journal.jsonl", CountedRecords()
        self.bounds = most_bytes, days

    def opened(self) -> JournalFile:
        return JournalFile(self.path, *self.bounds)

    @contextlib.contextmanager
    def running(self) -> Iterator[Journal]:
        journal = Journal(self.opened, self.counts, syncs=True)
        with journal.running():
            yield journal

    def said(self) -> list[dict[str, Any]]:
        return [dict(each.record.said) for each in lines_in(self.path) if each.record]


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    return Kept(tmp_path)


def decided(number: int) -> Callable[[], dict[str, object]]:
    return lambda: {"kind": "decision", "decision": f"{number:04x}"}


def test_a_record_is_read_as_it_was_written_and_else_not_at_all() -> None:
    line, digest = line_of({"kind": "decision", "rules": [["r", "AVOID"]]}, 7, NOTHING_BEFORE)
    record = record_in(line)
    assert record is not None
    assert (record.number, record.hash, record.before) == (7, digest, NOTHING_BEFORE)
    assert json.loads(line)["rules"] == [["r", "AVOID"]]
    for place in range(len(line) - 1):
        assert record_in(line[:place] + b"~" + line[place + 1 :]) is None
        assert record_in(line[:place]) is None


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b'{"n":1}', "it follows nothing"),
        (b'{"before":""}', "it has no number"),
        (b'{"n":[],"before":""}', "its number is none"),
        (b"{7}", "no JSON"),
        (b'{"n":1,"before":"\xff"}', "no UTF-8"),
        (b'{"n":1,"before":"","x":' + b"[" * 5000 + b"]" * 5000 + b"}", "too deep to be read"),
    ],
)
def test_what_somebody_else_has_hashed_is_no_record(said: bytes, why: str) -> None:
    digest = hashlib.sha256(said).hexdigest().encode()
    assert record_in(said[:-1] + b',"hash":"' + digest + b'"}\n') is None, why


def test_what_is_noted_is_written_in_its_order_with_time_and_caller(kept: Kept) -> None:
    with kept.running() as journal:
        for number in range(100):
            journal.note("pharmacy", decided(number))
        until(lambda: kept.counts["written"] == 101)
    begun, *told = kept.said()
    assert begun["kind"] == "begun"
    assert [each["decision"] for each in told] == [f"{number:04x}" for number in range(100)]
    assert {each["caller"] for each in told} == {"pharmacy"}
    assert all(each["at"].endswith("Z") and each["at"][:2] == "20" for each in told)
    report = verified(kept.path)
    assert (report.records, report.faults, report.torn) == (101, (), ())
    assert kept.path.stat().st_mode & 0o007 == 0


def test_a_journal_goes_on_where_it_ended(kept: Kept) -> None:
    for number in range(3):
        with kept.running() as journal:
            journal.note("", decided(number))
    report = verified(kept.path)
    assert (report.records, report.faults) == (6, ())
    assert [each["n"] for each in kept.said()] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("cut", [2, 20, 150])
def test_a_torn_record_is_trusted_by_nobody_and_ends_its_line(kept: Kept, cut: int) -> None:
    """A kill in the middle of a write leaves a part of a line; what follows is whole."""
    with kept.running() as journal:
        journal.note("", decided(1))
        journal.note("", decided(2))
    content = kept.path.read_bytes()
    kept.path.write_bytes(content[:-cut])
    report = verified(kept.path)
    assert report.faults == ()
    assert (report.records, len(report.torn)) == (2, 1)
    with kept.running() as journal:
        journal.note("", decided(3))
    report = verified(kept.path)
    assert report.faults == ()
    assert (report.records, len(report.torn)) == (4, 1)
    assert [each.get("decision") for each in kept.said()] == [None, "0001", None, "0003"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda lines: [*lines[:3], *lines[4:]],
        lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]],
        lambda lines: [*lines[:3], lines[3].replace(b"0003", b"0009"), *lines[4:]],
        lambda lines: [*lines[:3], line_of({"kind": "decision"}, 4, "f" * 64).line, *lines[4:]],
        lambda lines: [b"nothing\n", *lines],
    ],
    ids=["taken out", "in another order", "changed", "put in", "before the first"],
)
def test_a_journal_that_was_tampered_with_is_found_out(
    kept: Kept, spoil: Callable[[list[bytes]], list[bytes]]
) -> None:
    with kept.running() as journal:
        for number in range(1, 8):
            journal.note("", decided(number))
    lines = kept.path.read_bytes().splitlines(keepends=True)
    kept.path.write_bytes(b"".join(spoil(lines)))
    assert verified(kept.path).faults


def test_full_files_are_followed_by_others_and_the_chain_goes_on(tmp_path: Path) -> None:
    kept = Kept(tmp_path, most_bytes=2_000)
    for start in range(0, 60, 10):
        with kept.running() as journal:
            for number in range(start, start + 10):
                journal.note("", decided(number))
    assert len(files_of(kept.path)) > 2
    report = verified(kept.path)
    assert (report.records, report.faults) == (66, ())


def test_old_files_go_after_their_days(tmp_path: Path) -> None:
    kept = Kept(tmp_path, most_bytes=1, days=30)
    for number in range(3):
        with kept.running() as journal:
            journal.note("", decided(number))
    oldest, newer, _ = files_of(kept.path)
    os.utime(oldest, (0, 0))
    with kept.running():
        pass
    assert not oldest.exists()
    assert newer.exists()
    assert verified(kept.path).faults == ()


def test_one_process_writes_at_a_time(kept: Kept) -> None:
    with kept.running(), pytest.raises(InvalidSettings, match="another process"):
        kept.opened()
    kept.opened().close()


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="LEMS_GUARD_JOURNAL"):
        JournalFile(tmp_path / "none" / "journal", LARGE, 0)


class FullDisk:
    """Writes until there is no more room, and then half of what it is given."""

    def __init__(self) -> None:
        self.is_full = False
        self._write = os.write

    def write(self, file: int, content: bytes) -> int:
        where = Path(f"/proc/self/fd/{file}").readlink()  # others write too: what runs tests does
        if not self.is_full or where.name != "journal.jsonl":
            return self._write(file, content)
        self._write(file, content[: len(content) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_seen_and_loses_nothing_that_finds_a_place(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk()
    monkeypatch.setattr(os, "write", disk.write)
    with kept.running() as journal:
        until(lambda: kept.counts["written"] == 1)
        disk.is_full = True
        journal.note("", decided(1))
        until(lambda: journal.trouble)
        assert "No space left" in journal.trouble
        assert kept.counts["stuck"] == 1
        journal.note("", decided(2))
        disk.is_full = False
        until(lambda: not journal.trouble)
    report = verified(kept.path)
    assert (report.records, report.faults, report.torn) == (3, (), ())
    assert (kept.counts["lost"], kept.counts["stuck"]) == (0, 0)


def test_what_finds_no_place_is_counted_and_told(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = FullDisk()
    disk.is_full = True
    monkeypatch.setattr(os, "write", disk.write)
    monkeypatch.setattr(writing, "MOST_WAITING", 10)
    with kept.running() as journal:
        until(lambda: journal.trouble)
        for number in range(100):
            journal.note("", decided(number))
        disk.is_full = False
    said = kept.said()
    lost = sum(each["records"] for each in said if each["kind"] == "lost")
    assert lost == kept.counts["lost"] >= 79
    assert len([each for each in said if each["kind"] == "decision"]) == 100 - lost
    assert verified(kept.path).faults == ()


def test_a_note_that_cannot_be_made_stops_nothing(kept: Kept) -> None:
    def fails() -> dict[str, object]:
        raise RuntimeError("with a patient's name in it")

    with kept.running() as journal:
        journal.note("", fails)
        journal.note("", decided(1))
    assert [each["kind"] for each in kept.said()] == ["begun", "decision", "lost"]
    assert "patient" not in kept.path.read_text("utf-8")


def test_many_threads_leave_notes_and_none_is_lost(kept: Kept) -> None:
    with kept.running() as journal:

        def notes(start: int) -> None:
            for number in range(start, start + 500):
                journal.note(f"caller-{start}", decided(number))

        threads = [threading.Thread(target=notes, args=(start,)) for start in range(0, 2000, 500)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    report = verified(kept.path)
    assert (report.records, report.faults) == (2001, ())
    assert len({each["decision"] for each in kept.said()[1:]}) == 2000
