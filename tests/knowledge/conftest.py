"""A tiny knowledge base of two rules, and a vocabulary of four drugs and two route words."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lems_guard.clinical.medication import Disposition, Ingredient, Medication, Understood
from lems_guard.clinical.route import Route
from lems_guard.editions.library import (
    compile_edition,
    draft_edition,
    edition_of,
    packaged_rules,
    write_compiled,
    write_lock,
)
from lems_guard.knowledge.cases import Understand
from lems_guard.knowledge.compiler import Compilation, compile_rules

TINY = Path(__file__).parent / "tiny"
DRUGS = frozenset({"amifampridine", "lisinopril", "metoprolol", "timolol"})
ROUTES = {"po": Route.ORAL, "drops": Route.OPHTHALMIC}


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A copy of the tiny knowledge base, to be changed."""
    return Path(shutil.copytree(TINY, tmp_path / "rules"))


def with_vocabulary(folder: Path) -> Path:
    """Put the real vocabulary into a folder, less all other drugs, so that it loads at once."""
    shutil.copytree(packaged_rules() / "vocabulary", folder / "vocabulary", dirs_exist_ok=True)
    for path in (folder / "vocabulary").glob("*.tsv"):
        header, *rows = path.read_text("utf-8").splitlines(keepends=True)
        columns = header.rstrip("\n").split("\t")
        named = ("name",) if path.name == "ingredients.tsv" else ("ingredients", "ingredient")
        drug = next((each for each in named if each in columns), None)
        if drug:
            place = columns.index(drug)
            rows = [row for row in rows if row.rstrip("\n").split("\t")[place] in DRUGS]
        path.write_text("".join([header, *rows]), "utf-8")
    return folder


def locked(folder: Path) -> Path:
    """Lock a folder as it is now, whatever its lock said of its rules."""
    write_lock(folder, "", edition_of(draft_edition(folder)))
    return folder


@pytest.fixture
def rules(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The tiny rules with a vocabulary, locked, in the working directory."""
    monkeypatch.chdir(tiny.parent)
    return locked(with_vocabulary(tiny))


@pytest.fixture(scope="session")
def rules_to_read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, compiled once for all tests that change nothing."""
    folder = Path(shutil.copytree(TINY, tmp_path_factory.mktemp("read") / "rules"))
    write_compiled(compile_edition(locked(with_vocabulary(folder))), folder)
    return folder


@pytest.fixture
def compiled() -> Callable[[Path], Compilation]:
    """Compile a folder with the tiny vocabulary."""
    return lambda folder: compile_rules(folder, DRUGS, "ab" * 32)


@pytest.fixture
def understand() -> Understand:
    """First word the drug, last word the route; what the order says by itself comes first."""

    def read(order: Medication) -> Understood:
        words = order.text.split()
        if words[0] not in DRUGS:
            return Understood(Disposition.UNRESOLVED)
        return Understood(
            Disposition.EVALUATED,
            ((Ingredient(words[0]),),),
            order.route or ROUTES.get(words[-1]),
            order.dose,
            order.doses_per_day,
        )

    return read
