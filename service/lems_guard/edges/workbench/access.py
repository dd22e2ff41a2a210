"""Who is looking at a page, and what they may.

A door says so of each call. Where no callers are configured, `OpenDoor` stands here: nobody says
who they are, so the pages are for this machine alone unless the operator opens them in words, and
nobody but this machine signs. A site's callers come by `KnownDoor`, each with its roles.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from lems_guard.callers.entrance import Entrance
from lems_guard.callers.profile import ANYBODY, Caller
from lems_guard.callers.roles import ALL, CHECKING, READING, SIGNING
from lems_guard.callers.ways import shown_by
from lems_guard.clinical.errors import PermissionDenied
from lems_guard.setting_values import WorkbenchDoor

OPEN_IT = "LEMS_GUARD_WORKBENCH=on opens them to all who reach the port"
FOR_LOOPBACK = f"the pages are for the service's own machine; {OPEN_IT}"
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
    """Asks everybody, as every edge does."""

    def __init__(self, entrance: Entrance) -> None:
        """The callers of the site come in by it."""
        self._entrance = entrance

    async def visitor(self, scope: Mapping[str, Any]) -> Caller:
        """A caller with the roles that it has; raises as the entrance does."""
        guest = await self._entrance.guest(scope, ALL)
        guest.leave()
        return guest.caller
