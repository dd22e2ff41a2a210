"""Whence a call comes: from this very machine, or from somewhere else by way of a proxy."""

from collections.abc import Iterable, Mapping
from typing import Any

from lems_guard.callers.gate import Shown
from lems_guard.callers.loopback import is_loopback

# What proxies add: then the caller may be anywhere, although the connection is from this machine.
TRACES_OF_PROXIES = frozenset(
    {"forwarded", "via", "cf-connecting-ip", "true-client-ip", "x-client-ip", "x-real-ip"}
)
FAMILIES_OF_TRACES = ("x-forwarded-", "x-envoy-")
# Proxies speak it to those behind them unless they are told otherwise; programs do not.
OLD_HTTP = "1.0"


def is_proxied(names: Iterable[str]) -> bool:
    """Whether headers, by their names in small letters, tell that a proxy passed a call on."""
    return any(name in TRACES_OF_PROXIES or name.startswith(FAMILIES_OF_TRACES) for name in names)


def host_of(host: str) -> str:
    """The name in a Host header, without the port."""
    if host.startswith("["):
        return host.partition("]")[0].strip("[")
    return host.partition(":")[0]


def shown_by(scope: Mapping[str, Any]) -> Shown:
    """What an HTTP request shows of who makes it, from the scope that ASGI gives."""
    headers = headers_of(scope)
    certificate = scope.get("state", {}).get("certificate", ())
    return Shown(
        headers.get("authorization", ""), certificate, is_from_here(scope, headers), scope["path"]
    )


def headers_of(scope: Mapping[str, Any]) -> dict[str, str]:
    """The headers of a request, by their names in small letters."""
    return {str(name, "latin-1"): str(value, "latin-1") for name, value in scope["headers"]}


def is_from_here(scope: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
    """Whether a program of this machine calls, by a name of this machine, and no proxy does.

    A web page elsewhere can give its own name this machine's address; the name gives it away.
    """
    if is_proxied(headers) or scope["http_version"] == OLD_HTTP:
        return False
    client, server = scope.get("client"), scope.get("server")
    if client is None:
        # A unix socket has no port; and of a peer that is gone nothing is known.
        return server is not None and server[1] is None
    return is_loopback(client[0]) and is_loopback(host_of(headers.get("host", "")))
