"""Pages of the web: what one from elsewhere sends to this machine's open port is refused."""

from collections.abc import Collection, Mapping
from urllib.parse import urlsplit

from lems_guard.callers.loopback import is_loopback
from lems_guard.callers.ways import host_of
from lems_guard.clinical.errors import PermissionDenied

NOT_HERE = "without authentication only this machine may tell what became of cards"
FOREIGN_PAGE = f"{NOT_HERE}, and pages of the origins that LEMS_GUARD_CDS_HOOKS_ORIGINS names"


def refuse_foreign_pages(headers: Mapping[str, str], origins: Collection[str]) -> None:
    """Raise `PermissionDenied` for what a web page from elsewhere sends to an open port.

    A browser says whose page it is by `Origin`, and by `Host` which name it called; pages of this
    machine may send, and those that the site has named.
    """
    if not is_loopback(host_of(headers.get("host", ""))):
        raise PermissionDenied(NOT_HERE)
    origin = headers.get("origin", "")
    if origin and origin not in origins and not is_loopback(_hostname(origin)):
        raise PermissionDenied(FOREIGN_PAGE)


def _hostname(origin: str) -> str:
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""
