"""How the command line reaches a service: its address, TLS, who asks, and for how long it waits."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import typer

from lems_guard.settings import Address, address

TIMEOUT_SECONDS = 10.0
OPTIONS = ("server", "tls", "ca", "certificate", "key", "token", "timeout")
PANEL = "A running service, instead of this process"


class Reach(NamedTuple):
    """Where a service is and what it is shown; `token` is what a token's file holds."""

    where: Address
    is_tls: bool = False
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    token: str | None = None
    seconds: float = TIMEOUT_SECONDS


def asking(text: str, metavar: str | None = None, *names: str) -> Any:  # noqa: ANN401 - typer's
    """An option about a running service."""
    return typer.Option(*names, help=text, metavar=metavar, rich_help_panel=PANEL)


SERVER = asking("Ask a running service, over gRPC.", "HOST:PORT")
TLS = asking("Over TLS; said by --ca and --certificate too.", None, "--tls")
CA = asking("Authorities that the service's certificate must come from (the system's).", "FILE")
CERTIFICATE = asking("Our own certificate, where the service asks for one.", "FILE")
KEY = asking("Its private key.", "FILE")
TOKEN = asking("A file with the token that says who asks.", "FILE")
TIMEOUT = asking(f"How long to wait ({TIMEOUT_SECONDS:g}).", "SECONDS")


def reach_of(given: Mapping[str, Any]) -> Reach | None:
    """What the options say; `None` without `--server`. Raises `typer.BadParameter`."""
    if given["server"] is None:
        alone = [name for name in OPTIONS[1:] if given[name]]
        if alone:
            raise typer.BadParameter(f"--{alone[0]} is about a running service: give --server too")
        return None
    if bool(given["certificate"]) != bool(given["key"]):
        raise typer.BadParameter("--certificate and --key belong together: give both")
    timeout = TIMEOUT_SECONDS if given["timeout"] is None else given["timeout"]
    if not 0 < timeout <= 3600:
        raise typer.BadParameter("--timeout: expected seconds, above 0 and up to 3600")
    ca, certificate, key = (_file(name, given[name]) for name in ("ca", "certificate", "key"))
    return Reach(
        _address(given["server"]),
        bool(given["tls"] or ca or certificate),
        ca,
        certificate,
        key,
        _token(given["token"]),
        timeout,
    )


def _address(server: str) -> Address:
    try:
        return address(server)
    except ValueError as fault:
        raise typer.BadParameter(f"--server: expected {fault}") from None


def _file(option: str, name: str | None) -> Path | None:
    if name is None:
        return None
    _content(option, Path(name))
    return Path(name)


def _token(name: str | None) -> str | None:
    """What a token's file holds, without the end of its line."""
    if name is None:
        return None
    token = _content("token", Path(name)).strip()
    if not token.isascii() or not token or len(token.split()) != 1:
        raise typer.BadParameter(f"--token {name}: expected one token, on one line")
    return token.decode("ascii")


def _content(option: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise typer.BadParameter(f"--{option} {path}: {fault.strerror}") from None
