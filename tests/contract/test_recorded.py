"""The contract as it was recorded: what it promised then still holds, in five languages."""

import json
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.json_format import ParseDict
from google.protobuf.unknown_fields import UnknownFieldSet

from lems_guard.answering.in_service import CONTRACT
from lems_guard.cli.demo import example
from lems_guard.cli.site_settings import in_process
from lems_guard.settings import Settings
from lems_guard.v1 import prescription_pb2
from system_programs import program

ROOT = Path(__file__).parents[2]
BUF = Path(sys.executable).with_name("buf")
RECORDED = ROOT / "proto/base.binpb"


def files_of(path: Path) -> list[descriptor_pb2.FileDescriptorProto]:
    return list(descriptor_pb2.FileDescriptorSet.FromString(path.read_bytes()).file)


def buf(*arguments: str, at: Path = ROOT) -> str:
    """What buf finds at fault; nothing where it is content."""
    ran = subprocess.run([BUF, *arguments], cwd=at, capture_output=True, text=True, check=False)
    return ran.stdout + ran.stderr


def test_nothing_recorded_was_broken() -> None:
    assert buf("breaking", "--against", str(RECORDED)) == ""


@pytest.mark.parametrize(
    ("was", "now", "why"),
    [
        ("string text = 3;", "string words = 3;", "JSON knows fields by name"),
        ("string text = 3;", "string text = 93;", "and the wire by number"),
        ("optional double value = 1;", "optional float value = 1;", "or a dose loses digits"),
    ],
)
def test_a_broken_promise_is_found(tmp_path: Path, was: str, now: str, why: str) -> None:
    (tmp_path / "proto/lems_guard/v1").mkdir(parents=True)
    for file in (*ROOT.glob("proto/lems_guard/v1/*.proto"), ROOT / "buf.yaml"):
        copied = file.read_text("utf-8").replace(was, now)
        (tmp_path / file.relative_to(ROOT)).write_text(copied, "utf-8")
    assert buf("breaking", "--against", str(RECORDED), at=tmp_path), why


def test_every_file_has_the_options_of_five_languages() -> None:
    options = [file.options for file in files_of(RECORDED)]
    assert len(options) == len(list(ROOT.glob("proto/lems_guard/v1/*.proto")))
    assert {each.go_package for each in options} == {"lems_guard/v1;lemsguardv1"}
    assert {each.java_package for each in options} == {"lemsguard.v1"}
    assert all(each.java_multiple_files for each in options)
    assert {each.csharp_namespace for each in options} == {"LemsGuard.V1"}
    assert {each.php_namespace for each in options} == {r"LemsGuard\V1"}


def test_the_package_holds_the_whole_contract_with_its_comments() -> None:
    packaged = resources.files("lems_guard.v1").joinpath("descriptor.pb").read_bytes()
    files = descriptor_pb2.FileDescriptorSet.FromString(packaged).file
    assert {file.name for file in files} == {file.name for file in files_of(RECORDED)}
    assert all(file.source_code_info.location for file in files)


@pytest.mark.parametrize(
    ("language", "plugins", "made"),
    [
        ("go", ("protoc-gen-go", "protoc-gen-go-grpc"), "lems_guard/v1/prescription.pb.go"),
        ("java", ("protoc", "grpc_java_plugin"), "lemsguard/v1/Medication.java"),
        ("csharp", ("protoc",), "Prescription.cs"),
        ("python", ("protoc", "grpc_python_plugin"), "lems_guard/v1/prescription_pb2.py"),
    ],
)
def test_stubs_are_generated(
    language: str, plugins: tuple[str, ...], made: str, tmp_path: Path
) -> None:
    """TypeScript's plugin is a package of npm: `e2e/test_examples.py` asks that."""
    for each in plugins:
        program(each)
    template = tmp_path / "buf.gen.yaml"
    template.write_text(template_for(language), "utf-8")
    assert buf("generate", "--template", str(template), "--output", str(tmp_path)) == ""
    assert (tmp_path / "gen" / language / made).exists()


def template_for(language: str) -> str:
    """The committed template without the other languages, as its reader is told to cut it."""
    head, *plugins = (ROOT / "buf.gen.yaml").read_text("utf-8").split("  - ")
    wanted = [each for each in plugins if f"out: gen/{language}\n" in each]
    assert wanted, language
    return "  - ".join((head, *wanted))


@pytest.fixture(scope="module")
def previous() -> descriptor_pool.DescriptorPool:
    """The messages of a client that was made from the recorded contract."""
    pool = descriptor_pool.DescriptorPool()
    for file in files_of(RECORDED):
        pool.Add(file)
    return pool


def message_of(pool: descriptor_pool.DescriptorPool, name: str) -> Any:  # noqa: ANN401
    """An empty message of that contract; its type is not known before."""
    found = pool.FindMessageTypeByName(f"lems_guard.v1.{name}")
    return message_factory.GetMessageClass(found)()


def test_the_previous_client_is_answered(previous: descriptor_pool.DescriptorPool) -> None:
    """Servers are renewed first: until clients are, they must read what they are told."""
    asked = message_of(previous, "CheckPrescriptionRequest")
    ParseDict(json.loads(example()), asked, descriptor_pool=previous)
    request = prescription_pb2.CheckPrescriptionRequest.FromString(asked.SerializeToString())
    response = in_process(Settings.from_environment()).check(request)
    told = message_of(previous, "CheckPrescriptionResponse")
    told.ParseFromString(response.SerializeToString())
    assert [(each.id, each.severity) for each in told.alerts] == [
        (each.id, each.severity) for each in response.alerts
    ]
    assert told.alerts
    assert told.completeness == response.completeness


def test_the_previous_server_reads_what_this_client_sends(
    previous: descriptor_pool.DescriptorPool,
) -> None:
    """As long as it sends nothing newer; what is newer stays unread, hence is refused there."""
    request = ParseDict(json.loads(example()), prescription_pb2.CheckPrescriptionRequest())
    read = message_of(previous, "CheckPrescriptionRequest")
    read.ParseFromString(request.SerializeToString())
    assert len(UnknownFieldSet(read)) == 0
    read.ParseFromString(request.SerializeToString() + b"\xfa\x7f\x00")  # field 2047, empty
    assert len(UnknownFieldSet(read)) == 1


def test_the_page_says_what_each_state_of_the_contract_brought() -> None:
    page = (ROOT / "proto/README.md").read_text("utf-8")
    numbers = [int(each) for each in re.findall(r"^\| (?:0, )?(\d+) \| ", page, re.MULTILINE)]
    assert numbers == list(range(1, CONTRACT + 1))
