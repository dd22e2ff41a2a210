"""Patience: calls whose next message does not come in time are ended."""

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

import grpc

from lems_guard.clinical.errors import FieldViolation, InvalidRequest
from lems_guard.edges.grpc.call import Context, gone

NO_MESSAGE = "the call was closed without a message"

LOOK_EVERY_SECONDS = 0.1


@dataclass(slots=True, eq=False)
class Wait:
    """A call that waits for a message until a moment of `time.monotonic`."""

    context: Context
    due: float
    is_over: bool = False


class Patience:
    """How long a message is waited for: whoever waits for one holds a thread."""

    def __init__(self, seconds: float) -> None:
        """Nobody waits."""
        self._seconds = seconds
        self._waiting: set[Wait] = set()

    def message(self, requests: Iterator[bytes], context: Context) -> bytes:
        """The one message of a call; raises `InvalidRequest` where there is none."""
        message = self.next(requests, context)
        if message is None:
            raise InvalidRequest((FieldViolation("", NO_MESSAGE),))
        return message

    def next(self, requests: Iterator[bytes], context: Context) -> bytes | None:
        """The next message, or `None` after the last one; raises why there is nobody any more."""
        wait = Wait(context, time.monotonic() + self._seconds)
        self._waiting.add(wait)
        try:
            message = next(requests, None)
        except grpc.RpcError:
            raise gone(context) from None
        finally:
            self._waiting.discard(wait)
        # A call that is cut off while its message is awaited may look like one that has ended.
        if message is None and (wait.is_over or not context.is_active()):
            raise gone(context)
        return message

    def look(self) -> None:
        """End the calls that have waited for too long."""
        now = time.monotonic()
        for wait in list(self._waiting):
            if wait.due <= now:
                wait.is_over = True
                wait.context.cancel()


@contextlib.contextmanager
def watched(*patiences: Patience) -> Iterator[None]:
    """Look at those who wait, ten times a second, until left."""
    over = threading.Event()

    def look() -> None:
        while not over.wait(LOOK_EVERY_SECONDS):
            for patience in patiences:
                patience.look()

    looking = threading.Thread(target=look, name="patience", daemon=True)
    looking.start()
    try:
        yield
    finally:
        over.set()
        looking.join()
