"""The client as a package: of the service's version and contract, and able to stand alone."""

import os
import re
import subprocess
import sys
import tomllib
from importlib import resources
from pathlib import Path

import pytest

import lems_guard
import lems_guard_client
from lems_guard.v1 import prescription_pb2 as ours
from lems_guard_client import FakeLemsGuard
from lems_guard_client.v1 import prescription_pb2 as theirs

ROOT = Path(__file__).parents[2]
CLIENT = ROOT / "service/client"
PAGE = (CLIENT / "README.md").read_text("utf-8")
STUBS = sorted((CLIENT / "lems_guard_client/v1").glob("*_pb2*.py"))
KEPT = ("PIP_", "SSL_", "HTTP", "REQUESTS_")


def test_the_service_asks_for_the_client_of_its_own_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert lems_guard_client.__version__ == lems_guard.__version__
    assert f"lems-guard-client=={lems_guard.__version__}" in project["dependencies"]


@pytest.mark.parametrize("stub", STUBS, ids=lambda path: path.name)
def test_both_packages_hold_the_same_contract(stub: Path) -> None:
    """Two descriptions of one message in a process would end in a TypeError."""
    service = ROOT / "service/lems_guard/v1" / stub.name
    renamed = service.read_text("utf-8").replace(
        "\nfrom lems_guard.v1 import ", "\nfrom lems_guard_client.v1 import "
    )
    assert stub.read_text("utf-8") == renamed


def test_the_clients_stubs_are_all_there() -> None:
    service = (ROOT / "service/lems_guard/v1").glob("*_pb2*.py")
    assert {stub.name for stub in STUBS} == {stub.name for stub in service}


def test_a_message_is_the_same_class_in_both() -> None:
    classes: set[object] = {theirs.CheckPrescriptionRequest, ours.CheckPrescriptionRequest}
    assert len(classes) == 1


def test_the_package_carries_the_protos() -> None:
    for proto in (ROOT / "proto/lems_guard/v1").glob("*.proto"):
        carried = resources.files(lems_guard_client) / "proto/lems_guard/v1" / proto.name
        assert carried.read_text("utf-8") == proto.read_text("utf-8")


def examples() -> list[str]:
    return re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


def test_the_first_example_runs_as_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    first = examples()[0]
    with FakeLemsGuard() as fake:
        exec(first.replace("127.0.0.1:50051", fake.target), {})  # noqa: S102 - our own page
    (asked,) = fake.asked
    assert asked.proposed[0].text == "metoprolol 50 mg po bid"
    assert "not all could be checked" in capsys.readouterr().out


def test_every_example_is_python() -> None:
    assert len(examples()) == 3
    for example in examples():
        compile(example, "README.md", "exec")


ALONE = """
import sys
from lems_guard_client import Client, FakeLemsGuard
from lems_guard_client.v1.prescription_pb2 import CheckPrescriptionRequest, Medication

request = CheckPrescriptionRequest(proposed=[Medication(id="1", text="metoprolol")])
with FakeLemsGuard() as fake, Client(fake.target, deadline=20) as client:
    print(client.check(request).medications[0].id, len(list(client.check_all([request] * 3))))
assert "lems_guard" not in sys.modules
"""


def run(*command: str | Path, at: Path) -> str:
    kept = {name: value for name, value in os.environ.items() if name.startswith(KEPT)}
    environment = kept | {"HOME": str(at), "PATH": os.environ["PATH"]}
    ran = subprocess.run(
        command, cwd=at, env=environment, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_the_wheel_works_in_an_empty_environment(tmp_path: Path) -> None:
    """Built from its own folder, and installed with what it says that it needs."""
    wheels = ("wheel", "--quiet", "--no-deps", "--wheel-dir", tmp_path)
    run(sys.executable, "-m", "pip", *wheels, CLIENT, at=tmp_path)
    (wheel,) = tmp_path.glob("lems_guard_client-*.whl")
    run(sys.executable, "-m", "venv", tmp_path / "empty", at=tmp_path)
    python = tmp_path / "empty/bin/python"
    lock = (ROOT / "deploy/development.txt").read_text("utf-8")
    versions = tmp_path / "versions.txt"  # without hashes, since the wheel itself has none there
    versions.write_text("\n".join(re.findall(r"^\S+==\S+", lock, re.MULTILINE)), "utf-8")
    run(python, "-m", "pip", "install", "--quiet", wheel, "-c", versions, at=tmp_path)
    assert run(python, "-c", ALONE, at=tmp_path) == "1 3\n"
    listed = run(python, "-m", "pip", "list", "--format", "freeze", at=tmp_path)
    names = {line.partition("==")[0].lower().replace("_", "-") for line in listed.splitlines()}
    assert names - {"pip", "setuptools", "wheel"} == {
        "lems-guard-client",
        "grpcio",
        "protobuf",
        "googleapis-common-protos",
        "typing-extensions",
    }
