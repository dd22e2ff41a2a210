"""Screening a cohort by two sides: rules with a vocabulary, or the answers of an earlier run."""

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

import msgspec

from lems_guard.clinical.errors import InvalidCohort
from lems_guard.cohort.changes import ComparedList, changes_of
from lems_guard.cohort.checking import CheckedLine, InputKind
from lems_guard.cohort.engines import Lines, Work
from lems_guard.cohort.in_process import InProcess, Terms
from lems_guard.cohort.lines import CohortLine
from lems_guard.cohort.results import ToldKnowledge, result_of, results_in
from lems_guard.cohort.starting import check_of
from lems_guard.editions.library import Edition, as_site, browse_edition, past_edition
from lems_guard.fhir.patients import Interpreter, interpreter_of
from lems_guard.knowledge.diff import rules_changed

# What a side says of a line, whose reference is told; nothing where there is no LEMS.
Told: TypeAlias = Callable[[CohortLine, str], CheckedLine]
DIGEST_SHOWN = 12
BY_REFERENCE = "old answers are found by the references of their lists"


class SideOrder(NamedTuple):
    """What one side is to answer from: a folder of rules, or a file of answers.

    `vocabulary` is a site's own release beside the rules, `overlay` its changes of them.
    """

    source: Path
    vocabulary: Path | None = None
    overlay: Path | None = None
    is_past: bool = False

    @property
    def is_on_file(self) -> bool:
        """Whether it has answered already."""
        return self.source.is_file()


class RescreenOrder(NamedTuple):
    """Two sides and how lists are answered; a process of its own can be begun from it."""

    old: SideOrder
    new: SideOrder
    kind: InputKind
    terms: Terms


class AnswersOnFile:
    """The answers of an earlier run, found by reference; of each only its place is in memory."""

    def __init__(self, path: Path) -> None:
        """Raises `InvalidCohort` where a line is no answer, or a reference stands there twice."""
        self.by: ToldKnowledge | None = None
        self._path = path
        self._places: dict[str, int] = {}
        place = 0
        with path.open("rb") as lines:
            for result, line in zip(results_in(path), lines, strict=True):
                if result.request_id in self._places:
                    why = f"{result.request_id} stands there twice; {BY_REFERENCE}"
                    raise InvalidCohort(f"{path}: {why}")
                if result.response and not self.by:
                    self.by = result.response.knowledge_base
                self._places[result.request_id] = place
                place += len(line)

    def __len__(self) -> int:
        return len(self._places)

    def told(self, _: CohortLine, reference: str) -> CheckedLine:
        """The answer under a reference."""
        place = self._places.get(reference)
        if place is None:
            return CheckedLine(b"")
        with self._path.open("rb") as lines:
            lines.seek(place)
            return CheckedLine(lines.readline())


class Rescreen:
    """Both sides, loaded."""

    def __init__(self, asked: RescreenOrder) -> None:
        """Raises `InvalidKnowledge` or `InvalidCohort` where a side cannot be used."""
        self._asked = asked
        self._editions = {
            side: edition_of(side) for side in (asked.old, asked.new) if not side.is_on_file
        }
        self.on_file = AnswersOnFile(asked.old.source) if asked.old.is_on_file else None
        new = check_of(InProcess(self._editions[asked.new], asked.terms), asked.kind, asked.terms)
        self._new = new
        self._old: Told
        if self.on_file:
            self._old = self.on_file.told
        else:
            here = InProcess(self._editions[asked.old], asked.terms)
            old = check_of(here, asked.kind, asked.terms)
            self._old = lambda line, _: old(line)

    def check(self, line: CohortLine) -> CheckedLine:
        """What changes for a line: a `ComparedList` as JSON; empty for somebody without LEMS."""
        now = self._new(line)
        after = result_of(now.answer)
        reference = after.request_id if after else line.place
        was = self._old(line, reference)
        before = result_of(was.answer)
        if before is None and after is None:
            return CheckedLine(b"")
        found = ComparedList(changes_of(reference, before, after), before is not None)
        is_answered = any(each and each.response for each in (before, after))
        return now._replace(answer=msgspec.json.encode(found), is_answered=is_answered)

    def work(self, lines: Lines) -> list[CheckedLine]:
        """What changes for some lines."""
        return [self.check(line) for line in lines]

    def vocabularies(self) -> list[Interpreter]:
        """By which patients with LEMS are found: those of both sides."""
        country = self._asked.terms.country
        return [interpreter_of(each, country) for each in self._editions.values()]

    def in_words(self) -> tuple[str, str]:
        """What each side answers from."""
        old, new = self._asked.old, self._asked.new
        return self._side(old), self._side(new)

    def _side(self, side: SideOrder) -> str:
        if self.on_file and side.is_on_file:
            made = self.on_file.by or ToldKnowledge()
            by = _version(made.version, made.digest)
            return f"{len(self.on_file)} answers on file, {side.source}, by {by}"
        knowledge = self._editions[side].knowledge
        beside = f" and {side.vocabulary}" if side.vocabulary else ""
        return f"{_version(knowledge.version, knowledge.digest)}, {side.source}{beside}"

    def rules_changed(self) -> Iterator[str]:
        """The rules that differ, a line each; none where answers are on file."""
        if not self.on_file:
            old, new = (self._editions[each] for each in (self._asked.old, self._asked.new))
            yield from rules_changed(old.knowledge, new.knowledge)


def begin_rescreen(asked: RescreenOrder) -> Work[list[CheckedLine]]:
    """What compares lines, in a process of its own."""
    return Rescreen(asked).work


def edition_of(side: SideOrder) -> Edition:
    """The edition of a side, as the site has it."""
    load = past_edition if side.is_past else browse_edition
    return as_site(
        load(side.source),
        side.source,
        vocabulary=side.vocabulary,
        overlay=side.overlay,
        is_past=side.is_past,
    )


def day_on_file(path: Path) -> datetime.date | None:
    """The day of the first answer on file; none for rules, or where no list was answered."""
    results = results_in(path) if path.is_file() else ()
    found = (each.response.as_of for each in results if each.response)
    day = next(found, "")
    return datetime.date.fromisoformat(day) if day else None


def _version(version: str, digest: str) -> str:
    return f"knowledge base {version} ({digest[:DIGEST_SHOWN]})"
