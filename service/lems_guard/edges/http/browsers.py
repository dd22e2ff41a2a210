"""What browsers must know of this port's replies, and what pages from elsewhere may not do."""

from collections.abc import Collection, Iterator

from google.rpc import code_pb2, status_pb2
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from lems_guard.answering.contract import PACKAGE
from lems_guard.answering.proto_json import as_json
from lems_guard.callers.pages import is_of_foreign_page
from lems_guard.callers.ways import headers_of

# CDS Hooks is called by pages of other origins: its CORS is set by the site.
FOR_OTHER_ORIGINS = "/cds-services"
# The contract is called by pages of the origins that the site names, and of no others.
FOR_NAMED_ORIGINS = ("/v1/", f"/{PACKAGE}.")
READING = frozenset({"GET", "HEAD", "OPTIONS"})
FOREIGN = "a page of another origin may change nothing here: NOT CHECKED"
ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
}
UNLESS_TOLD = {
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cache-control": "no-store",
}
A_YEAR = "max-age=31536000"


class Browsers:
    """Around all pages of a port."""

    def __init__(
        self, app: ASGIApp, *, is_tls: bool = False, origins: Collection[str] = ()
    ) -> None:
        """`is_tls`: then browsers are told to come back by no other way.

        Pages of the `origins` may call the contract.
        """
        self._app = app
        self._origins = origins
        self._always = ALWAYS | ({"strict-transport-security": A_YEAR} if is_tls else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what a foreign page would change; tell of each reply how it may be used."""
        path = scope["path"] if scope["type"] == "http" else ""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = list(message["headers"])
                message["headers"] = [*sent, *self._missing(path, {name for name, _ in sent})]
            await send(message)

        if scope["type"] == "http" and is_foreign(scope, self._origins):
            await refuse(told)
        else:
            await self._app(scope, receive, told)

    def _missing(self, path: str, sent: set[bytes]) -> Iterator[tuple[bytes, bytes]]:
        is_open = path.startswith(FOR_OTHER_ORIGINS)
        policy = {"cross-origin-resource-policy": "cross-origin" if is_open else "same-origin"}
        for name, value in (self._always | UNLESS_TOLD | policy).items():
            if name.encode() not in sent:
                yield name.encode(), value.encode()


def is_foreign(scope: Scope, origins: Collection[str]) -> bool:
    """Whether a page of another origin would have something changed; of some it may call."""
    if scope["method"] in READING or scope["path"].startswith(FOR_OTHER_ORIGINS):
        return False
    headers = headers_of(scope)
    is_named = scope["path"].startswith(FOR_NAMED_ORIGINS) and headers.get("origin") in origins
    return not is_named and is_of_foreign_page(headers)


async def refuse(send: Send) -> None:
    """403, as `/v1` says it."""
    content = as_json(status_pb2.Status(code=code_pb2.PERMISSION_DENIED, message=FOREIGN))
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(content)),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": 403, "headers": headers})
    await send({"type": "http.response.body", "body": content})
