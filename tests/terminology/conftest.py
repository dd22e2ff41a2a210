from pathlib import Path

import pytest

from lems_guard.terminology.resolver import Resolver
from lems_guard.terminology.tables import read_vocabulary
from lems_guard.terminology.vocabulary import Vocabulary

TABLES = Path(__file__).parents[2] / "rules" / "vocabulary"


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return read_vocabulary(TABLES)


@pytest.fixture(scope="session")
def resolver(vocabulary: Vocabulary) -> Resolver:
    return Resolver(vocabulary)
