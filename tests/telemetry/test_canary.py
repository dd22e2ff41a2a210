"""Marked words go in by every surface; none comes out in a log, metric, trace or error."""

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import MessageToJson

from edges.http.calling import CHECK, JSON, send
from lems_guard.telemetry.instruments import INSTRUMENTS
from lems_guard.v1 import alert_service_pb2, alert_service_pb2_grpc, knowledge_service_pb2_grpc
from lems_guard.v1 import interaction_check_service_pb2 as wire
from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard.v1 import knowledge_service_pb2 as knowledge
from lems_guard.v1 import prescription_pb2 as prescription
from running import Running, start, stop
from telemetry.marked_pages import ask_by_http
from waiting import PATIENCE, until

MARK = "canary7391"
CODE = "73917391"
SERIES_BUDGET = 6000
# Told only where there is a callers' file, or TLS; their own tests read them.
WHERE_CONFIGURED = {
    "lems_guard_calls_by_caller_total",
    "lems_guard_callers_refused",
    "lems_guard_tls_certificate_expires_timestamp_seconds",
}
# What becomes of each call over HTTP: 2 answered, 4 refused.
HTTP_OUTCOMES = {
    "answered hook": 2,
    "feedback": 2,
    "feedback on no card": 4,
    "unread hook": 4,
    "other hook": 4,
    "json": 2,
    "unread json": 4,
    "other method": 4,
    "other page": 4,
}


@pytest.fixture(scope="module")
def spans() -> list[bytes]:
    """What a collector was sent."""
    return []


@pytest.fixture(scope="module")
def collector(spans: list[bytes]) -> Iterator[str]:
    """The address of a collector of traces."""

    def export(request: bytes, _: object) -> bytes:
        spans.append(request)
        return b""

    service = "opentelemetry.proto.collector.trace.v1.TraceService"
    method: Any = grpc.unary_unary_rpc_method_handler(export)
    server = grpc.server(ThreadPoolExecutor(1))
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler(service, {"Export": method}),)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"http://127.0.0.1:{port}"
    server.stop(1).wait()


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("journal") / "decisions"


@pytest.fixture(scope="module")
def service(collector: str, journal: Path) -> Iterator[Running]:
    running = start(
        LEMS_GUARD_JOURNAL=str(journal),
        LEMS_GUARD_LOG_CALLS_PER_SECOND="1000",
        LEMS_GUARD_RELOAD_SECONDS="0",
        LEMS_GUARD_TRACES="otlp",
        LEMS_GUARD_CDS_HOOKS_AUTH="off",
        OTEL_EXPORTER_OTLP_ENDPOINT=collector,
        OTEL_BSP_SCHEDULE_DELAY="100",
    )
    yield running
    stop(running)


def marked(number: int) -> prescription.Medication:
    """A medication with the mark in every field that takes words."""
    word = f"{MARK}x{number}"
    return prescription.Medication(
        id=word,
        text=f"{word} 50 mg po",
        form_text=word,
        route_text=word,
        codings=[prescription.Coding(system="CODE_SYSTEM_RXNORM", code=CODE, display=word)],
        indication=prescription.Indication(text=word),
        dose=prescription.Dose(value=1, unit=word),
    )


def request(number: int = 0) -> prescription.CheckPrescriptionRequest:
    return prescription.CheckPrescriptionRequest(
        patient=prescription.Patient(birth_date="1961-02-03", weight_kg=73.91),
        proposed=[marked(number), prescription.Medication(id=f"{MARK}m", text="metoprolol po")],
    )


def metrics(service: Running) -> str:
    with urllib.request.urlopen(f"http://{service.http_at}/metrics") as page:
        return str(page.read().decode())


def refused(call: Any, message: object, request_id: str = MARK) -> str:  # noqa: ANN401
    """The words and details of a call's refusal, if it is refused."""
    metadata = (("x-request-id", request_id), (MARK, MARK), ("authorization", f"Bearer {MARK}"))
    try:
        call(message, metadata=metadata, timeout=PATIENCE)
    except grpc.RpcError as error:
        found: Any = error
        details = [value for key, value in found.trailing_metadata() if key != "x-request-id"]
        return f"{found.details()} {details}"
    return ""


def ask_by_grpc(service: Running) -> list[str]:
    """Every method, with what it takes and with what it refuses; the refusals."""
    with service.channel() as channel:
        check = rpc.InteractionCheckServiceStub(channel)
        known = knowledge_service_pb2_grpc.KnowledgeServiceStub(channel)
        alerts = alert_service_pb2_grpc.AlertServiceStub(channel)
        bad = request()
        bad.proposed.append(bad.proposed[0])
        bad.patient.birth_date = MARK
        bad.as_of = MARK
        items = [
            wire.CheckPrescriptionStreamRequest(request_id=MARK, request=each)
            for each in (request(), bad)
        ]
        errors = [str(item.error) for item in check.CheckPrescriptionStream(iter(items))]
        raw: Any = channel.unary_unary("/lems_guard.v1.InteractionCheckService/CheckPrescription")
        resolve = knowledge.ResolveMedicationRequest(medication=marked(0))
        outcome = alert_service_pb2.RecordAlertOutcomeRequest(
            outcome_id=MARK,
            alert_id="0123456789abcdef",
            rule_ids=[MARK],
            verdict="ALERT_VERDICT_OVERRIDDEN",
        )
        worse = alert_service_pb2.RecordAlertOutcomeRequest(outcome_id=MARK, alert_id=MARK)
        errors += [
            refused(check.CheckPrescription, request()),
            refused(check.CheckPrescription, bad),
            refused(raw, f"\x0a{MARK}".encode()),
            refused(known.ResolveMedication, resolve),
            refused(known.ListRules, knowledge.ListRulesRequest(page_token=MARK)),
            refused(alerts.RecordAlertOutcome, outcome),
            refused(alerts.RecordAlertOutcome, worse),
        ]
        nothing: Any = channel.unary_unary(f"/lems_guard.v1.{MARK}/{MARK}")
        refused(nothing, b"")
    return [error.replace(f'request_id: "{MARK}"', "") for error in errors]


def ask_by_json(service: Running) -> list[str]:
    """Methods under `/v1` with what they take and with what they refuse; the refusals."""
    bad = request()
    bad.as_of = MARK
    headers = {**JSON, "x-request-id": MARK, "authorization": f"Bearer {MARK}", MARK: MARK}
    bodies = (MessageToJson(request()), MessageToJson(bad), f'{{"{MARK}": "{MARK}"}}', MARK)
    sent = [(path, body) for path in (CHECK, f"/v1/{MARK}") for body in bodies]
    resolve = knowledge.ResolveMedicationRequest(medication=marked(0))
    sent += [
        ("/v1/KnowledgeService/ResolveMedication", MessageToJson(resolve)),
        ("/v1/KnowledgeService/ListRules", f'{{"pageToken": "{MARK}"}}'),
        ("/v1/AlertService/RecordAlertOutcome", f'{{"outcomeId": "{MARK}", "alertId": "{MARK}"}}'),
    ]
    replies = [send(service.http_at, path, body, headers) for path, body in sent]
    late = {**headers, "grpc-timeout": MARK}
    replies.append(send(service.http_at, CHECK, bodies[0], late))
    return [reply.text for reply in replies if reply.status != 200]


def test_no_marked_word_comes_out(service: Running, spans: list[bytes], journal: Path) -> None:
    errors = ask_by_grpc(service) + ask_by_json(service)
    ask_by_http(service, MARK)
    until(lambda: b"InteractionCheckService/CheckPrescription" in b"".join(spans))
    until(lambda: '"kind":"outcome"' in journal.read_text("utf-8"))
    time.sleep(1)  # for what must not come out, and would come out late
    assert any(errors)
    said = {
        "log": "".join(service.log),
        "metrics": metrics(service),
        "errors": "\n".join(errors),
        "traces": b"".join(spans).decode("latin-1"),
        "journal": journal.read_text("utf-8"),
    }
    assert said["journal"].count('"kind":"decision"') >= 3
    assert "lems_guard.v1.InteractionCheckService/CheckPrescription" in said["traces"]
    for where, text in said.items():
        assert text, where
        for word in (MARK, CODE, "1961-02-03", "73.91", "metoprolol"):
            assert word not in text, f"{word} is in the {where}"


def logged(service: Running) -> list[dict[str, Any]]:
    return [json.loads(line) for line in list(service.log)]


def answered(service: Running, decision: str) -> list[dict[str, Any]]:
    """The log's lines of one answer."""
    return [each for each in logged(service) if each.get("decision") == decision]


def test_the_log_tells_of_each_answer_what_it_may(service: Running, spans: list[bytes]) -> None:
    with service.channel() as channel:
        stub = rpc.InteractionCheckServiceStub(channel)
        answer = stub.CheckPrescription(request(1))
        assert stub.CheckPrescription(request(1)) == answer
    until(lambda: len(answered(service, answer.decision_id)) == 2)
    line, again = answered(service, answer.decision_id)
    assert again["tier"] == "reply_cache"
    told = ("outcome", "digest", "medications", "alerts", "findings", "unresolved", "gaps")
    assert [again[each] for each in told] == [line[each] for each in told]
    until(lambda: b"reply_cache" in b"".join(spans))
    assert line["event"] == "answered"
    assert line["digest"] == answer.knowledge_base.digest
    assert line["outcome"] == "avoid_or_worse"
    assert (line["medications"], line["alerts"], line["unresolved"]) == (2, 1, 1)
    assert line["tier"] == "evaluated"
    assert line["ms"] > 0
    serving = next(each for each in logged(service) if each["event"] == "serving")
    assert serving["settings"]["LEMS_GUARD_JURISDICTION"] == "US"
    assert serving["settings"]["LEMS_GUARD_CACHE_KEY"] in ("", "(hidden)")


def test_hostile_input_makes_no_series(service: Running) -> None:
    """A thousand new words on every surface, and not one series more."""
    ask_by_grpc(service)
    ask_by_json(service)
    ask_by_http(service, MARK)
    before = {line.rpartition(" ")[0] for line in metrics(service).splitlines()}
    with service.channel() as channel:
        check = rpc.InteractionCheckServiceStub(channel)
        for number in range(1000):
            check.CheckPrescription(request(number))
        for number in range(50):
            nothing: Any = channel.unary_unary(f"/lems_guard.v1.Service{number}/Method{number}")
            refused(nothing, b"", f"id-{number}" * 20)
            ask_by_http(service, f"{MARK}n{number}")
            send(service.http_at, f"/v1/Service{number}/Method{number}")
            send(service.http_at, CHECK, MessageToJson(request(number)))
    after = {line.rpartition(" ")[0] for line in metrics(service).splitlines()}
    assert after == before
    assert len(after) < SERIES_BUDGET


def test_every_metric_is_in_the_table(service: Running) -> None:
    """The table in deploy/README.md is made of it; `process_…` are the client library's own."""
    named = set(re.findall(r"^# TYPE (\S+) (?!gauge created)", metrics(service), re.MULTILINE))
    own = {name for name in named if not name.startswith("process_") and "_created" not in name}
    assert own == {each.name for each in INSTRUMENTS} - WHERE_CONFIGURED
