"""The frame around every edge: a call by whatever edge is let in, counted, limited and logged."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator

import pytest
import structlog
from structlog.testing import capture_logs

from lems_guard.answering.status import message_of
from lems_guard.clinical.errors import DeadlinePassed, NotFound, Overloaded
from lems_guard.edges.evaluating import Beside
from lems_guard.edges.frame import LONG_WORK_SECONDS, Call, Frame, Places, request_id_of
from lems_guard.telemetry.call_log import CallLog
from lems_guard.telemetry.rpc_metrics import MethodMetrics, RpcMetrics
from waiting import until

WORDS = "words that a caller sent"


class ToyEdge:
    """All that an edge must do: here one that shouts back, or says why it does not."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._method = frame.method("unary", "toy", "Shout")

    def said(self, words: str, seconds: float = 60.0) -> str:
        try:
            call = self._frame.enter(self._method, deadline=time.monotonic() + seconds)
            return call.run(lambda: self._shout(words))
        except Exception as error:  # noqa: BLE001 - every fault is told
            return message_of(error)

    def _shout(self, words: str) -> str:
        if not words:
            raise NotFound("no words")
        if words == WORDS:
            raise ValueError(words)
        return words.upper()


class Framed:
    """A frame, its edge, and what was counted of it."""

    def __init__(self, limit: int = 1) -> None:
        self.metrics = RpcMetrics()
        self.frame = Frame(limit, self.metrics, CallLog(100))
        self.edge = ToyEdge(self.frame)

    @property
    def counted(self) -> dict[str, int]:
        codes = self._of_the_method.codes
        return {code: number for code, number in codes.items() if number}

    @property
    def _of_the_method(self) -> MethodMetrics:
        return self.metrics.method("unary", "toy", "Shout")

    @property
    def started(self) -> int:
        return self._of_the_method.begun


@pytest.fixture
def framed() -> Framed:
    return Framed()


@pytest.fixture
def logged() -> Iterator[list[dict[str, object]]]:
    structlog.reset_defaults()
    with capture_logs() as lines:
        yield lines  # type: ignore[misc]


def begun(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_toy_edge_is_counted(framed: Framed) -> None:
    assert framed.edge.said("boo") == "BOO"
    assert framed.edge.said("") == "no words"
    assert framed.counted == {"OK": 1, "NOT_FOUND": 1}
    assert framed.started == 2


def test_a_toy_edge_is_limited_at_once_and_the_refusal_counted(framed: Framed) -> None:
    held = framed.frame.enter(framed.frame.method("unary", "toy", "Hold"))
    assert framed.edge.said("boo") == message_of(Overloaded())
    assert framed.counted == {"RESOURCE_EXHAUSTED": 1}
    held.leave("OK")
    assert framed.edge.said("boo") == "BOO"


def test_a_toy_edge_is_logged_without_what_was_sent(
    framed: Framed, logged: list[dict[str, object]]
) -> None:
    assert framed.edge.said(WORDS).startswith("internal error")
    assert framed.counted == {"INTERNAL": 1}
    assert [(line["event"], line.get("code")) for line in logged] == [
        ("unforeseen error", None),
        ("call failed", "INTERNAL"),
    ]
    assert WORDS not in repr(logged)


def test_what_is_late_is_counted_and_not_evaluated(framed: Framed) -> None:
    assert framed.edge.said("boo", seconds=-1) == message_of(DeadlinePassed())
    assert framed.counted == {"DEADLINE_EXCEEDED": 1}


def test_what_grows_late_while_it_waits_is_counted_and_not_evaluated() -> None:
    framed = Framed(limit=2)
    go_on, evaluated = threading.Event(), []
    method = framed.frame.method("unary", "toy", "Hold")
    holder = begun(lambda: framed.frame.enter(method).run(go_on.wait))
    until(lambda: framed.frame.places.taken == 1)
    late = framed.frame.enter(method, deadline=time.monotonic() + 0.05)
    with pytest.raises(DeadlinePassed):
        late.run(lambda: evaluated.append("late"))
    go_on.set()
    holder.join()
    assert not evaluated
    assert framed.edge.said("boo") == "BOO"


def test_what_grows_late_while_it_is_evaluated_ends() -> None:
    metrics = RpcMetrics()
    frame = Frame(1, metrics, CallLog(100))
    method = frame.method("unary", "toy", "Shout")
    call = frame.enter(method, deadline=time.monotonic() + 60)
    late = frame.enter(frame.method("unary", "toy", "Whisper", Places(1)), deadline=0)
    call.in_time()
    with pytest.raises(DeadlinePassed):
        late.in_time()
    call.leave("OK")
    with pytest.raises(DeadlinePassed):
        late.run(late.in_time)
    assert metrics.method("unary", "toy", "Whisper").codes["DEADLINE_EXCEEDED"] == 1


def test_a_call_is_left_once(framed: Framed) -> None:
    call = framed.frame.enter(framed.frame.method("unary", "toy", "Shout"))
    call.run(str)
    call.leave("CANCELLED")
    assert framed.counted == {"OK": 1}
    assert framed.frame.places.taken == 0


def test_places_of_its_own_take_none_of_the_calls(framed: Framed) -> None:
    own = framed.frame.method("bidi_stream", "toy", "Stream", Places(1))
    with framed.frame.enter(own):
        assert framed.edge.said("boo") == "BOO"
        with pytest.raises(Overloaded):
            framed.frame.enter(own)


def test_all_edges_together_have_one_limit(framed: Framed) -> None:
    other = ToyEdge(framed.frame)
    answers = []

    def ask_in_between() -> None:
        answers.append(other.said("boo"))

    framed.frame.enter(framed.frame.method("unary", "toy", "Ask")).run(ask_in_between)
    assert answers == [message_of(Overloaded())]


def slow(framed: Framed, seconds: float) -> None:
    """Turns have taken so long of late."""
    for _ in range(100):
        framed.frame.turns.take_free()
        framed.frame.turns.end(seconds)


@pytest.mark.parametrize(
    ("seconds", "under_way", "waits", "has_room", "why"),
    [
        (0.001, 63, 60.0, True, "63 short calls are less than a tenth of a second"),
        (0.001, 64, 60.0, False, "no place is left"),
        (0.010, 14, 60.0, True, "few"),
        (0.010, 40, 60.0, False, "0.4 s: sooner elsewhere"),
        (0.004, 20, 1.0, True, "0.08 s of 1 s"),
        (0.004, 20, 0.1, False, "most of what it gives"),
        (1.000, 15, 60.0, True, "few long prescriptions shut nobody out"),
    ],
)
def test_who_would_wait_for_too_long_is_told_at_once(
    *, seconds: float, under_way: int, waits: float, has_room: bool, why: str
) -> None:
    framed = Framed(limit=64)
    slow(framed, seconds)
    held = framed.frame.method("unary", "toy", "Hold")
    for _ in range(under_way):
        framed.frame.places.take()
    deadline = time.monotonic() + waits
    try:
        framed.frame.enter(held, deadline=deadline)
    except Overloaded:
        assert not has_room, why
        assert framed.metrics.method("unary", "toy", "Hold").codes["RESOURCE_EXHAUSTED"] == 1
    else:
        assert has_room, why


def test_a_call_that_works_for_long_lets_the_next_one_go_first() -> None:
    frame = Framed(limit=2).frame
    method, order = frame.method("unary", "toy", "Think"), list[str]()
    long, short = frame.enter(method), frame.enter(method)
    waiting = threading.Thread(target=lambda: short.run(lambda: order.append("short")))

    def work() -> None:
        waiting.start()
        until(lambda: frame.turns.waiting == 1)
        time.sleep(LONG_WORK_SECONDS)
        long.in_time()
        order.append("long")

    long.run(work)
    waiting.join()
    assert order == ["short", "long"]
    assert frame.turns.mean_seconds < 1, "what it let go first does not count as its own"


def test_one_call_at_a_time_is_evaluated() -> None:
    framed = Framed(limit=8)
    method = framed.frame.method("unary", "toy", "Hold")
    inside, most = [0], [0]

    def work() -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        time.sleep(0.002)
        inside[0] -= 1

    calls: list[Call] = [framed.frame.enter(method) for _ in range(8)]
    for thread in [begun(lambda call=call: call.run(work)) for call in calls]:  # type: ignore[misc]
        thread.join()
    assert most == [1]


@pytest.mark.parametrize(
    ("said", "told", "why"),
    [
        ("a-1", "a-1", "as it came"),
        ("x" * 200, "x" * 128, "a header may not grow without bound"),
        ("Jürgen", "", "metadata is ASCII"),
        ("a\nb", "", "a line break would begin another header"),
    ],
)
def test_a_call_hears_its_own_id(said: str, told: str, why: str) -> None:
    assert request_id_of(said) == told, why


def test_beside_an_event_loop_others_are_served_meanwhile(framed: Framed) -> None:
    method, served = framed.frame.method("unary", "toy", "Shout"), threading.Event()

    async def ask() -> bool:
        beside = Beside(2)
        asking = asyncio.create_task(beside.run(framed.frame.enter(method), served.wait))
        await asyncio.sleep(0)
        served.set()
        return await asking

    assert asyncio.run(ask())
    assert framed.counted == {"OK": 1}


@pytest.mark.parametrize("threads", [1, 2])
def test_a_caller_that_breaks_off_before_its_turn_gives_its_place_back(threads: int) -> None:
    framed = Framed(limit=2)
    method, go_on = framed.frame.method("unary", "toy", "Shout"), threading.Event()

    async def ask() -> None:
        beside = Beside(threads)
        holding = asyncio.create_task(beside.run(framed.frame.enter(method), go_on.wait))
        leaving = asyncio.create_task(beside.run(framed.frame.enter(method), str))
        await asyncio.sleep(0)
        leaving.cancel()
        await asyncio.wait([leaving])
        go_on.set()
        await holding
        beside.close()

    asyncio.run(ask())
    assert framed.counted == {"OK": 1, "CANCELLED": 1}
    assert framed.frame.places.taken == 0


def test_light_work_is_done_at_once_where_a_turn_is_free() -> None:
    frame = Frame(2, RpcMetrics(), CallLog(0))
    method = frame.method("unary", "toy", "check")
    with frame.enter(method) as one, frame.enter(method) as other:
        assert one.in_free_turn(lambda: 7) == 7
        assert one.in_free_turn(lambda: other.in_free_turn(lambda: 7)) is None
        assert other.in_turn(lambda: 8) == 8


def test_a_call_that_steps_aside_gives_its_place_to_others() -> None:
    frame = Frame(1, RpcMetrics(), CallLog(0))
    method = frame.method("unary", "toy", "check")
    with frame.enter(method) as call:
        call.step_aside()
        with frame.enter(method), pytest.raises(Overloaded):
            call.step_back()
    assert frame.places.taken == 0
