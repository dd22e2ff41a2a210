"""Editions: rules and vocabulary together, from the compiled file or from YAML, reloaded safely."""

from pathlib import Path

import pytest

from knowledge.conftest import locked
from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.clinical.medication import Disposition, Medication, MedicationList
from lems_guard.editions.library import (
    Library,
    Loaded,
    compile_edition,
    load_edition,
    write_compiled,
)
from lems_guard.knowledge.packed import COMPILED

RULES = Path("weakness", "beta_blockers.yaml")
CASES = Path("weakness", "beta_blockers_test.yaml")


def edit(path: Path, replace: str, by: str) -> None:
    before = path.read_text("utf-8")
    assert replace in before
    path.write_text(before.replace(replace, by), "utf-8")


def test_the_compiled_file_is_read_when_it_fits(rules: Path) -> None:
    edition = compile_edition(rules)
    write_compiled(edition, rules)
    loaded = load_edition(rules)
    assert loaded == (edition, "")
    order = Medication("a", MedicationList.PROPOSED, "metoprolol 50 mg po bid")
    assert loaded.edition.understand(order) == edition.understand(order)
    assert edition.understand(order).disposition is Disposition.EVALUATED


@pytest.mark.parametrize(
    ("content", "because"),
    [
        (None, "no compiled file"),
        (b"", "too short"),
        (b"x" * 500, "not a compiled file"),
    ],
)
def test_yaml_is_read_when_the_compiled_file_does_not_fit(
    rules: Path, content: bytes | None, because: str
) -> None:
    if content is not None:
        (rules / COMPILED).parent.mkdir()
        (rules / COMPILED).write_bytes(content)
    loaded = load_edition(rules)
    assert loaded.edition == compile_edition(rules)
    assert because in loaded.compiled_because


def test_yaml_is_read_when_a_source_has_changed(rules: Path) -> None:
    write_compiled(compile_edition(rules), rules)
    edit(rules / RULES, "title: β-blockers worsen weakness", "title: another")
    locked(rules)
    loaded = load_edition(rules)
    assert "made from other sources" in loaded.compiled_because
    assert [rule.title for rule in loaded.edition.knowledge.rules][-1] == "another"


def test_rules_that_fail_their_own_cases_do_not_load(rules: Path) -> None:
    edit(rules / RULES, "severity: AVOID", "severity: MONITOR")
    locked(rules)
    with pytest.raises(InvalidKnowledge) as caught:
        load_edition(rules)
    [problem] = caught.value.problems
    assert problem.startswith("weakness/beta_blockers_test.yaml:4:9: case-failed: ")


def test_problems_of_vocabulary_and_rules_come_together(rules: Path) -> None:
    (rules / "vocabulary" / "ingredients.tsv").unlink()
    edit(rules / RULES, "severity: AVOID", "severity: AVIOD")
    with pytest.raises(InvalidKnowledge) as caught:
        compile_edition(rules)
    assert any("ingredients.tsv" in problem for problem in caught.value.problems)
    assert any("AVIOD" in problem for problem in caught.value.problems)


def test_a_reload_takes_new_content_into_service(rules: Path) -> None:
    library = Library(rules)
    before = library.current.knowledge.digest
    edit(rules / RULES, "action: do not start", "action: ask a neurologist")
    locked(rules)
    assert library.reload()
    assert library.current.knowledge.digest != before
    assert library.problem is None


def test_misspelt_names_are_indexed_apart_from_the_start_and_with_a_reload(rules: Path) -> None:
    library = Library(rules)
    assert "close_names" not in vars(library.current.resolver)
    library.index_names()
    assert "close_names" in vars(library.current.resolver)
    assert library.reload()
    assert "close_names" in vars(library.current.resolver)


def test_a_reload_that_fails_keeps_the_last_good_edition(rules: Path) -> None:
    library = Library(rules)
    good = library.current
    edit(rules / RULES, "severity: AVOID", "severity: AVIOD")
    assert not library.reload()
    assert library.current is good
    assert library.problem is not None
    assert "not-as-locked" in str(library.problem)
    edit(rules / RULES, "severity: AVIOD", "severity: AVOID")
    assert library.reload()
    assert library.problem is None


def test_a_file_that_vanishes_meanwhile_keeps_the_last_good_edition(rules: Path) -> None:
    def vanished(folder: Path) -> Loaded:
        raise FileNotFoundError(folder / RULES)

    library = Library(rules)
    good = library.current
    library.load = vanished
    assert not library.reload()
    assert library.current is good
    assert str(RULES) in str(library.problem)


def test_without_a_first_edition_there_is_no_library(tmp_path: Path) -> None:
    with pytest.raises(InvalidKnowledge):
        Library(tmp_path)
