"""The conformance requests: right as the service answers them, and no adapter's fault passes."""

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.json_format import MessageToDict, ParseDict

from conformance import run
from lems_guard.answering.proto_json import read_request
from lems_guard.cli.site_settings import in_process
from lems_guard.clinical.errors import InvalidRequest
from lems_guard.editions.library import Edition
from lems_guard.settings import Settings
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard_client import Client, FakeLemsGuard, InvalidRequestError
from lems_guard_client.v1 import prescription_pb2 as theirs
from running import COMMAND, Running, start, stop
from waiting import PATIENCE

LINES = run.prescriptions()
RUNNER = [sys.executable, run.__file__]
Value = dict[str, Any]


@cache
def checker() -> Any:  # noqa: ANN401
    return in_process(Settings.from_environment())


def told(request: Value) -> Value:
    """What the service's own engine says."""
    try:
        response = checker().check(read_request(json.dumps(request).encode()))
    except InvalidRequest as refused:
        return {
            "error": {"code": 3, "fieldViolations": [each._asdict() for each in refused.violations]}
        }
    return {"response": MessageToDict(response)}


def test_there_are_sixty_each_with_its_reason_and_its_rules(edition: Edition) -> None:
    assert len(LINES) == len({line["name"] for line in LINES}) == 60
    assert all(line["why"].endswith((".", "?")) for line in LINES)
    named = {rule for line in LINES for rule in line.get("rules", [])}
    assert named <= {rule.id for rule in edition.knowledge.rules}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line["name"])
def test_the_service_answers_as_is_right(line: Value) -> None:
    assert list(run.wrong(line["expected"], told(line["request"]))) == [], line["why"]


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    running = start()
    yield running
    stop(running)


def test_the_runner_asks_a_service(service: Running) -> None:
    ran = subprocess.run(
        [*RUNNER, f"http://{service.http_at}"], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (0, "60 of 60 right\n")


def test_the_runner_asks_a_program() -> None:
    """`batch` is one that takes the same lines."""
    asked = [*RUNNER, "--", str(COMMAND), "batch", "-", "-"]
    ran = subprocess.run(asked, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (0, "60 of 60 right\n"), ran.stderr


def test_a_program_that_says_nothing_has_nothing_right() -> None:
    ran = subprocess.run([*RUNNER, "--", "true"], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stdout.endswith("0 of 60 right\n")


def test_the_fake_of_the_client_answers_the_same() -> None:
    with FakeLemsGuard() as fake, Client(fake.target, deadline=PATIENCE) as client:
        for line in LINES:
            try:
                response = client.check(
                    ParseDict(line["request"], theirs.CheckPrescriptionRequest())
                )
                answer: Value = {"response": MessageToDict(response)}
            except InvalidRequestError as refused:
                fields = [{"field": each.field} for each in refused.violations]
                answer = {"error": {"code": 3, "fieldViolations": fields}}
            assert list(run.wrong(line["expected"], answer)) == [], line["name"]


# What adapters forget: a field that is not passed on, anywhere.
OF_PATIENT = [f"patient.{field.json_name}" for field in wire.Patient.DESCRIPTOR.fields]
OF_ORDERS = [f"*.{field.json_name}" for field in wire.Medication.DESCRIPTOR.fields]
OF_REQUEST = [field.json_name for field in wire.CheckPrescriptionRequest.DESCRIPTOR.fields]
# Why an order is given decides what is offered in its place, which is not compared.
NOT_SEEN = {"*.indication"}


def without(request: Value, path: str) -> Value:
    changed = copy.deepcopy(request)
    where, _, name = path.rpartition(".")
    if where == "*":
        for each in ("proposed", "active", "stopped"):
            for order in changed.get(each, []):
                order.pop(name, None)
    else:
        (changed.get(where, {}) if where else changed).pop(name, None)
    return changed


@pytest.mark.parametrize("path", sorted({*OF_PATIENT, *OF_ORDERS, *OF_REQUEST} - NOT_SEEN))
def test_an_adapter_that_forgets_a_field_is_found(path: str) -> None:
    changed = [(line, without(line["request"], path)) for line in LINES]
    found = [
        line["name"]
        for line, request in changed
        if request != line["request"] and list(run.wrong(line["expected"], told(request)))
    ]
    assert found, f"no line needs {path}"


RIGHT = {
    "response": {
        "completeness": "COMPLETENESS_COMPLETE",
        "alerts": LINES[0]["expected"]["alerts"],
        "medications": [{"id": "p1", "disposition": "DISPOSITION_EVALUATED"}],
    }
}
REFUSED = {"error": {"code": 3, "fieldViolations": [{"field": "as_of"}]}}


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (RIGHT, []),
        ({}, ["not answered: nothing came"]),
        (REFUSED, [f"not answered: {REFUSED['error']}"]),
        ({"response": RIGHT["response"] | {"alerts": []}}, ["missing: SEVERITY_AVOID"]),
        (
            {"response": RIGHT["response"] | {"completeness": "COMPLETENESS_INCOMPLETE"}},
            ["COMPLETENESS_INCOMPLETE, expected"],
        ),
        (
            {
                "response": RIGHT["response"]
                | {"medications": [{"id": "p1", "disposition": "DISPOSITION_UNRESOLVED"}]}
            },
            ["not understood: ['p1'], expected []"],
        ),
    ],
)
def test_a_wrong_answer_is_told(answer: Value, said: list[str]) -> None:
    found = list(run.wrong(LINES[0]["expected"], answer))
    assert len(found) == len(said)
    for each, words in zip(found, said, strict=True):
        assert each.startswith(words)


def test_a_needless_alert_and_an_answered_fault_are_told() -> None:
    quiet = {"alerts": [], "completeness": "COMPLETENESS_COMPLETE", "gaps": ["route"]}
    found = list(run.wrong(quiet, RIGHT))
    assert found[0].startswith("too much: SEVERITY_AVOID")
    assert found[1] == "does not say what is not known: route"
    fault = {"code": 3, "fields": ["as_of"]}
    assert list(run.wrong(fault, REFUSED)) == []
    assert list(run.wrong(fault, RIGHT)) == ["answered, where it must be refused: as_of"]


def test_the_runner_stands_alone(tmp_path: Path) -> None:
    """Whoever takes the two files along needs nothing else."""
    for file in ("run.py", "prescriptions.ndjson"):
        (tmp_path / file).write_bytes(Path(run.__file__).with_name(file).read_bytes())
    ran = subprocess.run(
        [sys.executable, "-I", tmp_path / "run.py", "--"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "Proves an adapter" in ran.stderr
