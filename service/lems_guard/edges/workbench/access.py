"""Who is looking at a page, and what they may.

A door says so of each call. Where no callers are configured, `OpenDoor` stands here: nobody says
who they are, so the pages are for this machine alone unless the operator opens them in words, and
nobody but this machine signs. A site's callers come by a door of the same shape.
"""

from collections.abc import Mapping
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from lems_guard.callers.admission import TRACES_OF_PROXIES
from lems_guard.callers.loopback import is_loopback
from lems_guard.clinical.errors import PermissionDenied
from lems_guard.setting_values import Address, WorkbenchDoor

CHECK, KNOWLEDGE, REVIEW = "check", "knowledge", "review"
OPEN_IT = "LEMS_GUARD_WORKBENCH=on opens them to all who reach the port"
FOR_LOOPBACK = f"the pages are for the service's own machine; {OPEN_IT}"
NEEDED = "these pages need the role"
FOREIGN = "a page of another place may not send this"


class Visitor(NamedTuple):
    """Somebody who looks at a page; without a name where nobody says who they are."""

    roles: frozenset[str]
    name: str = ""


class PageDoor(Protocol):
    """What tells who is calling."""

    def visitor(self, headers: Mapping[str, str]) -> Visitor:
        """Who sends these headers; raises `Unauthenticated` or `PermissionDenied`."""


class OpenDoor:
    """Asks nobody who they are, and lets in by the setting."""

    def __init__(self, door: WorkbenchDoor, listen: Address) -> None:
        """`listen` is where the HTTP port listens."""
        self._door = door
        self._on_this_machine = is_loopback(listen.host)

    def visitor(self, headers: Mapping[str, str]) -> Visitor:
        """Whoever it is; raises `PermissionDenied`."""
        if self._is_here(headers):
            return Visitor(frozenset({CHECK, KNOWLEDGE, REVIEW}))
        if self._door is WorkbenchDoor.ON:
            return Visitor(frozenset({CHECK, KNOWLEDGE}))
        raise PermissionDenied(FOR_LOOPBACK)

    def _is_here(self, headers: Mapping[str, str]) -> bool:
        # A web page elsewhere can give its own name this machine's address; the name gives it away.
        named = is_loopback(host_of(headers.get("host", "")))
        proxied = any(name in headers for name in TRACES_OF_PROXIES)
        return self._on_this_machine and named and not proxied


def allow(visitor: Visitor, role: str) -> None:
    """Raise `PermissionDenied` for who has not the role."""
    if role not in visitor.roles:
        raise PermissionDenied(f"{NEEDED} {role!r}")


def refuse_foreign(headers: Mapping[str, str]) -> None:
    """Raise `PermissionDenied` for what a page of another origin sends.

    A browser says by `Sec-Fetch-Site` whose page it is, an old one by `Origin`, which is `null` of
    a form whose page gives no referrer.
    """
    site = headers.get("sec-fetch-site", "")
    if site in {"same-origin", "none"}:
        return
    if site:
        raise PermissionDenied(FOREIGN)
    origin = headers.get("origin", "")
    if origin and urlsplit(origin).netloc != headers.get("host", ""):
        raise PermissionDenied(FOREIGN)


def host_of(host: str) -> str:
    """The name in a Host header, without the port."""
    if host.startswith("["):
        return host.partition("]")[0].strip("[")
    return host.partition(":")[0]
