"""What all tests share; the package is imported late, when its coverage is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from searching import choose_examples

if TYPE_CHECKING:
    from lems_guard.editions.library import Edition

choose_examples()


@pytest.fixture(scope="session")
def edition() -> Edition:
    """The packaged edition."""
    from lems_guard.editions.library import load_edition, packaged_rules  # noqa: PLC0415

    return load_edition(packaged_rules()).edition


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes name no test: packed ones may hold the time, and all workers must agree on names."""
    return argname if isinstance(val, bytes) else None
