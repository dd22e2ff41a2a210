"""Requests and replies as ASGI has them: an order screen waits, so there is nothing in between."""

from typing import NamedTuple

from starlette.types import Receive, Scope, Send

from lems_guard.edges.order_entry.refusals import Refusal

MOST_BYTES = 8_000_000


class Request(NamedTuple):
    """A request: what it asks of which service, and its body when that is wanted."""

    scope: Scope
    service: str
    receive: Receive

    async def body(self) -> bytes:
        """The body; raises `Refusal` where it is too large, `ClientGone` where it breaks off."""
        parts: list[bytes] = []
        is_whole, size = False, 0
        while not is_whole:
            message = await self.receive()
            if message["type"] != "http.request":
                raise ClientGone
            parts.append(message.get("body", b""))
            is_whole = not message.get("more_body", False)
            size += len(parts[-1])
            if size > MOST_BYTES:
                raise Refusal(413, "too-long", f"at most {MOST_BYTES} bytes")
        return b"".join(parts)


class Reply(NamedTuple):
    """What is sent back."""

    status: int
    content: bytes
    content_type: str
    headers: tuple[tuple[bytes, bytes], ...] = ()
    refusal: Refusal | None = None

    async def send(self, send: Send) -> None:
        """Send it."""
        length = b"%d" % len(self.content)
        headers = [(b"content-length", length), *self.headers]
        if self.content:
            headers.append((b"content-type", self.content_type.encode()))
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        await send({"type": "http.response.body", "body": self.content})


class ClientGone(Exception):
    """The client went away before it had sent all."""
