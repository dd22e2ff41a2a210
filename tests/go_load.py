"""A load whose client is not Python's: `tests/load/main.go`, built, tells how every call ended."""

import base64
import json
import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import pytest

from lems_guard.answering.contract import CHECK_SERVICE
from lems_guard.v1 import prescription_pb2
from system_programs import program

SOURCE = Path(__file__).parent / "load" / "main.go"
PACKAGES = Path("/usr/share/gocode")  # where Debian puts Go's libraries
LIBRARY = PACKAGES / "src/google.golang.org/grpc"
BUILT_BEFORE = Path(tempfile.gettempdir()) / "lems-guard-go-cache"
LONGEST_LIST = 10
DRUGS = ("metoprolol", "gentamicin", "ciprofloxacin", "prednisone", "lisinopril", "warfarin")


def lists(number: int) -> list[str]:
    """Prescriptions of which no two are alike, serialised, as the client reads them."""
    found = []
    for each in range(number):
        request = prescription_pb2.CheckPrescriptionRequest(as_of="2026-11-21")
        request.patient.weight_kg = 40 + each / 100
        for place in range(LONGEST_LIST):
            drug, dose = DRUGS[(each + place) % len(DRUGS)], 5 + (each * 7 + place) % 95
            request.active.add(id=f"a{place}", text=f"{drug} {dose} mg po bid")
        found.append(base64.b64encode(request.SerializeToString()).decode())
    return found


class GoClient:
    """The client, built."""

    def __init__(self, folder: Path) -> None:
        """Skips the test, or fails it in CI, where Go or its libraries are missing."""
        go = program("go")
        if not LIBRARY.is_dir():
            assert os.environ.get("CI") != "true", "golang-google-grpc-dev: see .ci/run"
            pytest.skip("golang-google-grpc-dev is not installed")
        self._client, self._requests = folder / "load", folder / "requests.json"
        self._requests.write_text(json.dumps(lists(3000)))
        environment = os.environ | {"GO111MODULE": "off", "GOPATH": str(PACKAGES)}
        environment["GOCACHE"] = str(BUILT_BEFORE)
        built = [go, "build", "-o", str(self._client), str(SOURCE)]
        subprocess.run(built, env=environment, check=True, timeout=600)

    def put(self, target: str, **flags: float) -> dict[str, Any]:
        """What became of the calls of one load on a target."""
        named = {"target": target, "requests": str(self._requests)} | flags
        method = f"/{CHECK_SERVICE}/CheckPrescription"
        words = [f"-{name}={value}" for name, value in named.items()]
        done = subprocess.run(
            [self._client, f"-method={method}", *words],
            stdout=subprocess.PIPE,
            check=True,
            timeout=120,
        )
        told: dict[str, Any] = json.loads(done.stdout)
        return told
