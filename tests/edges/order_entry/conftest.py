"""A service whose CDS Hooks anybody on this machine may call."""

from collections.abc import Iterator

import pytest

from running import Running, start, stop


@pytest.fixture(scope="session")
def service() -> Iterator[Running]:
    running = start(LEMS_GUARD_CDS_HOOKS_AUTH="off")
    yield running
    stop(running)
