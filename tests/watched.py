"""A service with a real Redis, watched by a real Prometheus, under traffic of every kind."""

import contextlib
import json
import math
import subprocess
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc

from edges.order_entry.calling import order, send, sign
from lems_guard.v1 import alert_service_pb2, alert_service_pb2_grpc
from lems_guard.v1 import interaction_check_service_pb2 as wire
from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard.v1 import prescription_pb2 as prescription
from redis_servers import alone
from running import Running, start, stop
from system_programs import connected, fetched, free_port, program

PROMETHEUS = Path(__file__).parents[1] / "deploy" / "prometheus"
TEXTS = (
    "metoprolol 50 mg po bid",
    "lisinopril 10 mg po daily",
    "ciprofloxacin 500 mg po bid",
    "amoxicillin 500 mg po tid",
    "magnesium sulfate 2 g iv",
    "omeprazole 20 mg po daily",
    "bupropion xl 150 mg po daily",
    "metformin 500 mg po bid",
    "metoprolool 50 mg",
    "levothyroxine 50 mcg po daily",
    "gentamicin 240 mg iv daily",
    "paracetamol 1 g po qid",
    "tramadol 50 mg po prn",
    "xyzzy",
    "timolol 0.5 % eye drops bid",
)
PATIENTS = (
    prescription.Patient(age_years=61, seizure_history="ANSWER_NO"),
    prescription.Patient(age_years=48, weight_kg=70, seizure_history="ANSWER_YES"),
    prescription.Patient(age_years=72, creatinine_clearance_ml_min=45, seizure_history="ANSWER_NO"),
    prescription.Patient(),
)


class Watched:
    """The service and what Prometheus knows of it."""

    def __init__(self, services: list[Running], prometheus: str) -> None:
        self.services = services
        self.prometheus = prometheus

    def ask(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """The series of an expression now, and their values."""
        return [
            (each["metric"], float(each["value"][1]))
            for each in self._asked("query", query=expression)["result"]
        ]

    def ask_range(
        self, expression: str, seconds: float
    ) -> list[tuple[dict[str, str], list[tuple[float, float]]]]:
        """The series of an expression over the last seconds."""
        now = time.time()
        asked = self._asked(
            "query_range", query=expression, start=str(now - seconds), end=str(now), step="1"
        )
        return [
            (each["metric"], [(float(at), float(value)) for at, value in each["values"]])
            for each in asked["result"]
        ]

    def rules(self) -> list[dict[str, Any]]:
        """Every rule, as Prometheus evaluated it."""
        groups = json.loads(fetched(f"{self.prometheus}/api/v1/rules"))["data"]["groups"]
        return [rule for group in groups for rule in group["rules"]]

    def _asked(self, path: str, **parameters: str) -> dict[str, Any]:
        query = urllib.parse.urlencode(parameters)
        return dict(json.loads(fetched(f"{self.prometheus}/api/v1/{path}?{query}"))["data"])


@contextlib.contextmanager
def watched(replicas: int = 1) -> Iterator[Watched]:
    """Replicas of the service, their Redis and their Prometheus."""
    with contextlib.ExitStack() as stack:
        redis = stack.enter_context(alone())
        services = []
        for _ in range(replicas):
            service = start(
                LEMS_GUARD_REDIS_URL=redis.url,
                LEMS_GUARD_CACHE_KEY="0123456789abcdef" * 4,
                LEMS_GUARD_CDS_HOOKS_AUTH="off",
            )
            stack.callback(stop, service)
            services.append(service)
        outside = stack.enter_context(blackbox())
        yield Watched(services, stack.enter_context(prometheus(services, outside)))


@contextlib.contextmanager
def blackbox() -> Iterator[str]:
    """What asks from outside, by the shipped rule."""
    listen = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        [
            program("prometheus-blackbox-exporter"),
            f"--config.file={PROMETHEUS}/blackbox.yaml",
            f"--web.listen-address={listen}",
            "--log.level=error",
        ]
    )
    try:
        connected(listen)
        yield listen
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def prometheus(services: list[Running], outside: str) -> Iterator[str]:
    """The shipped configuration, but for the targets, the alert manager and the pace."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("recording.yaml", "alerts.yaml"):
            (Path(folder) / name).write_bytes((PROMETHEUS / name).read_bytes())
        shipped = (PROMETHEUS / "prometheus.yaml").read_text("utf-8")
        here = {
            "lems-guard-1:9090, lems-guard-2:9090": ", ".join(each.http_at for each in services),
            "haproxy:8088": services[0].http_at,
            "blackbox:9115": outside,
            "[alertmanager:9093]": "[]",
            "_interval: 15s": "_interval: 1s",
            "_interval: 60s": "_interval: 5s",
            "_timeout: 15s": "_timeout: 5s",
        }
        for there, moved in here.items():
            assert there in shipped, there
            shipped = shipped.replace(there, moved)
        (Path(folder) / "prometheus.yaml").write_text(shipped, "utf-8")
        process = subprocess.Popen(
            [
                program("prometheus"),
                f"--config.file={folder}/prometheus.yaml",
                f"--storage.tsdb.path={folder}/data",
                f"--web.listen-address=127.0.0.1:{port}",
                "--log.level=error",
            ]
        )
        try:
            fetched(f"http://127.0.0.1:{port}/-/ready")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()


def request(turn: int) -> prescription.CheckPrescriptionRequest:
    """A prescription like no other, but for some that one of two replicas was asked before."""
    number = turn - (30 if turn % 3 == 0 else 31 if turn % 5 == 0 else 0)
    texts = TEXTS[number % len(TEXTS)], TEXTS[number // 3 % len(TEXTS)], f"lisinopril {number} mg"
    return prescription.CheckPrescriptionRequest(
        patient=PATIENTS[number // 2 % len(PATIENTS)],
        proposed=[prescription.Medication(id=f"p{at}", text=text) for at, text in enumerate(texts)],
        active=[prescription.Medication(id="a", text="Firdapse 20 mg 4x/day")],
    )


def drive(services: list[Running], seconds: float) -> None:
    """Ask each in turn, alone, as a stream and by hooks, refused ones too; report outcomes."""
    end, turn = time.monotonic() + seconds, 0
    with contextlib.ExitStack() as stack:
        channels = [stack.enter_context(each.channel()) for each in services]
        while time.monotonic() < end:
            turn += 1
            channel = channels[turn % len(channels)]
            check = rpc.InteractionCheckServiceStub(channel)
            answer = check.CheckPrescription(request(turn))
            report(channel, turn, [alert.findings[0].rule_id for alert in answer.alerts])
            if turn % 20 == 0:
                items = [wire.CheckPrescriptionStreamRequest(request=request(turn))] * 5
                list(check.CheckPrescriptionStream(iter(items)))
                with contextlib.suppress(grpc.RpcError):
                    check.CheckPrescription(prescription.CheckPrescriptionRequest())
                order_and_sign(services[turn % len(services)], turn)
            time.sleep(0.02 + 0.015 * math.sin(turn / 60))


def order_and_sign(service: Running, turn: int) -> None:
    """Choose an order, and sign it without seeing its cards again, as the client asks."""
    for hook, option in (
        ("order-select", "cache-for-order-sign-filtering"),
        ("order-sign", "filter-out-repeated-alerts"),
    ):
        call = sign(order("metoprolol 50 mg po bid"), hook=hook)
        call["context"] |= {"encounterId": f"e{turn}", "selections": ["MedicationRequest/m1"]}
        call["extension"] = {"pddi-configuration-items": {option: True}}
        reply = send(service.http_at, f"/cds-services/lems-guard-{hook}", call)
        assert reply.status == 200


def report(channel: grpc.Channel, turn: int, rules: list[str]) -> None:
    """Override some alerts and accept others."""
    stub: Any = alert_service_pb2_grpc.AlertServiceStub(channel)
    for rule in rules:
        overridden = (turn + len(rule)) % 3 != 0
        stub.RecordAlertOutcome(
            alert_service_pb2.RecordAlertOutcomeRequest(
                outcome_id=f"{turn}-{rule}",
                alert_id="0123456789abcdef",
                rule_ids=[rule],
                verdict="ALERT_VERDICT_OVERRIDDEN" if overridden else "ALERT_VERDICT_ACCEPTED",
                reason="OVERRIDE_REASON_WILL_MONITOR" if overridden else None,
            )
        )
