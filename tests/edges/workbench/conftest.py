"""A service whose HTTP port this machine alone reaches, as it is without settings."""

from collections.abc import Iterator

import pytest

from running import Running, start, stop


@pytest.fixture(scope="session")
def service() -> Iterator[Running]:
    running = start()
    yield running
    stop(running)
