"""The packaged rules and vocabulary, by which resources are read."""

import pytest

from lems_guard.editions.library import Edition, load_edition, packaged_rules


@pytest.fixture(scope="session")
def edition() -> Edition:
    return load_edition(packaged_rules()).edition
