"""A service for all tests to share, and one that a test may stop."""

from collections.abc import Iterator

import pytest

from running import Running, start, stop


@pytest.fixture(scope="session")
def service() -> Iterator[Running]:
    running = start()
    yield running
    stop(running)


@pytest.fixture
def own_service() -> Iterator[Running]:
    """A service that a test may stop."""
    running = start(LEMS_GUARD_DRAIN_SECONDS="5")
    yield running
    stop(running)
