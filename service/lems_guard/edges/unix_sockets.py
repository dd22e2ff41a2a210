"""Listening on a unix socket: for a sidecar or proxy on this machine, of our user or group."""

import contextlib
import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

from lems_guard.clinical.errors import InvalidSettings

OWNER_AND_GROUP = 0o117  # what a socket's mode lacks: others may not connect


def claim(path: str, setting: str) -> None:
    """Make a path free to listen at; raises `InvalidSettings` where something else is there.

    What a process left behind that was killed is cleared away; one that still listens is not.
    """
    if not _is_listened_at(Path(path), setting):
        Path(path).unlink(missing_ok=True)
        return
    raise InvalidSettings(f"{setting}: unix:{path}: another process listens there")


def leave(path: str) -> None:
    """Listen at a path no longer."""
    Path(path).unlink(missing_ok=True)


@contextlib.contextmanager
def for_owner_and_group() -> Iterator[None]:
    """What is made within is for our user and group alone."""
    before = os.umask(OWNER_AND_GROUP)
    try:
        yield
    finally:
        os.umask(before)


def _is_listened_at(path: Path, setting: str) -> bool:
    try:
        if not stat.S_ISSOCK(path.lstat().st_mode):
            raise InvalidSettings(f"{setting}: unix:{path}: something else has that name")
        with socket.socket(socket.AF_UNIX) as asking:
            asking.connect(str(path))
    except (FileNotFoundError, ConnectionRefusedError):
        return False
    except OSError as fault:
        raise InvalidSettings(f"{setting}: unix:{path}: {fault.strerror}") from None
    return True
