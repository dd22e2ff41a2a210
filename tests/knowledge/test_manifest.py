"""What is served is what was released: by file, digest and count, and by answers that are known."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from knowledge.conftest import locked
from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.clinical.medication import Medication, MedicationList
from lems_guard.clinical.severity import Severity
from lems_guard.editions import known_answers
from lems_guard.editions.known_answers import KNOWN, refuse_unknowing, wrong_answers
from lems_guard.editions.library import (
    Edition,
    Library,
    compile_edition,
    load_edition,
    refuse_unreleased,
    write_compiled,
)
from lems_guard.knowledge.manifest import files_in, read_manifest, released
from lems_guard.screening.knowledge_base import KnowledgeBase

LOCK = "rules.lock"


def refused(folder: Path) -> str:
    with pytest.raises(InvalidKnowledge) as caught:
        load_edition(folder)
    return str(caught.value)


def test_a_folder_is_what_was_locked_or_is_refused(rules: Path) -> None:
    """Each file that can change an answer: gone, cut off, changed by a byte, put somewhere else."""
    names = sorted(files_in(rules))
    assert {"classes/beta_blockers.yaml", "vocabulary/conditions.tsv", "sources.yaml"} <= set(names)
    for name in names:
        path = rules / name
        content = path.read_bytes()
        for spoilt in (content[: len(content) // 2], content[:-1] + b"\0"):
            path.write_bytes(spoilt)
            assert f"{name}:1:1: not-as-locked" in refused(rules)
        moved = path.rename(path.with_name(f"other-{path.name}"))
        said = refused(rules)
        assert f"{name}:1:1: gone" in said
        assert f"other-{path.name}:1:1: not-locked" in said
        moved.unlink()
        assert f"{name}:1:1: gone" in refused(rules)
        path.write_bytes(content)
    assert released(rules)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:0],
        lambda text: text.partition("@")[0],
        lambda text: text[: len(text) // 2],
        lambda text: "\n".join(text.splitlines()[:-1]),
        lambda text: text.replace("@content", "@kontent"),
    ],
)
def test_a_lock_that_is_not_whole_locks_nothing(rules: Path, spoil: Callable[[str], str]) -> None:
    lock = rules / LOCK
    lock.write_text(spoil(lock.read_text("utf-8")), "utf-8")
    assert "rules.lock:1:1: not-locked" in refused(rules)
    lock.unlink()
    assert "lems-guard rules lock" in refused(rules)


def test_counts_are_held_too(rules: Path) -> None:
    lock = rules / LOCK
    lock.write_text(lock.read_text("utf-8").replace("@content\t2 1", "@content\t3 1"), "utf-8")
    assert "(2, 1), and (3, 1) were locked" in refused(rules)


def milder(edition: Edition) -> Edition:
    """An edition whose first rule is said in a whisper."""
    first, *rest = edition.knowledge.rules
    outcomes = tuple(replace(each, severity=Severity.INFORMATION) for each in first.outcomes)
    known = edition.knowledge
    changed = KnowledgeBase.of(
        known.version, known.digest, (replace(first, outcomes=outcomes), *rest), known.classes
    )
    return edition.with_knowledge(changed)


def test_a_compiled_file_that_holds_something_else_is_compiled_again(rules: Path) -> None:
    sound = compile_edition(rules)
    write_compiled(milder(sound), rules)
    loaded = load_edition(rules)
    assert "other content than rules.lock says" in loaded.compiled_because
    assert loaded.edition == sound
    with pytest.raises(InvalidKnowledge, match="run `rules lock`"):
        refuse_unreleased(milder(sound), rules)


def test_a_folder_that_changes_while_it_is_compiled_is_refused(rules: Path) -> None:
    def changing(folder: Path) -> Edition:
        edition = compile_edition(folder)
        with (folder / "sources.yaml").open("a", encoding="utf-8") as file:
            file.write("# more\n")
        return edition

    with pytest.raises(InvalidKnowledge, match=r"sources\.yaml"):
        load_edition(rules, changing)


def test_a_reload_of_an_incomplete_folder_keeps_what_answers(rules: Path) -> None:
    library = Library(rules)
    before = library.current
    for name in ("beta_blockers.yaml", "beta_blockers_test.yaml"):
        (rules / "weakness" / name).unlink()
    assert not library.reload()
    assert library.current is before
    assert "weakness/beta_blockers.yaml" in str(library.problem)


def test_an_edition_that_is_there_already_is_not_kept_twice(rules: Path) -> None:
    library = Library(rules)
    before = library.current
    assert library.reload()
    assert library.current is before


def test_the_manifest_is_read_as_it_was_written(rules: Path) -> None:
    manifest = released(rules)
    assert read_manifest("".join(f"{line}\n" for line in manifest.lines())) == manifest
    assert (manifest.rules, manifest.classes) == (2, 1)


def test_the_shipped_edition_gives_the_known_answers(edition: Edition) -> None:
    refuse_unknowing(edition)


@pytest.mark.parametrize(
    "rule",
    [
        "beta-blocker-weakness",
        "aminoglycoside-weakness",
        "macrolide-weakness",
        "fluoroquinolone-weakness",
        "magnesium-injection-weakness",
        "amifampridine-seizure-history",
    ],
)
def test_an_edition_without_one_of_them_is_refused(edition: Edition, rule: str) -> None:
    known = edition.knowledge
    assert any(each.id == rule for each in known.rules)
    rest = [each for each in known.rules if each.id != rule]
    lacking = KnowledgeBase.of(known.version, known.digest, rest, known.classes)
    [wrong] = wrong_answers(edition.with_knowledge(lacking))
    assert wrong.startswith("self-test: ")


def test_an_edition_that_reads_no_names_or_warns_of_all_is_refused(
    edition: Edition, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(known_answers, "KNOWN", (KNOWN[0]._replace(text="zzyx 5 mg po"),))
    assert list(wrong_answers(edition)) == ["self-test: 'zzyx 5 mg po' is UNRESOLVED"]
    monkeypatch.setattr(known_answers, "KNOWN", (KNOWN[0]._replace(least=None),))
    [wrong] = wrong_answers(edition)
    assert wrong.endswith("gives AVOID, not nothing")


def test_a_library_takes_no_edition_that_is_not_approved(rules: Path) -> None:
    approved = [True]

    def approve(_: Edition) -> None:
        if not approved[0]:
            raise InvalidKnowledge(("self-test: no",))

    library = Library(rules, approve=approve)
    before = library.current
    approved[0] = False
    path = rules / "weakness" / "beta_blockers.yaml"
    text = path.read_text("utf-8")
    path.write_text(text.replace("action: do not start", "action: ask a neurologist"), "utf-8")
    locked(rules)
    assert not library.reload()
    assert library.current is before
    order = Medication("1", MedicationList.PROPOSED, "metoprolol 50 mg po bid")
    assert library.current.understand(order).readings
    with pytest.raises(InvalidKnowledge, match="self-test"):
        Library(rules, approve=approve)
