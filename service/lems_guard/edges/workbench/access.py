"""Who is looking at a page, and what they may.

A door says so of each call. Where no callers are configured, `OpenDoor` stands here: nobody says
who they are, so the pages are for this machine alone unless the operator opens them in words, and
nobody but this machine signs. A site's callers come by `KnownDoor`, each with its roles.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from lems_guard.callers.entrance import Entrance
from lems_guard.callers.roles import ALL
from lems_guard.callers.ways import shown_by
from lems_guard.clinical.errors import PermissionDenied
from lems_guard.setting_values import WorkbenchDoor

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

    async def visitor(self, scope: Mapping[str, Any]) -> Visitor:
        """Who sends a request; raises `Unauthenticated` or `PermissionDenied`."""


class OpenDoor:
    """Asks nobody who they are, and lets in by the setting."""

    def __init__(self, door: WorkbenchDoor) -> None:
        """Whom the pages are for."""
        self._door = door

    async def visitor(self, scope: Mapping[str, Any]) -> Visitor:
        """Whoever it is; raises `PermissionDenied`."""
        if shown_by(scope).is_here:
            return Visitor(frozenset({CHECK, KNOWLEDGE, REVIEW}))
        if self._door is WorkbenchDoor.ON:
            return Visitor(frozenset({CHECK, KNOWLEDGE}))
        raise PermissionDenied(FOR_LOOPBACK)


class KnownDoor:
    """Asks everybody, as every edge does."""

    def __init__(self, entrance: Entrance) -> None:
        """The callers of the site come in by it."""
        self._entrance = entrance

    async def visitor(self, scope: Mapping[str, Any]) -> Visitor:
        """A caller with the roles that it has; raises as the entrance does."""
        guest = await self._entrance.guest(scope, ALL)
        guest.leave()
        return Visitor(frozenset(role.value for role in guest.caller.roles), guest.caller.name)


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
