"""The frame around every edge: whatever a call comes by, what is alike of all calls happens here.

A call has a place from when it *enters*, which takes microseconds and may be done in a thread that
must not wait; one that finds no place is refused. It is then *run*: in its turn something is
evaluated for it, unless nobody waits for that any more. However a call ends, it is counted under
its method and code, timed from its arrival, and logged where it failed.

An edge does this, and no more than this:

    method = frame.method("unary", "my-edge", "check")          # once
    call = frame.enter(method, deadline=monotonic_seconds)      # raises Overloaded
    reply = call.run(lambda: current.answers.answer(raw, call.in_time))  # raises what it raises
"""

import math
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, TypeVar

import structlog

from lems_guard.answering.status import code_name_of
from lems_guard.clinical.errors import (
    CallerGone,
    DeadlinePassed,
    LemsGuardError,
    Overloaded,
)
from lems_guard.edges.turns import Lane, Turns
from lems_guard.telemetry.call_ids import REQUEST_ID as REQUEST_ID  # noqa: PLC0414 - for its users
from lems_guard.telemetry.call_ids import UNDER_WAY, CallIds, Headers
from lems_guard.telemetry.call_log import CallLog
from lems_guard.telemetry.logs import place_of
from lems_guard.telemetry.rpc_metrics import MethodMetrics, RpcMetrics

log = structlog.get_logger(__name__)

Made = TypeVar("Made")

NEVER = math.inf
LONGEST_REQUEST_ID = 128
# Whoever would wait for longer than this, or than half of the time it gives, is told so at once:
# by then it could have been answered elsewhere. So many of the places are given whatever the wait,
# so that a few long prescriptions shut nobody out.
LONGEST_WAIT_SECONDS = 0.1
GIVEN_WHATEVER_THE_WAIT = 1 / 4
# What has worked for longer in a turn gives way: twice what a check of ten drugs takes.
LONG_WORK_SECONDS = 0.002


class TraceSpan(Protocol):
    """A trace's part that tells of one call."""

    @property
    def trace_id(self) -> str:
        """The trace's id, as 32 hexadecimal digits."""

    def ended(self, code: str) -> None:
        """Note the code that the call ended with."""


class TraceSpans(Protocol):
    """What makes a span for each call."""

    def call(self, method: str, metadata: Headers) -> AbstractContextManager[TraceSpan]:
        """The span of a call of `service/method`; its parent stands in the metadata."""


def nothing() -> None:
    """Nothing is to be done."""


class Places:
    """So many calls may be under way at once."""

    def __init__(self, most: int) -> None:
        """All are free."""
        self.most = most
        self.taken = 0
        self._mutex = threading.Lock()

    def take(self) -> bool:
        """Take a place; false where there is none."""
        with self._mutex:
            if self.taken >= self.most:
                return False
            self.taken += 1
            return True

    def give_back(self) -> None:
        """Free a place."""
        with self._mutex:
            self.taken -= 1


@dataclass(frozen=True, slots=True, eq=False)
class Method:
    """A method of an edge: where its calls are counted, and the places that they share.

    Of methods that are not our own (probes) calls are neither logged nor traced.
    """

    path: str
    metrics: MethodMetrics
    places: Places
    is_own: bool


class Frame:
    """Lets calls in, and gives them their turns."""

    def __init__(
        self, limit: int, metrics: RpcMetrics, calls: CallLog, spans: TraceSpans | None = None
    ) -> None:
        """No more than `limit` calls of all edges together are under way or waiting."""
        self.places = Places(limit)
        self.turns = Turns()
        # What is to be done once it is somebody's turn, before the work: by an edge that must.
        self.before_turn: Callable[[], None] = nothing
        self.spans = spans
        self._metrics = metrics
        self._calls = calls

    def method(
        self,
        kind: str,
        service: str,
        name: str,
        places: Places | None = None,
        *,
        is_own: bool = True,
    ) -> Method:
        """A method that calls can enter by; its series begin at zero.

        `kind` is go-grpc-prometheus' `grpc_type`. Only what never waits for a turn has `places` of
        its own.
        """
        metrics = self._metrics.method(kind, service, name)
        return Method(f"{service}/{name}", metrics, places or self.places, is_own)

    def enter(
        self,
        method: Method,
        *,
        deadline: float = NEVER,
        arrived: float | None = None,
        metadata: Headers = (),
    ) -> "Call":
        """A call that has its place; raises `Overloaded`, which has then been counted.

        Deadline and arrival are moments of `time.monotonic`. Whoever enters must run or leave.
        """
        begun = time.monotonic() if arrived is None else arrived
        is_ours = method.places is self.places
        if (is_ours and not self.has_room(deadline=deadline)) or not method.places.take():
            raise self.turned_away(method, Overloaded(), begun, metadata)
        method.metrics.started()
        return Call(self, method, (begun, deadline), metadata)

    def has_room(self, coming: int = 0, deadline: float = NEVER) -> bool:
        """Whether one call more, behind those under way and so many coming, would wait not long."""
        ahead, places = self.places.taken + coming, self.places.most
        if ahead < places * GIVEN_WHATEVER_THE_WAIT:
            return True
        longest = min(LONGEST_WAIT_SECONDS, max(0.0, deadline - time.monotonic()) / 2)
        return ahead < places and ahead * self.turns.mean_seconds <= longest

    def turned_away(
        self,
        method: Method,
        error: LemsGuardError,
        arrived: float | None = None,
        metadata: Headers = (),
    ) -> LemsGuardError:
        """Count a call that ended before it could enter; the error that it is to be told."""
        before = begin(metadata)
        method.metrics.started()
        self.ended(method, code_name_of(error), time.monotonic() if arrived is None else arrived)
        UNDER_WAY.set(before)
        return error

    def ended(self, method: Method, code: str, arrived: float, trace: str = "") -> None:
        """Count a call's end."""
        seconds = time.monotonic() - arrived
        method.metrics.handled(code, seconds, trace)
        if code != "OK" and method.is_own:
            self._calls.failed(method.path, code, seconds)


class Call:
    """A call under way. Within `with` it is traced, and at its end it is left.

    Its `deadline` may be set later by an edge that learns of it later.
    """

    __slots__ = (
        "_arrived",
        "_before",
        "_frame",
        "_has_place",
        "_is_given_up",
        "_is_left",
        "_lane",
        "_metadata",
        "_method",
        "_span",
        "_trace",
        "_tracing",
        "_work_began",
        "_yielded_seconds",
        "deadline",
    )

    def __init__(
        self,
        frame: Frame,
        method: Method,
        times: tuple[float, float],
        metadata: Headers,
    ) -> None:
        """It has its place."""
        self._frame = frame
        self._method = method
        self._arrived, self.deadline = times
        self._metadata = metadata
        self._is_left = self._is_given_up = False
        self._has_place = True
        self._tracing: AbstractContextManager[TraceSpan] | None = None
        self._trace = ""
        self._work_began = NEVER

    def run(self, work: Callable[[], Made]) -> Made:
        """What the work makes, in this call's turn, upon which the call is left."""
        with self:
            return self.in_turn(work)

    def in_turn(self, work: Callable[[], Made], lane: Lane = Lane.CALL) -> Made:
        """What the work makes, in a turn; raises `DeadlinePassed` where it would come too late."""
        turns = self._frame.turns
        if not turns.take(lane, self.deadline):
            raise DeadlinePassed
        self._lane, self._yielded_seconds = max(lane, Lane.LONG_CALL), 0.0
        begun = time.monotonic()
        try:
            self._frame.before_turn()
            self._work_began = time.monotonic()
            self.in_time()
            return work()
        finally:
            self._work_began = NEVER
            turns.end(time.monotonic() - begun - self._yielded_seconds)

    def in_free_turn(self, work: Callable[[], Made]) -> Made | None:
        """What the work makes where a turn is free now; `None` where it would have to wait.

        For what takes less than to hand it to another thread.
        """
        turns = self._frame.turns
        if not turns.take_free():
            return None
        try:
            return work()
        finally:
            turns.end()

    def step_aside(self) -> None:
        """Give the place back while others than us are waited for, who may be slow."""
        self._has_place = False
        self._method.places.give_back()

    def step_back(self) -> None:
        """Take a place again; raises `Overloaded` where there is none."""
        if not self._method.places.take():
            raise Overloaded
        self._has_place = True

    def in_time(self) -> None:
        """Raises why nobody waits any more: for what works on the call, order by order.

        Who has worked for long lets others go first.
        """
        now = time.monotonic()
        if now - self._work_began >= LONG_WORK_SECONDS:
            now = self._let_others_go_first(now)
        if self._is_given_up:
            raise CallerGone
        if now >= self.deadline:
            raise DeadlinePassed

    def _let_others_go_first(self, begun: float) -> float:
        self._frame.turns.give_way(self._lane)
        self._work_began = time.monotonic()
        self._yielded_seconds += self._work_began - begun
        return self._work_began

    def give_up(self) -> None:
        """Note that the caller has gone: what has not been worked out yet will not be."""
        self._is_given_up = True

    def __enter__(self) -> "Call":
        if self._frame.spans is not None and self._method.is_own:
            self._tracing = self._frame.spans.call(self._method.path, self._metadata)
            self._span = self._tracing.__enter__()
            self._trace = self._span.trace_id
        self._before = begin(self._metadata, self._trace)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._tracing is not None:
            self._span.ended(_code_of(error))
            self._tracing.__exit__(kind, error, trace)
        self.leave_with(error)
        UNDER_WAY.set(self._before)

    def leave_with(self, error: BaseException | None) -> None:
        """End the call with the code of an error; one that nobody foresaw is logged."""
        if isinstance(error, Exception) and not isinstance(error, LemsGuardError):
            tell_unforeseen(error)
        self.leave(_code_of(error))

    def leave(self, code: str) -> None:
        """End the call with a code; once it is left, nothing more happens."""
        if not self._is_left:
            self._is_left = True
            if self._has_place:
                self._method.places.give_back()
            self._frame.ended(self._method, code, self._arrived, self._trace)


def begin(metadata: Headers, trace: str = "") -> CallIds | None:
    """Have what is logged from now on carry a call's ids; those that it carried before.

    A call of which nothing was sent beside its message goes under the ids that there are.
    """
    before = UNDER_WAY.get()
    if metadata or trace or before is None:
        UNDER_WAY.set(CallIds(metadata, trace))
    return before


def tell_unforeseen(error: Exception) -> None:
    """Log an error that nobody foresaw, by kind and place: its message may hold what was sent."""
    log.error("unforeseen error", **place_of(error))


def request_id_of(said: str) -> str:
    """A call's own id, to be sent back: cut where it is long, empty where it cannot be sent."""
    told = said[:LONGEST_REQUEST_ID]
    return told if told.isascii() and told.isprintable() else ""


def _code_of(error: BaseException | None) -> str:
    """The code that a call ends with; whoever breaks off from outside has gone."""
    if error is None:
        return "OK"
    return code_name_of(error if isinstance(error, Exception) else CallerGone())
