"""Why the shipped buffer is larger, and what it does not help: HAProxy that loses trailers.

Before 2.6.17, 2.8.6 and 2.9.1 (haproxy/haproxy#2388) the trailers of a reply, and with them its
status, are lost where they come while its last bytes wait for room: where many calls share a
connection, and the reply is up to some thousand bytes smaller than the buffer. Answers on four to
eight orders are of 15 to 16 kB, which is just below the buffer that HAProxy has by itself.
"""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from deploy.test_haproxy import CONFIGURATION, balanced
from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard.v1 import prescription_pb2 as wire
from running import Running, start, stop
from system_programs import program
from waiting import PATIENCE

SHIPPED, BY_ITSELF = 65_536, 16_384  # bytes of a buffer
BELOW = range(600, 1100)  # how much smaller a reply is whose trailers may be lost
CALLERS, CALLS, MOST_CALLS = 24, 600, 12_000
# The first release of each branch that loses none, as their lists of changes tell it.
SOUND = {(2, 6): 17, (2, 8): 6, (2, 9): 1}


@pytest.fixture(scope="module")
def replica() -> Iterator[Running]:
    program("haproxy")
    running = start(LEMS_GUARD_ANONYMOUS="check", LEMS_GUARD_MAX_IN_FLIGHT="200")
    yield running
    stop(running)


def loses_trailers() -> bool:
    """By HAProxy's own word on its version; a distribution may have mended it all the same."""
    told = subprocess.run([program("haproxy"), "-v"], capture_output=True, text=True, check=True)
    found = re.search(r"version (\d+)\.(\d+)\.(\d+)", told.stdout)
    assert found is not None, told.stdout
    major, minor, patch = map(int, found.groups())
    return patch < SOUND.get((major, minor), 0)


def with_buffer(size: int, folder: Path) -> Path:
    text = CONFIGURATION.read_text("utf-8")
    [line] = re.findall(r"^    tune\.bufsize .*$", text, re.MULTILINE)
    assert line.split() == ["tune.bufsize", str(SHIPPED)]
    changed = folder / f"{size}.cfg"
    changed.write_text(text.replace(line, f"    tune.bufsize {size}"), "utf-8")
    return changed


def asked_for(size: int, replica: Running) -> wire.CheckPrescriptionRequest:
    """A prescription whose reply is a little smaller than a buffer of this size."""
    request = wire.CheckPrescriptionRequest(as_of="2026-11-21")
    for drug in ("metoprolol 50 mg po bid", "gentamicin 80 mg iv"):
        request.proposed.add(id=drug[:1], text=drug)
    with replica.channel() as channel:
        check = rpc.InteractionCheckServiceStub(channel).CheckPrescription
        while size - check(request).ByteSize() not in BELOW:
            assert len(request.active) < 490, "no reply of this size"
            request.active.add(id=f"a{len(request.active)}", text="lisinopril 10 mg po daily")
    return request


def ends(where: str, request: wire.CheckPrescriptionRequest, calls: int) -> Counter[str]:
    """How calls end that many make at once over one connection."""
    with grpc.insecure_channel(where) as channel, ThreadPoolExecutor(CALLERS) as callers:
        check = rpc.InteractionCheckServiceStub(channel).CheckPrescription

        def end(_: int) -> str:
            try:
                check(request, timeout=PATIENCE)
            except grpc.RpcError as fault:
                return f"{fault.code().name}: {fault.details()}"
            return "OK"

        return Counter(callers.map(end, range(calls)))


def test_the_shipped_buffer_keeps_the_status_of_usual_answers(
    replica: Running, tmp_path: Path
) -> None:
    request = asked_for(BY_ITSELF, replica)
    with balanced([replica, replica], with_buffer(SHIPPED, tmp_path)) as balancer:
        assert ends(balancer.grpc_at, request, CALLS) == {"OK": CALLS}


def test_without_it_the_same_answers_lose_theirs(replica: Running, tmp_path: Path) -> None:
    request = asked_for(BY_ITSELF, replica)
    is_faulty = loses_trailers()
    told: Counter[str] = Counter()
    with balanced([replica, replica], with_buffer(BY_ITSELF, tmp_path)) as balancer:
        while set(told) <= {"OK"} and told.total() < (MOST_CALLS if is_faulty else CALLS):
            told += ends(balancer.grpc_at, request, CALLS)
    if not is_faulty:
        assert set(told) == {"OK"}
        pytest.skip("this HAProxy loses no trailers, whatever its buffer: nothing to be shown")
    lost = set(told) - {"OK"}
    assert lost, "none lost: has the distribution mended it?"
    assert all("Stream removed" in each for each in lost), told
