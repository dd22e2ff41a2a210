"""Programs of the system that tests run: there in CI, elsewhere their absence is a counted skip."""

import os
import shutil
import socket
import time
import urllib.request

import pytest

from waiting import PATIENCE


def program(name: str) -> str:
    """The path of a program, or the end of the test."""
    path = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if path is None:
        assert os.environ.get("CI") != "true", f"{name} must be installed: see .ci/run"
        pytest.skip(f"{name} is not installed")
    return path


def free_port() -> int:
    """A port of the loopback that nobody listens on now."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        return int(asked.getsockname()[1])


def fetched(url: str, patience: float = PATIENCE) -> str:
    """A page, once it can be had."""
    end = time.monotonic() + patience
    while True:
        try:
            with urllib.request.urlopen(url) as page:  # noqa: S310  # a loopback address
                return str(page.read().decode())
        except OSError:
            assert time.monotonic() < end, f"no answer from {url}"
            time.sleep(0.1)


def connected(address: str, patience: float = PATIENCE) -> None:
    """Wait until somebody listens on an address."""
    host, _, port = address.rpartition(":")
    end = time.monotonic() + patience
    while True:
        try:
            socket.create_connection((host, int(port)), 1).close()
        except OSError:
            assert time.monotonic() < end, f"nobody listens on {address}"
            time.sleep(0.05)
        else:
            return
