"""A process that is killed: an error at most, and nothing wrong.

Of clocks that jump: `oracle/test_relations.py`.
"""

import signal

from chaos.counting import TIMES, counted
from running import start, stop
from system_programs import free_port


def test_killed_and_started_again() -> None:
    """SIGKILL under load, on one port: who asks meanwhile is told so, and answered after it."""
    port = f"127.0.0.1:{free_port()}"
    service = start(LEMS_GUARD_GRPC_LISTEN=port)
    try:
        with counted(service) as calls:
            for _ in range(TIMES):
                service.process.send_signal(signal.SIGKILL)
                calls.wait_for(1, "error")
                stop(service)
                service = start(LEMS_GUARD_GRPC_LISTEN=port)
                calls.wait_for(20)
        calls.nothing_wrong()
    finally:
        stop(service)
