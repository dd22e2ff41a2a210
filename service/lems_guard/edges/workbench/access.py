"""Who is looking at a page, and what they may.

A door says so of each call. Where no callers are configured, `OpenDoor` stands here: nobody says
who they are, so the pages are for this machine alone unless the operator opens them in words, and
nobody but this machine signs. A site's callers come by `KnownDoor`, each with its roles.
"""

import base64
from collections.abc import Mapping
from typing import Any, Protocol

from lems_guard.callers.entrance import Entrance
from lems_guard.callers.profile import ANYBODY, Caller
from lems_guard.callers.roles import ALL, CHECKING, READING, SIGNING
from lems_guard.callers.ways import headers_of, shown_by
from lems_guard.clinical.errors import PermissionDenied
from lems_guard.setting_values import WorkbenchDoor

OPEN_IT = "LEMS_GUARD_WORKBENCH=on opens them to all who reach the port"
FOR_LOOPBACK = f"the pages are for the service's own machine; {OPEN_IT}"
BASIC = "basic"
# Whoever comes where the pages are open to all: they sign nothing.
VISITOR = Caller("", roles=(CHECKING | READING) - SIGNING)


class PageDoor(Protocol):
    """What tells who is calling."""

    async def visitor(self, scope: Mapping[str, Any]) -> Caller:
        """Who sends a request; raises `Unauthenticated` or `PermissionDenied`."""


class OpenDoor:
    """Asks nobody who they are, and lets in by the setting."""

    def __init__(self, door: WorkbenchDoor) -> None:
        """Whom the pages are for."""
        self._door = door

    async def visitor(self, scope: Mapping[str, Any]) -> Caller:
        """Whoever it is; raises `PermissionDenied`."""
        if shown_by(scope).is_here:
            return ANYBODY
        if self._door is WorkbenchDoor.ON:
            return VISITOR
        raise PermissionDenied(FOR_LOOPBACK)


class KnownDoor:
    """Asks everybody, as every edge does; a browser shows a token as the password that it asks for.

    A browser sends what it keeps for any page that makes it call: what one of another place would
    change is refused before (`edges/http/browsers.py`).
    """

    def __init__(self, entrance: Entrance) -> None:
        """The callers of the site come in by it."""
        self._entrance = entrance

    async def visitor(self, scope: Mapping[str, Any]) -> Caller:
        """A caller with the roles that it has; raises as the entrance does."""
        guest = await self._entrance.guest(_with_token(scope), ALL)
        guest.leave()
        return guest.caller


def _with_token(scope: Mapping[str, Any]) -> Mapping[str, Any]:
    """The request with the password of a browser (Basic, RFC 7617) as the token that it is."""
    scheme, _, told = headers_of(scope).get("authorization", "").partition(" ")
    if scheme.lower() != BASIC:
        return scope
    try:
        token = base64.b64decode(told.strip(), validate=True).partition(b":")[2]
    except ValueError:
        token = b""
    kept = [pair for pair in scope["headers"] if pair[0].lower() != b"authorization"]
    return {**scope, "headers": [*kept, (b"authorization", b"Bearer " + token)]}
