"""Memory that runs out: an answer is right, or none; a supervisor starts the process again."""

import resource
import signal
from pathlib import Path

import grpc
import pytest

from chaos.counting import CLEAR, TIMES, Calls, counted
from lems_guard.supervised import OUR_FAULT
from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard.v1 import prescription_pb2 as wire
from running import Running, start, stop
from system_programs import free_port
from waiting import PATIENCE, until

# How much more memory than there is already may be had, megabytes: enough, and less and less.
LEFT = (256, 32, 8, 1, 0)
AT_ONCE = 8
# So gRPC's core ends what its serving thread was at when that ended.
BROKEN_OFF = grpc.StatusCode.CANCELLED


def large() -> wire.CheckPrescriptionRequest:
    """As many orders as a list may have, each with words that must be kept until all is read."""
    request = wire.CheckPrescriptionRequest(as_of="2026-11-21")
    for number in range(500):
        words = f"metoprolol {number} mg po bid for the heart " * 10
        request.proposed.add(id=f"p{number}", text=words)
    return request


def in_use(process: int) -> int:
    """Bytes of address space that a process has."""
    lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmSize"))


def ends(service: Running, request: wire.CheckPrescriptionRequest, right: bytes) -> None:
    """Ask for it several times at once: each is answered right, or by an error."""
    with service.channel() as channel:
        ask = rpc.InteractionCheckServiceStub(channel).CheckPrescription
        for call in [ask.future(request, timeout=PATIENCE) for _ in range(AT_ONCE)]:
            if call.exception() is None:
                assert call.result().SerializeToString(deterministic=True) == right
            else:
                assert call.code() in {*CLEAR, BROKEN_OFF}, call.details()


def has_ended(service: Running, calls: Calls) -> bool:
    """Whether the process has ended; else it answers, and it is waited for either."""
    goal = calls.ends["right"] + 20
    until(lambda: service.process.poll() is not None or calls.ends["right"] >= goal)
    return service.process.poll() is not None


@pytest.mark.parametrize("left", LEFT)
def test_memory_runs_out(left: int) -> None:
    """Where too little is left for a thread or an answer the process ends, and does not linger.

    It may go on, too: it never looks well and answers nobody.
    """
    port, request = f"127.0.0.1:{free_port()}", large()
    service = start(LEMS_GUARD_GRPC_LISTEN=port, LEMS_GUARD_REPLY_CACHE_BYTES="0")
    try:
        with service.channel() as channel:
            ask = rpc.InteractionCheckServiceStub(channel).CheckPrescription
            right = ask(request, timeout=PATIENCE).SerializeToString(deterministic=True)
        with counted(service) as calls:
            for _ in range(TIMES):
                most = in_use(service.process.pid) + (left << 20)
                resource.prlimit(service.process.pid, resource.RLIMIT_AS, (most, most))
                ends(service, request, right)
                if has_ended(service, calls):
                    assert service.process.returncode in {OUR_FAULT, -signal.SIGABRT}
                    stop(service)
                    service = start(LEMS_GUARD_GRPC_LISTEN=port, LEMS_GUARD_REPLY_CACHE_BYTES="0")
                calls.wait_for(20)
        assert calls.lost == 0
        assert calls.ends.keys() <= {"right", "error", f"unclear: {BROKEN_OFF}"}, calls.ends
    finally:
        # Without memory for a thread it may not drain: a supervisor kills it then.
        service.process.kill()
        stop(service)
