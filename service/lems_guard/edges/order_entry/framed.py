"""Hook calls in the frame that is around every edge: one limit, turns, and everything counted."""

import contextlib
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

from lems_guard.edges.evaluating import Beside
from lems_guard.edges.frame import Call, Frame
from lems_guard.edges.order_entry.asgi import Request
from lems_guard.edges.order_entry.refusals import Refusal, bad_request

Made = TypeVar("Made")

SERVICE = "lems_guard.cds_hooks"
# No order screen waits longer; what would come later is not evaluated.
LONGEST_SECONDS = 10.0
CODES = {400: "INVALID_ARGUMENT", 412: "FAILED_PRECONDITION", 413: "INVALID_ARGUMENT"}


class HookTurns:
    """Gets one call its turns, and gives its place back while others are waited for."""

    def __init__(self, call: Call, beside: Beside) -> None:
        """The call has entered."""
        self._call = call
        self._beside = beside
        self.in_time = call.in_time

    async def turn(self, work: Callable[[], Made], *, is_light: bool = False) -> Made:
        """What the work makes, in a turn; light work is done at once where a turn is free."""
        made = self._call.in_free_turn(work) if is_light else None
        if made is not None:
            return made
        return await self._beside.turn(self._call, work)

    @contextlib.contextmanager
    def aside(self) -> Iterator[None]:
        """What is done within keeps nobody from a place of ours."""
        self._call.step_aside()
        yield
        self._call.step_back()


class HookFrame:
    """Lets hook calls in by the frame."""

    def __init__(self, frame: Frame, beside: Beside, hooks: tuple[str, ...]) -> None:
        """Each hook is counted by itself."""
        self._frame = frame
        self._beside = beside
        self._methods = {hook: frame.method("unary", SERVICE, hook) for hook in hooks}

    async def run(
        self, request: Request, hook: str, answer: Callable[[HookTurns], Awaitable[bytes]]
    ) -> bytes:
        """What answers, within the frame; raises as it does, or a `LemsGuardError` of the frame."""
        deadline = time.monotonic() + LONGEST_SECONDS
        headers = request.scope["headers"]
        call = self._frame.enter(self._methods[hook], deadline=deadline, metadata=headers)
        with call:
            try:
                return await answer(HookTurns(call, self._beside))
            except Refusal as found:
                refusal = found
            except RecursionError:
                refusal = bad_request("the body is nested too deeply")
            call.leave(CODES.get(refusal.status, "UNKNOWN"))
        raise refusal
