"""A tiny knowledge base of two rules, and a vocabulary of four drugs and two route words."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from lems_guard.clinical.medication import Disposition, Ingredient, Medication, Understood
from lems_guard.clinical.route import Route
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.knowledge.cases import Understand
from lems_guard.knowledge.compiler import Compilation, compile_rules

TINY = Path(__file__).parent / "tiny"
DRUGS = frozenset({"amifampridine", "lisinopril", "metoprolol", "timolol"})
ROUTES = {"po": Route.ORAL, "drops": Route.OPHTHALMIC}


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A copy of the tiny knowledge base, to be changed."""
    return Path(shutil.copytree(TINY, tmp_path / "rules"))


@pytest.fixture
def compiled() -> Callable[[Path], Compilation]:
    """Compile a folder with the tiny vocabulary."""
    return lambda folder: compile_rules(folder, DRUGS, "ab" * 32)


@pytest.fixture
def understand() -> Understand:
    """First word the drug, last word the route; what the order says by itself comes first."""

    def read(order: Medication, _: Jurisdiction) -> Understood:
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
