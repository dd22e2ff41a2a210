"""What the supervisor that started us must hear: how we are, and an end where we are no use.

The first by systemd's notify protocol, a datagram each; the second by ending.
"""

import os
import socket
import threading

import structlog

log = structlog.get_logger(__name__)

READY = "READY=1"
STOPPING = "STOPPING=1"
SERVING_THREAD = "(_serve)"  # Python names a thread by what it runs, which is gRPC's own function
OUR_FAULT = 4  # as the command line's exit codes have it


def tell(path: str | None, state: str) -> None:
    """Tell a state to the socket of a supervisor, where there is one; one that is deaf is logged.

    A path that begins with `@` names a socket that is in no file system.
    """
    if not path:
        return
    where = f"\0{path[1:]}" if path.startswith("@") else path
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as to:
            to.sendto(state.encode(), where)
    except OSError as fault:
        log.warning("supervisor not told", state=state, kind=type(fault).__name__)


def end_with_serving_thread() -> None:
    """From now on the process ends at once when the thread that hears gRPC calls does by a fault.

    It does so where it cannot have the memory, or the thread, that a call needs. Every later call
    would then wait for its deadline, while the process looks well to whoever asks over HTTP.
    """
    before = threading.excepthook

    def ended(fault: threading.ExceptHookArgs) -> None:
        if fault.thread is None or SERVING_THREAD not in fault.thread.name:
            before(fault)
            return
        try:
            log.critical("the thread that serves gRPC has ended", kind=fault.exc_type.__name__)
        finally:
            os._exit(OUR_FAULT)

    threading.excepthook = ended
