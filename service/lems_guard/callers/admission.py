"""Who may call `/v1`: nobody there says who they are, so it must not reach further than gRPC does.

The HTTP port is often opened for probes, metrics and CDS Hooks, where gRPC stays closed.
"""

from collections.abc import Collection, Mapping
from typing import Protocol
from urllib.parse import urlsplit

from lems_guard.callers.loopback import is_loopback
from lems_guard.clinical.errors import PermissionDenied
from lems_guard.setting_values import Address, JsonApi

OPEN_IT = "LEMS_GUARD_HTTP_API=on opens it to all who reach the port"
IS_OFF = f"/v1 is off here; {OPEN_IT}"
FOR_LOOPBACK = f"/v1 is for callers on the service's own machine; {OPEN_IT}"
NOT_HERE = "without authentication only this machine may tell what became of cards"
FOREIGN_PAGE = f"{NOT_HERE}, and pages of the origins that LEMS_GUARD_CDS_HOOKS_ORIGINS names"
# What proxies add: then the caller may be anywhere, although the connection is from this machine.
TRACES_OF_PROXIES = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


class Admits(Protocol):
    """What decides whether a call may come in."""

    def refusal(self, headers: Mapping[str, str]) -> str:
        """Why a call with these headers may not; empty where it may."""


class Admission:
    """Admits by the setting, and by what the call says of its way here."""

    def __init__(self, api: JsonApi, listen: Address) -> None:
        """`listen` is where the HTTP port listens."""
        self._api = api
        self._on_this_machine = is_loopback(listen.host)

    def refusal(self, headers: Mapping[str, str]) -> str:
        """Why a call with these headers may not come in; empty where it may."""
        if self._api is JsonApi.ON:
            return ""
        if self._api is JsonApi.OFF:
            return IS_OFF
        # A web page elsewhere can give its own name this machine's address; the name gives it away.
        named = is_loopback(_host_of(headers.get("host", "")))
        proxied = any(name in headers for name in TRACES_OF_PROXIES)
        return "" if self._on_this_machine and named and not proxied else FOR_LOOPBACK


def refuse_foreign_pages(headers: Mapping[str, str], origins: Collection[str]) -> None:
    """Raise `PermissionDenied` for what a web page from elsewhere sends to an open port.

    A browser says whose page it is by `Origin`, and by `Host` which name it called; pages of this
    machine may send, and those that the site has named.
    """
    if not is_loopback(_host_of(headers.get("host", ""))):
        raise PermissionDenied(NOT_HERE)
    origin = headers.get("origin", "")
    if origin and origin not in origins and not is_loopback(_hostname(origin)):
        raise PermissionDenied(FOREIGN_PAGE)


def _hostname(origin: str) -> str:
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""


def _host_of(host: str) -> str:
    """The name in a Host header, without the port."""
    if host.startswith("["):
        return host.partition("]")[0].strip("[")
    return host.partition(":")[0]
