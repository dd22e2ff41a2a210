"""A load generator that is no bottleneck: gRPC over one plain HTTP/2 connection, closed loop.

A Python gRPC client costs more CPU than the servers it would measure. This one writes frames that
are ready but for the message, and reads no more of an answer than its lengths and its status.
It speaks only what these measurements need (RFC 9113), to a server that we started ourselves.
"""

import socket
import struct
from collections import deque
from collections.abc import Sequence
from typing import NamedTuple

from lems_guard.edges.grpc.interaction_check import SERVICE

PATH = f"/{SERVICE}/CheckPrescription".encode()
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, ACK, END_HEADERS = 1, 1, 4
HEADER_TABLE_SIZE, INITIAL_WINDOW_SIZE = 1, 4
LARGEST_WINDOW = 2**31 - 1
FIRST_WINDOW = 65_535
FRAME_HEAD = struct.Struct("!BHBBI")  # length (24 bits in two parts), type, flags, stream
PREFIXED = struct.Struct("!BI")  # a gRPC message: compressed or not, length
# Trailers come uncompressed, since we allow the server no table: name and value, length first.
STATUS_OK = b"\x0bgrpc-status\x010"
TIMEOUT_SECONDS = 30


class BrokenLoad(RuntimeError):
    """A call failed, or the connection did."""


class Answered(NamedTuple):
    """What came back from a run of calls: how many, and how many bytes of messages."""

    calls: int
    reply_bytes: int


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
    )
)
# The four told ones, by their places in the table: the last told is number 62.
LATER_HEADERS = b"\x83\x86\xc1\xc0\xbf\xbe"


class Connection:
    """One connection, over which calls are made in a closed loop."""

    def __init__(self, port: int) -> None:
        """Connect and shake hands."""
        self._socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._unread = b""
        self._next_stream = 1
        self._window = FIRST_WINDOW
        self._headers = FIRST_HEADERS
        settings = struct.pack("!HIHI", HEADER_TABLE_SIZE, 0, INITIAL_WINDOW_SIZE, LARGEST_WINDOW)
        more = struct.pack("!I", LARGEST_WINDOW - FIRST_WINDOW)
        self._socket.sendall(
            PREFACE + frame(SETTINGS, 0, 0, settings) + frame(WINDOW_UPDATE, 0, 0, more)
        )

    def close(self) -> None:
        """End it."""
        self._socket.close()

    def drive(self, bodies: Sequence[bytes], in_flight: int) -> Answered:
        """Call with every body, `in_flight` at a time, and wait for all the answers."""
        waiting = deque(bodies)
        under_way = done = received = 0
        while done < len(bodies):
            ready = self._take(waiting, in_flight - under_way)
            if ready:
                under_way += len(ready)
                self._socket.sendall(b"".join(ready))
            ended, length = self._read()
            done += ended
            under_way -= ended
            received += length
        return Answered(done, received - done * PREFIXED.size)

    def _take(self, waiting: deque[bytes], free: int) -> list[bytes]:
        """The next calls, as many as the limit and the server's window allow."""
        ready: list[bytes] = []
        while waiting and len(ready) < free and self._window > len(waiting[0]) + PREFIXED.size:
            ready.append(self._call(waiting.popleft()))
        return ready

    def _call(self, body: bytes) -> bytes:
        stream, self._next_stream = self._next_stream, self._next_stream + 2
        message = PREFIXED.pack(0, len(body)) + body
        self._window -= len(message)
        headers = frame(HEADERS, END_HEADERS, stream, self._headers)
        self._headers = LATER_HEADERS
        return headers + frame(DATA, END_STREAM, stream, message)

    def _read(self) -> tuple[int, int]:
        """Read what has come: how many calls have ended, and how many bytes of data came."""
        chunk = self._socket.recv(1 << 18)
        if not chunk:
            raise BrokenLoad("the server closed the connection")
        content = self._unread + chunk
        place = ended = received = 0
        while len(content) - place >= FRAME_HEAD.size:
            high, low, kind, flags, _ = FRAME_HEAD.unpack_from(content, place)
            end = place + FRAME_HEAD.size + (high << 16 | low)
            if end > len(content):
                break
            if kind == DATA:
                received += low | high << 16
            elif kind == HEADERS and flags & END_STREAM:
                ended += _is_ok(content[place + FRAME_HEAD.size : end])
            elif kind != HEADERS:
                self._control(kind, flags, content[place:end])
            place = end
        self._unread = content[place:]
        return ended, received

    def _control(self, kind: int, flags: int, whole: bytes) -> None:
        payload = whole[FRAME_HEAD.size :]
        if kind == WINDOW_UPDATE and whole[5:9] == bytes(4):
            self._window += int.from_bytes(payload)
        elif kind in {SETTINGS, PING} and not flags & ACK:
            answer = payload if kind == PING else b""
            self._socket.sendall(frame(kind, ACK, 0, answer))
        elif kind in {RST_STREAM, GOAWAY}:
            raise BrokenLoad(f"the server broke off: {payload!r}")


def _is_ok(trailers: bytes) -> bool:
    if STATUS_OK not in trailers:
        raise BrokenLoad(f"a call failed: {trailers!r}")
    return True
