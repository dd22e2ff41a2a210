"""From a release to the file in use: import beside it, check, and only then take its place."""

import contextlib
import os
import sqlite3
from collections.abc import Callable, Collection
from pathlib import Path
from typing import NamedTuple

from lems_guard.terminology.lexicon import Lexicons
from lems_guard.terminology.reading.text import read_text
from lems_guard.terminology.site import schema
from lems_guard.terminology.site.checks import (
    MustResolve,
    check_counts,
    check_direction,
    check_resolves,
    counts_before,
)
from lems_guard.terminology.site.importer import FILES, Importer, finish
from lems_guard.terminology.site.rrf import BrokenRelease, Progress, Release, quiet
from lems_guard.terminology.vocabulary import Vocabulary


class Demands(NamedTuple):
    """What is asked of a release before it is used."""

    vocabulary: Vocabulary
    must_resolve: tuple[MustResolve, ...] = ()
    watched: Collection[str] = ()
    accept_counts: bool = False


def import_release(
    source: Path, target: Path, demands: Demands, progress: Progress = quiet
) -> schema.About:
    """Import a release; raises `BrokenRelease`, and then the file in use is as it was."""
    release = Release(source)
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(target.name + ".new")
    try:
        said = _imported(release, beside, demands, progress)
        check_resolves(beside, demands.vocabulary, demands.must_resolve, demands.watched)
        if not demands.accept_counts:
            check_counts(said.counts, counts_before(target))
        _to_disk(beside)
        beside.replace(target)
    except sqlite3.OperationalError as fault:
        raise BrokenRelease(f"{beside}: cannot be written: {fault}") from None
    finally:
        beside.unlink(missing_ok=True)
    return said


def total_bytes(source: Path) -> int:
    """How much there is to read, for a progress bar."""
    return Release(source).size(*FILES)


def _imported(release: Release, beside: Path, demands: Demands, progress: Progress) -> schema.About:
    forms = {key: form.route for key, form in demands.vocabulary.forms.items()}
    with contextlib.closing(schema.create(beside)) as database:
        importer = Importer(release, database, forms, progress, _by_name(demands.vocabulary))
        version = importer.run()
        check_direction(importer.graph)
        return finish(database, version)


def _by_name(vocabulary: Vocabulary) -> Callable[[str], frozenset[int]]:
    """The codes of the ingredients that a product's name tells, if it tells one set of them."""
    lexicon = Lexicons(vocabulary).anywhere

    def codes(name: str) -> frozenset[int]:
        reading, *others = read_text(name, lexicon)
        if others or not reading.is_whole or len(reading.readings) != 1:
            return frozenset()
        found = [vocabulary.ingredients[each] for each in reading.readings[0]]
        return frozenset(map(int, found)) if all(found) else frozenset()

    return codes


def _to_disk(path: Path) -> None:
    """A rename that survives a power cut must not come before the content."""
    with path.open("rb") as content:
        os.fsync(content.fileno())
