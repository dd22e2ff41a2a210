"""The journal of a real service: who, what, by which rules, by every edge, on any disk."""

import hashlib
import json
import re
import resource
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from callers.issuing import write
from e2e_calls import got, posted
from edges.http.calling import JSON, send
from edges.order_entry.calling import order, sign
from lems_guard_client import Client
from running import Running, ended, start, stop
from secured import REQUEST
from steady_load import steady_load
from waiting import until

TOKEN = "a token of the pharmacy"  # noqa: S105
REPORT = {
    "outcomeId": "1",
    "alertId": "0123456789abcdef",
    "ruleIds": ["beta-blocker-weakness", "Jane-Doe-1961"],
    "verdict": "ALERT_VERDICT_OVERRIDDEN",
    "reason": "OVERRIDE_REASON_EMERGENCY",
}
HOOK = sign(order("metoprolol 50 mg po bid"))


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "decisions.jsonl"


@pytest.fixture
def service(tmp_path: Path, journal: Path) -> Iterator[Running]:
    known = {
        "name": "pharmacy",
        "token_sha256": hashlib.sha256(TOKEN.encode()).hexdigest(),
        "roles": ["check", "feedback"],
    }
    callers = write(tmp_path, known)
    running = start(LEMS_GUARD_JOURNAL=str(journal), LEMS_GUARD_CALLERS=str(callers))
    yield running
    stop(running)


def records(journal: Path, kind: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
    return [line for line in lines if line["kind"] == kind]


def shown() -> dict[str, Any]:
    """The record that the runbook shows."""
    page = Path(__file__).parents[2].joinpath("deploy/OPERATING.md").read_text("utf-8")
    (block,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    record: dict[str, Any] = json.loads(block)
    return record


def test_every_edge_leaves_its_decisions_and_reports(service: Running, journal: Path) -> None:
    with Client(service.grpc_at, token=TOKEN, deadline=60) as asking:
        answer = asking.check(REQUEST)
        assert len(list(asking.check_all([REQUEST]))) == 1
    assert posted(service, TOKEN).status == 200
    hooked = {**JSON, "authorization": f"Bearer {TOKEN}"}
    path = "/cds-services/lems-guard-order-sign"
    assert '"cards"' in send(service.http_at, path, json.dumps(HOOK), hooked).text
    report = send(
        service.http_at, "/v1/AlertService/RecordAlertOutcome", json.dumps(REPORT), hooked
    )
    assert report.status == 200
    until(lambda: records(journal, "outcome"))
    found = records(journal, "decision")
    assert all(list(each) == list(shown()) for each in found), "as the runbook shows one"
    assert len(found) == 4
    assert {each["caller"] for each in found} == {"pharmacy"}
    first = found[0]
    assert first["decision"] == answer.decision_id
    assert first["digest"] == answer.knowledge_base.digest
    assert first["rules"] == [["beta-blocker-weakness", "AVOID"]]
    assert first["completeness"] in {"COMPLETE", "INCOMPLETE"}
    [outcome] = records(journal, "outcome")
    assert outcome["rules"] == ["beta-blocker-weakness"], "ids of our own alone"
    assert (outcome["verdict"], outcome["reason"]) == ("OVERRIDDEN", "EMERGENCY")
    assert outcome["caller"] == "pharmacy"
    told = ended("journal", "find", str(journal), "--decision", answer.decision_id)
    assert told.returncode == 0
    assert json.loads(told.stdout.splitlines()[0]) == first
    for nothing in (("--caller", "nobody"), ("--since", "2999"), ("--rule", "none")):
        assert ended("journal", "find", str(journal), *nothing).returncode == 1
    last = ended("journal", "verify", str(journal), "--holds", outcome["hash"])
    assert last.returncode == 0, last.stdout
    assert outcome["hash"] in last.stdout
    assert ended("journal", "verify", str(journal), "--holds", "f" * 64).returncode == 2


def test_a_disk_that_is_full_changes_no_answer_and_is_seen(service: Running, journal: Path) -> None:
    assert posted(service, TOKEN).status == 200
    until(lambda: records(journal, "decision"))
    size, (_, hard) = journal.stat().st_size, resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (size + 50, hard))
    before = posted(service, TOKEN).text
    until(lambda: "the journal cannot be written" in got(service, "/readyz").text)
    assert posted(service, TOKEN).text == before
    assert json.loads(got(service, "/readyz").text)["ready"]
    metrics = got(service, "/metrics").text
    assert "lems_guard_journal_stuck 1.0" in metrics
    assert "lems_guard_journal_lost_total 0.0" in metrics
    resource.prlimit(service.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
    until(lambda: len(records(journal, "decision")) == 3)
    assert "journal" not in got(service, "/readyz").text
    assert ended("journal", "verify", str(journal)).returncode == 0


def test_a_kill_leaves_nothing_torn_that_is_trusted(tmp_path: Path, journal: Path) -> None:
    for _ in range(3):
        running = start(LEMS_GUARD_JOURNAL=str(journal))
        with steady_load(running.grpc_at) as load:
            load.wait_for(200)
            running.process.send_signal(signal.SIGKILL)
            running.process.wait()
        stop(running)
    told = ended("journal", "verify", str(journal))
    assert told.returncode == 0, told.stdout
    assert ": whole" in told.stdout
    assert len(records_of(journal)) > 100
    refused = ended("journal", "verify", str(tmp_path / "none"))
    assert refused.returncode == 2


def records_of(journal: Path) -> list[bytes]:
    return [line for line in journal.read_bytes().splitlines() if b'"decision":' in line]


def test_another_process_may_not_write_it(service: Running, journal: Path) -> None:
    refused = ended(
        "serve",
        LEMS_GUARD_JOURNAL=str(journal),
        LEMS_GUARD_GRPC_LISTEN="127.0.0.1:0",
        LEMS_GUARD_HTTP_LISTEN="127.0.0.1:0",
    )
    assert service.process.poll() is None
    assert refused.returncode == 2
    assert "another process writes it" in refused.stderr
