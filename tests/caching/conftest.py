"""One real Redis for all tests of this folder."""

from collections.abc import Iterator

import pytest

from redis_servers import Server, alone
from replicas import more_time


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    more_time(monkeypatch)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with alone() as started:
        yield started
