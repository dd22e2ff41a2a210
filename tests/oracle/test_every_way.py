"""One list by every way in: gRPC, stream, `/v1`, Connect, command line, batch and hooks.

And by every way of remembering: two replicas that share a Redis, a reload, a second time.
"""

import json
import random
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf.json_format import MessageToJson, Parse

from edges.http.calling import send
from edges.http.test_connect import PROTO, posted
from edges.order_entry.calling import ORDER_SIGN, order, searchset, sign
from edges.order_entry.calling import send as call_hook
from lems_guard.editions.library import Edition
from lems_guard.v1 import interaction_check_service_pb2 as service_wire
from lems_guard.v1 import interaction_check_service_pb2_grpc as service_grpc
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import screening_pb2 as told
from lems_guard.v1 import terms_pb2 as terms
from prescriptions import texts_of
from redis_servers import alone
from running import COMMAND, Running, start, stop
from waiting import PATIENCE, until

LISTS = 20
BY_COMMAND = 2  # each is a process
KEY = "0123456789abcdef0123456789abcdef"
Answered = told.CheckPrescriptionResponse


@pytest.fixture(scope="module")
def lists(edition: Edition) -> list[wire.CheckPrescriptionRequest]:
    """Prescriptions of drugs that rules name; the same ones each time."""
    chosen = random.Random(17)  # noqa: S311
    texts = texts_of(edition)
    made = []
    for _ in range(LISTS):
        request = wire.CheckPrescriptionRequest(jurisdiction=terms.JURISDICTION_US)
        for place in range(chosen.randint(1, 5)):
            request.proposed.add(id=f"p{place}", text=chosen.choice(texts))
        made.append(request)
    return made


@pytest.fixture(scope="module")
def dated(lists: list[wire.CheckPrescriptionRequest]) -> list[wire.CheckPrescriptionRequest]:
    """The same with a day of their own, so that no midnight comes between two ways."""
    made = []
    for each in lists:
        request = wire.CheckPrescriptionRequest.FromString(each.SerializeToString())
        request.as_of = "2026-11-21"
        request.patient.age_years = 61
        made.append(request)
    return made


@pytest.fixture(scope="module")
def alone_there() -> Iterator[Running]:
    """A service without Redis and without a memory of its own."""
    running = start(LEMS_GUARD_REPLY_CACHE_BYTES="0")
    yield running
    stop(running)


@pytest.fixture(scope="module")
def replicas() -> Iterator[list[Running]]:
    """Two that share a Redis."""
    with alone() as server:
        settings = {
            "LEMS_GUARD_REDIS_URL": server.url,
            "LEMS_GUARD_CACHE_KEY": KEY,
            "LEMS_GUARD_REPLY_CACHE_BYTES": "0",
            "LEMS_GUARD_REDIS_REPLIES": "always",
        }
        both = [start(**settings) for _ in range(2)]
        yield both
        for each in both:
            stop(each)


def by_grpc(service: Running, request: wire.CheckPrescriptionRequest) -> Answered:
    with service.channel() as channel:
        stub = service_grpc.InteractionCheckServiceStub(channel)
        answer: Answered = stub.CheckPrescription(request, timeout=PATIENCE)
        return answer


@pytest.fixture(scope="module")
def right(alone_there: Running, dated: list[wire.CheckPrescriptionRequest]) -> list[Answered]:
    """What each list is answered by a service that remembers nothing."""
    found = [by_grpc(alone_there, each) for each in dated]
    assert sum(bool(each.alerts) for each in found) > LISTS / 2
    return found


def bytes_of(answers: list[Answered]) -> list[bytes]:
    return [each.SerializeToString(deterministic=True) for each in answers]


def test_by_stream(
    alone_there: Running, dated: list[wire.CheckPrescriptionRequest], right: list[Answered]
) -> None:
    items = (service_wire.CheckPrescriptionStreamRequest(request_id="x", request=e) for e in dated)
    with alone_there.channel() as channel:
        stub = service_grpc.InteractionCheckServiceStub(channel)
        found = [each.response for each in stub.CheckPrescriptionStream(items, timeout=PATIENCE)]
    assert bytes_of(found) == bytes_of(right)


def test_by_http(
    alone_there: Running, dated: list[wire.CheckPrescriptionRequest], right: list[Answered]
) -> None:
    plain, connect = [], []
    for each in dated:
        text = send(alone_there.http_at, body=MessageToJson(each)).text
        plain.append(Parse(text, Answered()))
        status, _, raw = posted(alone_there, each.SerializeToString(), PROTO)
        assert status == 200
        connect.append(Answered.FromString(raw))
    assert bytes_of(plain) == bytes_of(connect) == bytes_of(right)


def test_by_batch(
    dated: list[wire.CheckPrescriptionRequest], right: list[Answered], tmp_path: Path
) -> None:
    lines = [MessageToJson(each, indent=None) for each in dated]
    (tmp_path / "in.ndjson").write_text("\n".join(lines), "utf-8")
    places = (tmp_path / "in.ndjson", tmp_path / "out.ndjson")
    subprocess.run([COMMAND, "batch", *places], check=True, capture_output=True, timeout=PATIENCE)
    answers = (tmp_path / "out.ndjson").read_text("utf-8").splitlines()
    found = [Parse(each, service_wire.CheckPrescriptionStreamResponse()) for each in answers]
    assert bytes_of([each.response for each in found]) == bytes_of(right)


@pytest.mark.parametrize("number", range(BY_COMMAND))
def test_by_command(
    number: int, dated: list[wire.CheckPrescriptionRequest], right: list[Answered]
) -> None:
    ran = subprocess.run(
        [COMMAND, "check", "--json", "--request", "-"],
        input=MessageToJson(dated[number]),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    found = Parse(ran.stdout, Answered())
    assert bytes_of([found]) == bytes_of([right[number]])


def test_by_hooks(lists: list[wire.CheckPrescriptionRequest]) -> None:
    """Every grave alert has its card, and no card warns of what no alert does."""
    service = start(LEMS_GUARD_CDS_HOOKS_AUTH="off")
    try:
        for each in lists:
            call = sign(*(order(draft.text, draft.id) for draft in each.proposed))
            call["prefetch"]["medications"] = searchset()
            reply = call_hook(service.http_at, ORDER_SIGN, call, content_type="application/json")
            cards = {card["summary"]: card["indicator"] for card in reply.json()["cards"]}
            alerts = by_grpc(service, each).alerts
            grave = {alert.drug for alert in alerts if alert.severity >= terms.SEVERITY_AVOID}
            assert [drug for drug in grave if drug not in " ".join(cards)] == []
            critical = [said for said, indicator in cards.items() if indicator == "critical"]
            assert all(any(drug in said for drug in grave) for said in critical)
    finally:
        stop(service)


def test_by_replicas_that_share(
    replicas: list[Running], dated: list[wire.CheckPrescriptionRequest], right: list[Answered]
) -> None:
    for each in (*replicas, *replicas):
        found = [by_grpc(each, request) for request in dated]
        assert bytes_of(found) == bytes_of(right)


def test_across_a_reload(
    replicas: list[Running], dated: list[wire.CheckPrescriptionRequest], right: list[Answered]
) -> None:
    """A reload of the same rules is no other answer."""
    service = replicas[0]
    service.process.send_signal(signal.SIGHUP)
    until(lambda: any(json.loads(line)["event"] == "reload" for line in list(service.log)))
    assert bytes_of([by_grpc(service, each) for each in dated]) == bytes_of(right)
