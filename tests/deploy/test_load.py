"""A load through HAProxy, over both protocols at once: each answer right, none lost.

Every call has a prescription of its own, and its answer is compared with the engine's.
"""

import base64
import http.client
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

import grpc
import pytest

from crowds import answerer_of
from deploy.test_haproxy import Balancer, balanced
from go_load import lists
from lems_guard.editions.library import load_edition, packaged_rules
from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard.v1 import prescription_pb2 as wire
from running import Running, start, stop
from system_programs import fetched, program
from waiting import PATIENCE

METHOD = "/lems_guard.v1.InteractionCheckService/CheckPrescription"
PROTO = {"content-type": "application/proto", "connect-protocol-version": "1"}
CALLS, CALLERS = 1200, 8  # of each protocol
REFUSED = {"RESOURCE_EXHAUSTED", "UNAVAILABLE", "429", "503"}

Ask = Callable[[bytes], tuple[str, bytes]]


@pytest.fixture(scope="module")
def asked() -> list[tuple[bytes, bytes]]:
    """Prescriptions of which no two are alike, each with its answer."""
    answerer = answerer_of(load_edition(packaged_rules()).edition)
    bodies = map(base64.b64decode, lists(CALLS))
    return [(body, answerer.answer(body).reply) for body in bodies]


@pytest.fixture(scope="module")
def replicas() -> Iterator[list[Running]]:
    program("haproxy")
    found = [start(LEMS_GUARD_ANONYMOUS="check") for _ in range(2)]
    yield found
    for each in found:
        stop(each)


@dataclass
class Ends:
    """How calls ended."""

    right: int = 0
    wrong: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    unclear: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, status: str, content: bytes, right: bytes) -> None:
        """Of one call."""
        with self.lock:
            if status == "OK":
                self.right += content == right
                self.wrong += content != right
            else:
                (self.refused if status in REFUSED else self.unclear)[status] += 1

    @property
    def number(self) -> int:
        """All that ended."""
        return self.right + self.wrong + self.refused.total() + self.unclear.total()


def by_grpc(balancer: Balancer, held: ExitStack) -> Ask:
    """On one connection, for all callers."""
    channel = held.enter_context(grpc.insecure_channel(balancer.grpc_at))
    check = rpc.InteractionCheckServiceStub(channel).CheckPrescription

    def ask(body: bytes) -> tuple[str, bytes]:
        try:
            request = wire.CheckPrescriptionRequest.FromString(body)
            return "OK", check(request, timeout=PATIENCE).SerializeToString()
        except grpc.RpcError as fault:
            return fault.code().name, b""

    return ask


def by_connect(balancer: Balancer, held: ExitStack) -> Ask:
    """A kept connection for each caller."""
    mine = threading.local()

    def ask(body: bytes) -> tuple[str, bytes]:
        if not hasattr(mine, "connection"):
            mine.connection = http.client.HTTPConnection(balancer.http_at, timeout=PATIENCE)
            held.callback(mine.connection.close)
        mine.connection.request("POST", METHOD, body, PROTO)
        reply = mine.connection.getresponse()
        content: bytes = reply.read()
        return "OK" if reply.status == http.client.OK else str(reply.status), content

    return ask


def test_every_answer_of_a_load_by_both_protocols_is_right(
    replicas: list[Running], asked: list[tuple[bytes, bytes]]
) -> None:
    with balanced(replicas) as balancer, ExitStack() as held:
        fetched(f"http://{balancer.http_at}/livez")
        ways = [(by_grpc(balancer, held), Ends()), (by_connect(balancer, held), Ends())]

        def call(ask: Ask, ends: Ends, body: bytes, right: bytes) -> None:
            ends.note(*ask(body), right)

        with ThreadPoolExecutor(2 * CALLERS) as callers:
            calls = [callers.submit(call, *way, *each) for each in asked for way in ways]
        for each in calls:
            each.result()
    for _, ends in ways:
        assert ends.number == CALLS, "calls of which nobody heard again"
        assert (ends.wrong, ends.unclear) == (0, {})
        # A busy machine may refuse some, in words.
        assert ends.right > CALLS / 2, ends.refused
