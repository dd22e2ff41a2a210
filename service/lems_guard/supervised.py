"""Telling the supervisor that started us how we are: systemd's notify protocol, a datagram each."""

import socket

import structlog

log = structlog.get_logger(__name__)

READY = "READY=1"
STOPPING = "STOPPING=1"


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
