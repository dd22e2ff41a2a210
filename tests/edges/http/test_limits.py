"""The contract over HTTP beyond what can be answered in time: refused at once, and counted."""

import threading
from collections.abc import Iterator

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from edges.grpc.serving import HOLD, Echo
from lems_guard.answering.contract import CHECK_SERVICE, UnaryMethod
from lems_guard.callers.entrance import Entrance
from lems_guard.callers.gate import OpenGate
from lems_guard.clinical.deadline import InTime
from lems_guard.edges.evaluating import Beside
from lems_guard.edges.frame import Frame
from lems_guard.edges.http.contract import contract_routes
from lems_guard.telemetry.call_log import CallLog
from lems_guard.telemetry.rpc_metrics import RpcMetrics
from lems_guard.v1 import prescription_pb2, screening_pb2
from waiting import until

PATH = "/v1/InteractionCheckService/CheckPrescription"
BY_CONNECT = "/lems_guard.v1.InteractionCheckService/CheckPrescription"


class Port:
    """The contract with one place, before an answer that a test holds in its hand."""

    def __init__(self) -> None:
        self.metrics = RpcMetrics()
        self.frame = Frame(1, self.metrics, CallLog(0))
        self.answers = Echo()
        method = UnaryMethod(
            CHECK_SERVICE,
            "CheckPrescription",
            prescription_pb2.CheckPrescriptionRequest,
            screening_pb2.CheckPrescriptionResponse,
            self._answer,
        )
        entrance = Entrance(OpenGate(may_all_check=True))
        routes = contract_routes(self.frame, Beside(1), [method], entrance)
        self.client = TestClient(Starlette(routes=routes))

    def _answer(self, _: bytes, __: InTime) -> bytes:
        self.answers.answer(HOLD)
        return b""

    def posted(self, path: str = PATH, **headers: str) -> "httpx2.Response":
        return self.client.post(path, json={"asOf": "2026-11-21"}, headers=headers)

    def counted(self) -> dict[str, int]:
        codes = self.metrics.method("unary", CHECK_SERVICE, "CheckPrescription").codes
        return {code: number for code, number in codes.items() if number}


@pytest.fixture
def port() -> Iterator[Port]:
    port = Port()
    with port.client:
        yield port
        port.answers.go_on.set()


def test_one_call_too_many_is_refused_and_told_when_to_come_again(port: Port) -> None:
    statuses = []
    first = threading.Thread(target=lambda: statuses.append(port.posted().status_code))
    first.start()
    until(lambda: port.answers.asked == [HOLD])
    refused = port.posted()
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
    assert "NOT checked" in refused.json()["message"]
    refused = port.posted(BY_CONNECT)
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "1")
    assert refused.json()["code"] == "resource_exhausted"
    port.answers.go_on.set()
    first.join()
    assert statuses == [200]
    assert port.counted() == {"OK": 1, "RESOURCE_EXHAUSTED": 2}


def test_what_came_too_late_is_no_answer(port: Port) -> None:
    releasing = threading.Timer(0.3, port.answers.go_on.set)
    releasing.start()
    assert port.posted(**{"grpc-timeout": "50m"}).status_code == 504
    assert port.posted(BY_CONNECT, **{"connect-timeout-ms": "0"}).status_code == 504
    until(lambda: port.counted() == {"DEADLINE_EXCEEDED": 2})
