"""Pages of the web: what one from elsewhere would have done here is refused."""

from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

from lems_guard.callers.entrance import Entrance
from lems_guard.callers.gate import Guest, OpenGate
from lems_guard.callers.loopback import is_loopback
from lems_guard.callers.roles import REPORTING, Roles
from lems_guard.callers.ways import headers_of
from lems_guard.clinical.errors import PermissionDenied

FOREIGN_PAGE = (
    "without authentication only this machine may tell what became of cards, and pages of the "
    "origins that LEMS_GUARD_CDS_HOOKS_ORIGINS names"
)
# What a browser says of where a request comes from (Fetch Metadata).
FOREIGN_SITES = frozenset({"cross-site", "same-site"})
OWN_SITE = "same-origin"


def is_of_foreign_page(headers: Mapping[str, str]) -> bool:
    """Whether a page of another origin sends a request, by what browsers say of it.

    Of our own forms an origin is withheld with their referrer, and old browsers name no site.
    """
    site = headers.get("sec-fetch-site", "")
    if site in FOREIGN_SITES:
        return True
    origin = headers.get("origin")
    return origin is not None and site != OWN_SITE and not _is_own(origin, headers.get("host", ""))


class OpenEntrance:
    """Where nobody is asked: programs of this machine come in, and strangers do not.

    What became of cards may be told by no page, but those of this machine and of some origins.
    """

    def __init__(self, origins: Collection[str]) -> None:
        """Pages of these origins are no strangers."""
        self._entrance = Entrance(OpenGate(may_all_check=False))
        self._origins = origins

    async def guest(self, scope: Mapping[str, Any], roles: Roles) -> Guest:
        """Anybody of this machine; raises `Unauthenticated` and `PermissionDenied`."""
        guest = await self._entrance.guest(scope, roles)
        if roles == REPORTING:
            self._refuse_foreign_pages(headers_of(scope))
        return guest

    def _refuse_foreign_pages(self, headers: Mapping[str, str]) -> None:
        origin = headers.get("origin", "")
        is_friend = origin in self._origins or is_loopback(_parts(origin)[0])
        if not is_friend and is_of_foreign_page(headers):
            raise PermissionDenied(FOREIGN_PAGE)


def _is_own(origin: str, host: str) -> bool:
    """Whether an origin is the very name that was called; a proxy may have ended its TLS."""
    return bool(host) and _parts(origin)[1] == host.lower()


def _parts(origin: str) -> tuple[str, str]:
    """An origin's host, and that with its port; empty for what is no origin."""
    try:
        parts = urlsplit(origin)
        return parts.hostname or "", parts.netloc.lower()
    except ValueError:
        return "", ""
