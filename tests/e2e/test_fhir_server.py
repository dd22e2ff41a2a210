"""What was not sent is fetched from a FHIR server that nobody here wrote: Medplum's, in memory."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edges.order_entry.calling import LEMS, ORDER_SIGN, order, send, sign
from edges.order_entry.schema import checked, outcome
from running import Running, start, stop
from system_programs import program

FOLDER = Path(__file__).parent / "medplum"
INSTALL = ("ci", "--ignore-scripts", "--no-audit", "--no-fund")


def patient(own_id: str) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": own_id, "birthDate": "1965-02-03", "gender": "female"}


def of(own_id: str, resource: dict[str, Any]) -> dict[str, Any]:
    return resource | {"subject": {"reference": f"Patient/{own_id}"}}


MEDICATION = {"resourceType": "Medication", "id": "m1", "code": {"text": "amifampridine 10 mg"}}
TAKEN = {
    "resourceType": "MedicationRequest",
    "id": "a1",
    "status": "active",
    "intent": "order",
    "medicationReference": {"reference": "Medication/m1"},
    "dosageInstruction": [{"text": "10 mg by mouth three times a day"}],
}
HELD = [
    *map(patient, ("lems-1", "inferred-1", "other-1")),
    of("lems-1", LEMS),
    of("lems-1", TAKEN),
    of("inferred-1", TAKEN | {"id": "a2"}),
    of("other-1", order("simvastatin 20 mg po daily", "a3", status="active")),
    MEDICATION,
]


@pytest.fixture(scope="module")
def fhir_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where Medplum's FHIR server listens; it is installed by its lock file."""
    npm, node = program("npm"), program("node")
    folder = tmp_path_factory.mktemp("medplum")
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True)
    installed = subprocess.run(
        [npm, *INSTALL], cwd=folder, capture_output=True, text=True, check=False
    )
    if installed.returncode:
        assert os.environ.get("CI") != "true", installed.stderr
        pytest.skip("Medplum's FHIR server cannot be installed here")
    with subprocess.Popen(
        [node, "server.mjs"], cwd=folder, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(json.dumps(HELD))
        process.stdin.close()
        yield f"127.0.0.1:{int(process.stdout.readline())}"
        process.kill()


@pytest.fixture(scope="module")
def reading(fhir_server: str) -> Iterator[Running]:
    """A service that may read from it."""
    running = start(LEMS_GUARD_CDS_HOOKS_AUTH="off", LEMS_GUARD_CDS_HOOKS_FHIR_SERVERS=fhir_server)
    yield running
    stop(running)


def called(patient_id: str, at: str, draft: str) -> dict[str, Any]:
    call = sign(order(draft), fhirServer=f"http://{at}/fhir", prefetch={})
    call["context"]["patientId"] = patient_id
    return call


@pytest.mark.parametrize("patient_id", ["lems-1", "inferred-1"])
def test_a_record_is_fetched_and_judged(
    reading: Running, fhir_server: str, patient_id: str
) -> None:
    """The active drug is told by a reference to its Medication alone."""
    call = called(patient_id, fhir_server, "bupropion 150 mg po bid")
    cards = checked(send(reading.http_at, ORDER_SIGN, call).content)
    assert any("bupropion beside amifampridine" in card.summary for card in cards)


def test_for_a_patient_without_lems_nothing_is_said(reading: Running, fhir_server: str) -> None:
    call = called("other-1", fhir_server, "bupropion 150 mg po bid")
    assert checked(send(reading.http_at, ORDER_SIGN, call).content) == []


def test_a_server_that_is_gone_is_no_empty_record(reading: Running) -> None:
    call = called("lems-1", "127.0.0.1:9", "bupropion 150 mg po bid")
    reply = send(reading.http_at, ORDER_SIGN, call)
    assert reply.status == 412
    assert "nothing was checked" in outcome(reply.content)
