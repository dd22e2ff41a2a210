"""The real service under more than it can answer, asked by a client that is not Python's.

`tests/load/main.go` counts how every call ended; here those counts are held against the service's
own. How fast anything was is for the benchmark.
"""

import contextlib
import threading
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from go_load import GoClient
from running import Running, start, stop
from system_programs import fetched

CLOSED_SECONDS, SECONDS, PATIENCE_SECONDS = 2, 4, 2.0
CODES = {"OK": "OK", "RESOURCE_EXHAUSTED": "ResourceExhausted"}
PROBES = ("/livez", "/readyz")
PROBE_SECONDS = 10.0  # as the client waits for health: other tests may keep the machine busy
# What may become of a call, by the names of Go's client: answered, refused, late.
ENDS = {"OK", "ResourceExhausted", "DeadlineExceeded"}


class Load:
    """The client, and the service that it asks."""

    def __init__(self, client: GoClient, service: Running) -> None:
        self._client = client
        self._service = service

    def put(self, **flags: float) -> dict[str, Any]:
        """What became of the calls of one load."""
        return self._client.put(self._service.grpc_at, **flags)

    @contextlib.contextmanager
    def probed(self) -> Iterator[Counter[tuple[str, int]]]:
        """Ask the HTTP probes all along: how often each was answered by which status, 0 for late.

        (Of gRPC's own health the client that makes the load asks.)
        """
        told: Counter[tuple[str, int]] = Counter()
        over = threading.Event()

        def ask() -> None:
            while not over.wait(0.1):
                for path in PROBES:
                    told[path, status_of(self._service.http_at, path)] += 1

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            yield told
        finally:
            over.set()
            asking.join()

    def counted(self, code: str) -> int:
        """The checks that the service says ended with a code."""
        for line in fetched(f"http://{self._service.http_at}/metrics").splitlines():
            name, _, value = line.rpartition(" ")
            if (
                name.startswith("grpc_server_handled_total")
                and f'grpc_code="{code}"' in name
                and 'grpc_method="CheckPrescription"' in name
            ):
                return round(float(value))
        raise AssertionError(f"{code} is not counted")


def status_of(at: str, path: str) -> int:
    """The HTTP status of a page, 0 where there was none in time."""
    try:
        with urllib.request.urlopen(f"http://{at}{path}", timeout=PROBE_SECONDS) as response:
            return int(response.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code
    except OSError:
        return 0


@pytest.fixture(scope="module")
def load(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Load]:
    client = GoClient(tmp_path_factory.mktemp("load"))
    service = start(LEMS_GUARD_REPLY_CACHE_BYTES="0")
    try:
        yield Load(client, service)
    finally:
        stop(service)


@pytest.mark.parametrize("times", [2, 10])
def test_every_call_is_answered_or_refused_or_late_and_health_is_truthful(
    load: Load, times: int
) -> None:
    capacity = load.put(callers=16, seconds=CLOSED_SECONDS)["made"] / CLOSED_SECONDS
    before = {code: load.counted(code) for code in CODES}
    with load.probed() as probes:
        told = load.put(rate=capacity * times, seconds=SECONDS, deadline=PATIENCE_SECONDS)
    assert told["codes"].keys() <= ENDS
    assert sum(told["codes"].values()) == told["made"]
    assert told["codes"].get("OK")
    late = told["codes"].get("DeadlineExceeded", 0)
    # What a busy machine could carry while that was measured may be half of what it carries now:
    # twice that need not be too much, ten times is.
    assert times == 2 or told["codes"].get("ResourceExhausted", 0) + late
    # What the client gave up as late in that very moment, the service may still have ended well.
    for ours, theirs in CODES.items():
        counted = load.counted(ours) - before[ours]
        ended = told["codes"].get(theirs, 0)
        assert ended <= counted <= ended + late
    assert told["health"].keys() <= {"OK"}
    assert probes.keys() == {(path, 200) for path in PROBES}
