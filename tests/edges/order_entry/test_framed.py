"""Hook calls stand in the frame that is around every edge: one limit, turns, all counted."""

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from edges.order_entry.calling import ORDER_SIGN, order, searchset, sign
from edges.order_entry.desks import BASE, TODAY, Asked, Uncounted
from lems_guard.callers.entrance import Entrance
from lems_guard.callers.gate import OpenGate
from lems_guard.edges.evaluating import Beside
from lems_guard.edges.frame import Frame
from lems_guard.edges.order_entry.card_shapes import CardStyle
from lems_guard.edges.order_entry.desk import LIGHT_BYTES, Desk
from lems_guard.edges.order_entry.feedback import FeedbackDesk
from lems_guard.edges.order_entry.fetching import Bounds, Fetcher
from lems_guard.edges.order_entry.framed import SERVICE, HookFrame
from lems_guard.edges.order_entry.repeats import RepeatFilter
from lems_guard.edges.order_entry.routes import FRAMED, Clients, OrderEntry
from lems_guard.editions.library import Edition
from lems_guard.sharing.memory import Memory
from lems_guard.sharing.repeats import Repeats
from lems_guard.store.entries import NoStore
from lems_guard.telemetry.call_log import CallLog
from lems_guard.telemetry.rpc_metrics import RpcMetrics
from waiting import PATIENCE, until

EASY = sign(order("metoprolol"), prefetch={"conditions": searchset(), "medications": searchset()})
# Too long to be read beside the calls that come in.
LONG = EASY | {"extension": {"padding": " " * LIGHT_BYTES}}
TO_FETCH = sign(order("metoprolol"), prefetch={}, fhirServer=BASE)


class Counted(Uncounted):
    """Counts nothing of a page either."""

    def called(self, hook: str, status: int, seconds: float) -> None:
        """A call ended."""

    def refused(self, hook: str, reason: str) -> None:
        """A call got no cards."""

    def comment(self, characters: int) -> None:
        """A comment came."""


class Port:
    """Order entry with one place; its clock and its FHIR server are in the test's hand."""

    def __init__(self, edition: Edition) -> None:
        self.metrics, self.counts = RpcMetrics(), Counted()
        self.frame = Frame(1, self.metrics, CallLog(0))
        self.evaluate, self.serve = threading.Event(), threading.Event()
        self.evaluating, self.fetching = threading.Event(), threading.Event()
        engine = Asked(edition).engine
        fetcher = Fetcher(
            frozenset({"ehr.example"}), self.counts, Bounds(), httpx2.MockTransport(self._served)
        )
        repeats = RepeatFilter(Repeats(NoStore(), Memory(9), lambda *_: None))
        desk = Desk(lambda: engine, self._today, fetcher, repeats, self.counts, CardStyle())
        feedback: Any = FeedbackDesk(None, tuple, self.counts)  # type: ignore[arg-type]
        entry = OrderEntry(
            desk,
            feedback,
            Entrance(OpenGate(may_all_check=True)),
            self.counts,
            Clients(("*",), ("*",), has_one_id=False),
            HookFrame(self.frame, Beside(4), FRAMED),
        )
        self.client = TestClient(Starlette(routes=entry.routes()))
        self.replies: list[httpx2.Response] = []

    def _today(self) -> Any:  # noqa: ANN401
        self.evaluating.set()
        assert self.evaluate.wait(PATIENCE)
        return TODAY

    async def _served(self, _: httpx2.Request) -> httpx2.Response:
        self.fetching.set()
        assert await asyncio.to_thread(self.serve.wait, 20)
        return httpx2.Response(200, json=searchset())

    def post(self, call: object) -> "httpx2.Response":
        reply: Any = self.client.post(ORDER_SIGN, content=json.dumps(call))
        return reply  # type: ignore[no-any-return]

    def begin(self, call: object) -> threading.Thread:
        thread = threading.Thread(target=lambda: self.replies.append(self.post(call)))
        thread.start()
        return thread

    def counted(self) -> dict[str, int]:
        codes = self.metrics.method("unary", SERVICE, "order-sign").codes
        return {code: number for code, number in codes.items() if number}


@pytest.fixture
def port(edition: Edition) -> Iterator[Port]:
    port = Port(edition)
    with port.client:
        yield port
        port.evaluate.set()
        port.serve.set()


def test_beyond_the_limit_a_call_is_refused_at_once_and_counted(port: Port) -> None:
    first = port.begin(LONG)
    assert port.evaluating.wait(PATIENCE)
    refused = port.post(EASY)
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert refused.json()["resourceType"] == "OperationOutcome"
    port.evaluate.set()
    first.join()
    assert [each.status_code for each in port.replies] == [200]
    assert port.counted() == {"OK": 1, "RESOURCE_EXHAUSTED": 1}
    assert port.frame.places.taken == 0


def test_who_waits_for_a_server_takes_nobody_s_place(port: Port) -> None:
    port.evaluate.set()
    waiting = port.begin(TO_FETCH)
    assert port.fetching.wait(PATIENCE)
    until(lambda: port.frame.places.taken == 0)
    assert port.post(EASY).status_code == 200
    port.serve.set()
    waiting.join()
    assert [each.status_code for each in port.replies] == [200]
    assert port.frame.places.taken == 0


@pytest.mark.parametrize(
    ("call", "status", "code"),
    [
        (EASY, 200, "OK"),
        ({"hook": 7}, 400, "INVALID_ARGUMENT"),
        (sign(order("metoprolol"), prefetch={}), 412, "FAILED_PRECONDITION"),
    ],
)
def test_each_end_is_counted_once(port: Port, call: object, status: int, code: str) -> None:
    port.evaluate.set()
    assert port.post(call).status_code == status
    assert port.counted() == {code: 1}
    assert port.frame.places.taken == 0
