"""`probe` and `healthcheck`, against services that answer rightly, wrongly, not at all."""

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib import resources
from pathlib import Path
from typing import TypeAlias

import pytest

from certificates import Authority
from cli.conftest import Run
from running import Running, start, stop
from waiting import until

Healthy: TypeAlias = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def health(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Where the service tells of its health besides."""
    return f"unix:{tmp_path_factory.mktemp('health')}/socket"


@pytest.fixture(scope="module")
def service(health: str) -> Iterator[Running]:
    running = start(LEMS_GUARD_METRICS_LISTEN=health)
    yield running
    stop(running)


def test_the_known_prescription_is_answered_as_expected(lems_guard: Run, service: Running) -> None:
    ran = lems_guard("probe", "--server", service.grpc_at)
    assert ran.code == 0, ran.out
    assert re.fullmatch(r"as expected, by knowledge base \S+ \(digest \w+\)\n", ran.out)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda told: told["alerts"].pop(), "said, and not expected: telithromycin"),
        (lambda told: told["alerts"][0].update(severity="SEVERITY_AVOID"), "AVOID, ESTABLISHED"),
        (lambda told: told["alerts"][0].update(certainty="CERTAINTY_POSSIBLE"), ", POSSIBLE"),
        (lambda told: told["alerts"][0].update(drug="ibuprofen"), "not said: ibuprofen"),
        (lambda told: told["medications"].pop(), "said, and not expected: order 3 EVALUATED"),
        (lambda told: told.update(completeness="COMPLETENESS_INCOMPLETE"), "not said: INCOMPLETE"),
    ],
    ids=["an alert more", "severity", "certainty", "drug", "an order more", "completeness"],
)
def test_any_other_answer_is_wrong(
    lems_guard: Run, service: Running, tmp_path: Path, wrong: object, said: str
) -> None:
    known = json.loads(packaged())
    assert callable(wrong)
    wrong(known["expected"])
    ran = asked_of(lems_guard, service, known, tmp_path)
    assert ran.startswith("1 WRONG ANSWER, do not rely on it:\n"), ran
    assert said in ran


def test_a_prescription_of_the_sites_own_is_compared_with_what_check_printed(
    lems_guard: Run, service: Running, tmp_path: Path
) -> None:
    request, right = tmp_path / "request.json", tmp_path / "right.json"
    request.write_text(json.dumps({"proposed": [{"id": "a", "text": "metoprolol 50 mg po bid"}]}))
    right.write_text(lems_guard("check", "--request", request, "--json").out)
    ran = lems_guard(
        "probe", "--server", service.grpc_at, "--request", request, "--expected", right
    )
    assert ran.code == 0, ran.out


def asked_of(lems_guard: Run, service: Running, known: dict[str, object], folder: Path) -> str:
    """The exit code and the words of a probe by a prescription of one's own."""
    for name in ("request", "expected"):
        (folder / name).write_text(json.dumps(known[name]))
    told = ("--request", folder / "request", "--expected", folder / "expected")
    ran = lems_guard("probe", "--server", service.grpc_at, *told)
    return f"{ran.code} {ran.out}"


def packaged() -> str:
    return resources.files("lems_guard.cli").joinpath("probe.json").read_text("utf-8")


def test_no_answer_is_not_a_wrong_one(lems_guard: Run, tmp_path: Path) -> None:
    told = tmp_path / "probe.prom"
    with socket.create_server(("127.0.0.1", 0)) as hung:
        where = f"127.0.0.1:{hung.getsockname()[1]}"
        ran = lems_guard("probe", "--server", where, "--timeout", "0.3", "--textfile", told)
    assert ran.code == 4
    assert "no answer within 0.3 seconds" in ran.out
    assert "\nlems_guard_probe_exit_code 4\n" in told.read_text()
    assert lems_guard("probe", "--server", where).code == 4, "nobody listens there any more"


def test_a_service_that_does_not_know_who_asks_gives_no_answer(
    lems_guard: Run, tmp_path: Path
) -> None:
    callers = tmp_path / "callers.yaml"
    callers.write_text("callers: []\n")
    running = start(LEMS_GUARD_CALLERS=str(callers))
    try:
        ran = lems_guard("probe", "--server", running.grpc_at)
    finally:
        stop(running)
    assert ran.code == 4
    assert "does not know who asks" in ran.out


def test_a_request_that_is_refused_is_told(
    lems_guard: Run, service: Running, tmp_path: Path
) -> None:
    known: dict[str, object] = {"request": {"proposed": []}, "expected": {}}
    ran = asked_of(lems_guard, service, known, tmp_path)
    assert ran.startswith("4 no answer: ")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "--server"),
        (("--server", "127.0.0.1:1", "--request", "x"), "belong together"),
        (("--server", "127.0.0.1:1", "--request", "no", "--expected", "no"), "No such file"),
        (("--server", "127.0.0.1:1", "--request", "a", "--expected", "b"), "--expected b"),
    ],
)
def test_usage_is_told(
    lems_guard: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a").write_text("{}")
    (tmp_path / "b").write_text('{"alertz": []}')
    ran = lems_guard("probe", *arguments)
    assert ran.code == 2
    assert said in ran.err


@pytest.fixture
def healthy(lems_guard: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """The exit code and the words of `healthcheck` with some settings."""

    def asked(**settings: str) -> tuple[int, str]:
        for name, value in settings.items():
            monkeypatch.setenv(name, value)
        ran = lems_guard("healthcheck")
        return ran.code, ran.out

    return asked


def test_a_service_that_takes_calls_is_well(program: Run, service: Running) -> None:
    ran = program("healthcheck", LEMS_GUARD_HTTP_LISTEN=service.http_at)
    assert ran.code == 0
    assert ran.out == f"{service.http_at}: knowledge base ready, accepting calls ready\n"


def test_all_addresses_of_this_machine_are_asked_at_one(healthy: Healthy, service: Running) -> None:
    port = service.http_at.rpartition(":")[2]
    assert healthy(LEMS_GUARD_HTTP_LISTEN=f"0.0.0.0:{port}")[0] == 0


def test_a_port_for_health_alone_is_asked(healthy: Healthy, service: Running, health: str) -> None:
    assert service.process.poll() is None
    nobody = {"LEMS_GUARD_HTTP_LISTEN": "127.0.0.1:1"}
    assert healthy(LEMS_GUARD_METRICS_LISTEN=health, **nobody)[0] == 0


def test_a_service_that_drains_is_not_well(healthy: Healthy) -> None:
    running = start(LEMS_GUARD_DRAIN_NOTICE_SECONDS="3600")
    try:
        running.process.terminate()
        until(lambda: any('"draining"' in line for line in list(running.log)))
        until(lambda: healthy(LEMS_GUARD_HTTP_LISTEN=running.http_at)[0] == 1)
        _, said = healthy(LEMS_GUARD_HTTP_LISTEN=running.http_at)
    finally:
        running.process.kill()  # it would go on draining for an hour
        stop(running)
    assert "accepting calls not ready" in said


def test_nobody_and_somebody_else_are_not_well(healthy: Healthy) -> None:
    other = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    serving = threading.Thread(target=other.serve_forever)
    serving.start()
    where = f"127.0.0.1:{other.server_port}"
    code, said = healthy(LEMS_GUARD_HTTP_LISTEN=where)
    other.shutdown()
    serving.join()
    other.server_close()
    assert (code, said) == (1, f"{where}: what answers is no LEMS Guard\n")
    code, said = healthy(LEMS_GUARD_HTTP_LISTEN=where)
    assert code == 1
    assert "Connection refused" in said


def test_over_tls_whoever_is_asked_for_a_certificate_is_told(
    healthy: Healthy, tmp_path: Path
) -> None:
    authority = Authority(tmp_path / "authority")
    tls = authority.issued("guard", "DNS:guard.example.org").settings()
    tls |= {"LEMS_GUARD_TLS_CLIENT_CA": str(authority.certificate)}
    running = start(**tls, LEMS_GUARD_METRICS_LISTEN="127.0.0.1:0")
    serving = json.loads(running.log[-1])
    try:
        assert healthy(**tls, LEMS_GUARD_METRICS_LISTEN=serving["metrics"])[0] == 0
        asked = {"LEMS_GUARD_METRICS_LISTEN": "", "LEMS_GUARD_HTTP_LISTEN": running.http_at}
        code, said = healthy(**tls, **asked)
    finally:
        stop(running)
    assert code == 1
    assert "LEMS_GUARD_METRICS_LISTEN is a port that does not" in said
