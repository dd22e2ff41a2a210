"""What stands where order entry asks for tokens, and no caller is configured: nobody may call."""

from collections.abc import Mapping
from typing import Any

from lems_guard.callers.gate import Guest
from lems_guard.callers.roles import Roles
from lems_guard.clinical.errors import Unauthenticated


class NobodyKnown:
    """No caller is configured."""

    async def guest(self, scope: Mapping[str, Any], roles: Roles) -> Guest:  # noqa: ARG002 - nobody is the one
        """Nobody; raises `Unauthenticated`."""
        raise Unauthenticated("no caller is known here: LEMS_GUARD_CALLERS is not set")
