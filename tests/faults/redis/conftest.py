"""One real Redis for all tests of this folder."""

from collections.abc import Iterator

import pytest

from redis_servers import Server, alone


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with alone() as started:
        yield started
