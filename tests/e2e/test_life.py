"""The service's life: health, reflection, the HTTP pages, and how it ends."""

import json
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)

from lems_guard.v1 import interaction_check_service_pb2 as wire
from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard.v1 import knowledge_service_pb2, knowledge_service_pb2_grpc
from lems_guard.v1 import prescription_pb2 as prescription
from running import COMMAND, Running
from waiting import PATIENCE

CHECK = prescription.CheckPrescriptionRequest(
    proposed=[prescription.Medication(id="p1", text="metoprolol po")]
)

OTHER_CHECK = prescription.CheckPrescriptionRequest(
    proposed=[prescription.Medication(id="p2", text="gentamicin iv")]
)


def page(service: Running, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://{service.http_at}{path}") as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.parametrize(
    "name",
    ["", "lems_guard.v1.InteractionCheckService", "lems_guard.v1.KnowledgeService"],
)
def test_every_service_reports_its_health(service: Running, name: str) -> None:
    with service.channel() as channel:
        health: Any = health_pb2_grpc.HealthStub(channel)
        answer = health.Check(health_pb2.HealthCheckRequest(service=name))
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def test_generic_clients_can_read_the_contract(service: Running) -> None:
    with service.channel() as channel:
        database = ProtoReflectionDescriptorDatabase(channel)
        names = set(database.get_services())
        file = database.FindFileContainingSymbol("lems_guard.v1.CheckPrescriptionRequest")
    assert {
        "lems_guard.v1.InteractionCheckService",
        "lems_guard.v1.KnowledgeService",
        "grpc.health.v1.Health",
    } <= names
    assert file.name == "lems_guard/v1/prescription.proto"


def test_live_and_ready(service: Running) -> None:
    assert page(service, "/livez") == (200, "ok\n")
    status, body = page(service, "/readyz")
    assert status == 200
    told = json.loads(body)
    assert told.pop("knowledge_base")["a_reload_was_refused"] is False
    assert told == {
        "ready": True,
        "components": {"knowledge base": "ready", "accepting calls": "ready"},
    }


def test_metrics_count_what_was_said(service: Running) -> None:
    def counted() -> dict[str, float]:
        _, text = page(service, "/metrics")
        lines = (line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, value in lines}

    before = counted()
    with service.channel() as channel:
        stub = rpc.InteractionCheckServiceStub(channel)
        for _ in range(3):  # worked out, and from the reply cache: both count
            _, call = stub.CheckPrescription.with_call(CHECK, metadata=(("x-request-id", "o-1"),))
            assert ("x-request-id", "o-1") in call.trailing_metadata()
        with pytest.raises(grpc.RpcError):
            stub.CheckPrescription(prescription.CheckPrescriptionRequest())
        items = [wire.CheckPrescriptionStreamRequest(request=CHECK)] * 5
        assert len(list(stub.CheckPrescriptionStream(iter(items)))) == 5

    def grown(name: str) -> float:
        """How far a count has come; a refused call is counted just after its status was sent."""
        patience = time.monotonic() + PATIENCE
        while (by := counted()[name] - before.get(name, 0)) == 0 and time.monotonic() < patience:
            time.sleep(0.02)
        return by

    method = (
        'grpc_method="CheckPrescription",grpc_service="lems_guard.v1.InteractionCheckService",'
        'grpc_type="unary"'
    )
    assert grown(f'grpc_server_handled_total{{grpc_code="OK",{method}}}') == 3
    assert grown(f'grpc_server_handled_total{{grpc_code="INVALID_ARGUMENT",{method}}}') == 1
    assert grown(f"grpc_server_started_total{{{method}}}") == 4
    assert grown("grpc_server_handling_seconds_count{" + method + "}") == 4
    assert grown(f"grpc_server_msg_received_total{{{method}}}") == 4
    assert grown(f"grpc_server_msg_sent_total{{{method}}}") == 3
    stream = method.replace('Prescription"', 'PrescriptionStream"').replace("unary", "bidi_stream")
    assert grown(f'grpc_server_handled_total{{grpc_code="OK",{stream}}}') == 1
    assert grown(f"grpc_server_msg_received_total{{{stream}}}") == 5
    assert grown(f"grpc_server_msg_sent_total{{{stream}}}") == 5
    assert grown('lems_guard_cache_lookups_total{result="hit",tier="reply"}') >= 2
    assert grown('lems_guard_screenings_total{outcome="avoid_or_worse"}') == 8
    finding = 'concern="neuromuscular_weakness",rule="beta-blocker-weakness",severity="avoid"'
    assert grown(f"lems_guard_findings_total{{{finding}}}") == 8


def test_an_unhandled_method_is_unimplemented(service: Running) -> None:
    with service.channel() as channel:
        nothing: Any = channel.unary_unary("/lems_guard.v1.InteractionCheckService/Nothing")
        with pytest.raises(grpc.RpcError) as refused:
            nothing(b"")
    assert refused.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_sigterm_ends_with_0(own_service: Running) -> None:
    own_service.process.send_signal(signal.SIGTERM)
    assert own_service.process.wait(PATIENCE) == 0


def test_a_call_under_way_at_sigterm_is_answered(own_service: Running) -> None:
    """A stream is open when the signal comes: what it has sent is answered, then it may end."""
    may_end = threading.Event()

    def items() -> object:
        yield b""
        may_end.wait(PATIENCE)

    with own_service.channel() as channel:
        stream: Any = channel.stream_stream(
            "/lems_guard.v1.InteractionCheckService/CheckPrescriptionStream"
        )
        call = stream(items())
        next(call)
        own_service.process.send_signal(signal.SIGTERM)
        may_end.set()
        assert list(call) == []
        assert call.code() is grpc.StatusCode.OK
    assert own_service.process.wait(PATIENCE) == 0


def test_a_taken_setting_is_told_with_every_fault() -> None:
    result = subprocess.run(
        [COMMAND, "serve"],
        env={"LEMS_GUARD_GRPC_LISTEN": "nowhere", "LEMS_GUARD_JURISDICTION": "XX"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert result.returncode == 2
    assert "LEMS_GUARD_GRPC_LISTEN: expected HOST:PORT" in result.stderr
    assert "LEMS_GUARD_JURISDICTION: expected US, EU or CH" in result.stderr


def test_rules_can_be_listed_read_and_paged(service: Running) -> None:
    with service.channel() as channel:
        stub = knowledge_service_pb2_grpc.KnowledgeServiceStub(channel)
        state = stub.GetKnowledgeBase(knowledge_service_pb2.GetKnowledgeBaseRequest())
        listed: list[str] = []
        token = ""
        while True:
            page_of = stub.ListRules(
                knowledge_service_pb2.ListRulesRequest(page_size=7, page_token=token)
            )
            listed += [rule.id for rule in page_of.rules]
            token = page_of.next_page_token
            if not token:
                break
        rule = stub.GetRule(knowledge_service_pb2.GetRuleRequest(id=listed[0])).rule
        with pytest.raises(grpc.RpcError) as missing:
            stub.GetRule(knowledge_service_pb2.GetRuleRequest(id=f"{listed[0]}x"))
    assert len(listed) == len(set(listed)) == state.rule_count
    assert rule.outcomes[0].advice.evidence
    assert missing.value.code() is grpc.StatusCode.NOT_FOUND
    assert listed[0] in (missing.value.details() or "")


def test_a_medication_is_resolved_with_its_trail(service: Running) -> None:
    with service.channel() as channel:
        stub = knowledge_service_pb2_grpc.KnowledgeServiceStub(channel)
        answer = stub.ResolveMedication(
            knowledge_service_pb2.ResolveMedicationRequest(
                medication=prescription.Medication(text="Firdapse 20 mg 4x/day")
            )
        )
    assert [each.name for each in answer.ingredients] == ["amifampridine"]
    assert (answer.dose.value, answer.dose.unit, answer.doses_per_day) == (20, "mg", 4)
    assert answer.trail
