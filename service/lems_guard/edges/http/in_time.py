"""Requests that do not come: a connection is given so long to send one, and is closed then."""

import asyncio
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
IS_COMING = {h11.IDLE, h11.SEND_BODY}


class InTimeProtocol(H11Protocol):
    """HTTP whose requests, headers and body, come within so many seconds.

    The time runs from the opening of a connection, and on one that is kept from the next request's
    first byte. How long a connection may be kept without one is uvicorn's own to end.
    """

    def __init__(self, seconds: float, *arguments: Any, **options: Any) -> None:  # noqa: ANN401
        """`seconds`: for a whole request; the rest is uvicorn's."""
        super().__init__(*arguments, **options)
        self._seconds = seconds
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A connection is there, and its first request to come."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """More of a request is there, and perhaps its end."""
        if self._patience is None:
            self._wait()
        super().data_received(data)
        if self.conn.their_state not in IS_COMING:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        self._patience = self.loop.call_later(self._seconds, self._give_up)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        """Close; whoever waits for the body hears that the client is gone."""
        has_begun = bool(self.conn.trailing_data[0]) or self.conn.their_state is h11.SEND_BODY
        if has_begun and self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            self.transport.write(TOO_LATE)
        self.transport.close()
