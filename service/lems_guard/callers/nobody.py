"""What stands where a site has named no issuer of tokens: nobody may call."""

from lems_guard.callers.profile import Caller
from lems_guard.clinical.errors import Unauthenticated


class NobodyKnown:
    """No issuer of tokens is configured."""

    async def caller(self, authorization: str, path: str) -> Caller:  # noqa: ARG002 - nobody is the one
        """Nobody; raises `Unauthenticated`."""
        raise Unauthenticated("no issuer of tokens is allowed here")
