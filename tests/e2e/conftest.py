"""A service for all tests to share, and one that a test may stop."""

from collections.abc import Iterator

import pytest

from certificates import Authority, Pair
from running import Running, start, stop


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="session")
def server(authority: Authority) -> Pair:
    """The pair of a service on this machine."""
    return authority.issued("server")


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
