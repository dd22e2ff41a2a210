"""A load generator that is no bottleneck: gRPC calls over one plain HTTP/2 connection.

A Python gRPC client costs more CPU than the servers it would measure. This one writes frames that
are ready but for the message, and reads no more of an answer than its status.
It speaks only what these measurements need (RFC 9113), to a server that we started ourselves.
"""

import select
import socket
import struct
from collections import deque
from typing import NamedTuple

from benchmark.figures import NotMeasured

PATH = b"/lems_guard.v1.InteractionCheckService/CheckPrescription"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, ACK, END_HEADERS = 1, 1, 4
HEADER_TABLE_SIZE, MAX_CONCURRENT_STREAMS, INITIAL_WINDOW_SIZE = 1, 3, 4
CANCEL = 8
LARGEST_WINDOW = 2**31 - 1
FIRST_WINDOW = 65_535
FRAME_HEAD = struct.Struct("!BHBBI")  # length (24 bits in two parts), type, flags, stream
PREFIXED = struct.Struct("!BI")  # a gRPC message: compressed or not, length
SETTING = struct.Struct("!HI")
# Trailers come uncompressed, since we allow the server no table: name and value, length first.
STATUS = b"\x0bgrpc-status"
OK, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED = 0, 4, 8
BROKEN_OFF = -1  # the server reset the stream, without a status
PATIENCE_SECONDS = 60.0


class Ended(NamedTuple):
    """A call that has ended, and its gRPC status."""

    call: int
    status: int


def frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    """One frame of HTTP/2."""
    length = len(payload)
    return FRAME_HEAD.pack(length >> 16, length & 0xFFFF, kind, flags, stream) + payload


def literal(text: bytes) -> bytes:
    """A short text in a block of headers, not compressed."""
    return bytes((len(text),)) + text


# Method and scheme by their static numbers; the rest is told once (0x40: to be remembered).
FIRST_HEADERS = b"".join(
    (
        b"\x83\x86",
        b"\x44" + literal(PATH),
        b"\x41" + literal(b"127.0.0.1"),
        b"\x5f" + literal(b"application/grpc"),
        b"\x40" + literal(b"te") + literal(b"trailers"),
        b"\x40" + literal(b"grpc-timeout"),
    )
)
# The five told ones, by their places in the table: the last told is number 62.
LATER_HEADERS = b"\x83\x86\xc2\xc1\xc0\xbf\xbe"


class Connection:
    """One connection with many calls under way; `call`s are numbers that the caller chooses."""

    def __init__(self, port: int, deadline_ms: int = 60_000) -> None:
        """Connect and shake hands; every call will tell the server this deadline."""
        self._socket = socket.create_connection(("127.0.0.1", port), PATIENCE_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.setblocking(False)
        self._headers = FIRST_HEADERS + literal(b"%dm" % deadline_ms)
        self._window = FIRST_WINDOW
        self._most_streams = 100
        self._next_stream = 1
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._calls: dict[int, int] = {}  # by stream
        self._unread = b""
        settings = SETTING.pack(HEADER_TABLE_SIZE, 0)
        settings += SETTING.pack(INITIAL_WINDOW_SIZE, LARGEST_WINDOW)
        more = struct.pack("!I", LARGEST_WINDOW - FIRST_WINDOW)
        opening = frame(SETTINGS, 0, 0, settings) + frame(WINDOW_UPDATE, 0, 0, more)
        self._unsent = PREFACE + opening
        self.send()
        self.wait()  # for the server's own settings, which want an answer soon
        self.ended()
        self.send()

    def fileno(self) -> int:
        """What is waited on."""
        return self._socket.fileno()

    def close(self) -> None:
        """End it."""
        self._socket.close()

    def ask(self, call: int, body: bytes) -> None:
        """Begin a call as soon as the server lets it."""
        self._waiting.append((call, body))

    def give_up(self, call: int) -> bool:
        """Cancel a call, of which no status will be told; whether it had been sent at all."""
        for stream, other in self._calls.items():
            if other == call:
                del self._calls[stream]
                self._unsent += frame(RST_STREAM, 0, stream, struct.pack("!I", CANCEL))
                return True
        self._waiting = deque(each for each in self._waiting if each[0] != call)
        return False

    def send(self) -> None:
        """Write as many calls as the server and the socket take now."""
        ready = [self._unsent]
        while self._waiting and len(self._calls) < self._most_streams:
            if self._window < len(self._waiting[0][1]) + PREFIXED.size:
                break
            ready.append(self._begun(*self._waiting.popleft()))
        self._unsent = b"".join(ready)
        if self._unsent:
            try:
                sent = self._socket.send(self._unsent)
            except BlockingIOError:
                return
            self._unsent = self._unsent[sent:]

    def _begun(self, call: int, body: bytes) -> bytes:
        stream, self._next_stream = self._next_stream, self._next_stream + 2
        self._calls[stream] = call
        message = PREFIXED.pack(0, len(body)) + body
        self._window -= len(message)
        headers = frame(HEADERS, END_HEADERS, stream, self._headers)
        self._headers = LATER_HEADERS
        return headers + frame(DATA, END_STREAM, stream, message)

    def wait(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until something comes, or until more can be sent."""
        write = [self] if self._unsent else []
        if not any(select.select([self], write, [], seconds)) and seconds == PATIENCE_SECONDS:
            raise NotMeasured("the server has fallen silent")

    def ended(self) -> list[Ended]:
        """Read what has come, without waiting: the calls that have ended."""
        try:
            chunk = self._socket.recv(1 << 18)
        except BlockingIOError:
            return []
        if not chunk:
            raise NotMeasured("the server closed the connection")
        content = self._unread + chunk
        place, found = 0, []
        while len(content) - place >= FRAME_HEAD.size:
            high, low, kind, flags, stream = FRAME_HEAD.unpack_from(content, place)
            end = place + FRAME_HEAD.size + (high << 16 | low)
            if end > len(content):
                break
            if kind != DATA:
                payload = content[place + FRAME_HEAD.size : end]
                status = self._heard(kind, flags, stream, payload)
                if status is not None and stream in self._calls:
                    found.append(Ended(self._calls.pop(stream), status))
            place = end
        self._unread = content[place:]
        return found

    def _heard(self, kind: int, flags: int, stream: int, payload: bytes) -> int | None:
        """Heed a frame; the status, where it ends its call."""
        if kind == HEADERS:
            return _status(payload) if flags & END_STREAM else None
        if kind == RST_STREAM:
            return BROKEN_OFF
        if kind == WINDOW_UPDATE and not stream:
            self._window += int.from_bytes(payload)
        elif kind in {SETTINGS, PING} and not flags & ACK:
            if kind == SETTINGS:
                settings = dict(SETTING.iter_unpack(payload))
                self._most_streams = settings.get(MAX_CONCURRENT_STREAMS, self._most_streams)
            self._unsent += frame(kind, ACK, 0, payload if kind == PING else b"")
        elif kind == GOAWAY:
            raise NotMeasured(f"the server said goodbye: {payload!r}")
        return None


def _status(trailers: bytes) -> int:
    begin = trailers.index(STATUS) + len(STATUS)
    return int(trailers[begin + 1 : begin + 1 + trailers[begin]])
