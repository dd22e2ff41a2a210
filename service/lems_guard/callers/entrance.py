"""The gate as an event loop's edges use it: what may wait does so in threads of their own."""

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from lems_guard.callers.calling import CALLING
from lems_guard.callers.gate import ANONYMOUS_GUEST, Gate, Guest, Shown, may_watch
from lems_guard.callers.roles import Roles
from lems_guard.callers.ways import shown_by

# More than may ever wait for the keys of some issuers at once (two for each address).
THREADS = 64
# How often the file of callers is looked at.
LOOK_EVERY_SECONDS = 0.5


class Looks(Protocol):
    """What reads a file again where it has changed."""

    def look(self) -> None:
        """Look at it now."""


async def looking(known: Looks) -> None:
    """Look for changes, for ever."""
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        await asyncio.to_thread(known.look)


class Entrance:
    """Lets HTTP requests in."""

    def __init__(self, gate: Gate) -> None:
        """Everybody comes by this gate."""
        self._gate = gate
        self._threads = ThreadPoolExecutor(THREADS, "token")

    async def guest(self, scope: Mapping[str, Any], roles: Roles) -> Guest:
        """Who makes a request, let in; raises `Unauthenticated`, `PermissionDenied` and others."""
        guest = await self._guest(shown_by(scope), roles)
        CALLING.set(guest.caller.name)
        return guest

    async def _guest(self, shown: Shown, roles: Roles) -> Guest:
        if may_watch(shown, roles):
            return ANONYMOUS_GUEST
        caller = self._gate.at_once(shown)
        if caller is None:
            loop = asyncio.get_running_loop()
            caller = await loop.run_in_executor(self._threads, self._gate.caller, shown)
        return self._gate.admit(caller, roles)
