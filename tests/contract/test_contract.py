"""The wire contract keeps its own promises, and the committed stubs are made from it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import FieldDescriptor
from grpc_tools import protoc

from lems_guard.v1 import prescription_pb2, terms_pb2

ROOT = Path(__file__).parents[2]
PROTOS = sorted((ROOT / "proto/lems_guard").rglob("*.proto"))
GENERATED = ("lems_guard/v1", "client/lems_guard_client")

# Where things stand in a FileDescriptorProto; source positions are paths of such numbers.
FILE = descriptor_pb2.FileDescriptorProto.DESCRIPTOR.fields_by_name
MESSAGE = descriptor_pb2.DescriptorProto.DESCRIPTOR.fields_by_name
ENUM = descriptor_pb2.EnumDescriptorProto.DESCRIPTOR.fields_by_name
SERVICE = descriptor_pb2.ServiceDescriptorProto.DESCRIPTOR.fields_by_name

Place = tuple[int, ...]


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> list[descriptor_pb2.FileDescriptorProto]:
    """The contract as the protocol compiler reads it, comments included."""
    out = tmp_path_factory.mktemp("contract") / "contract.pb"
    arguments = ["-I", str(ROOT / "proto"), "--include_source_info", f"--descriptor_set_out={out}"]
    assert protoc.main(["protoc", *arguments, *map(str, PROTOS)]) == 0
    return list(descriptor_pb2.FileDescriptorSet.FromString(out.read_bytes()).file)


def messages_of(file: descriptor_pb2.FileDescriptorProto) -> Iterator[tuple[str, Place]]:
    """Every message, field and oneof of a file, with its place."""
    for m, message in enumerate(file.message_type):
        place = (FILE["message_type"].number, m)
        yield message.name, place
        for f, field in enumerate(message.field):
            yield f"{message.name}.{field.name}", (*place, MESSAGE["field"].number, f)
        synthetic = {field.oneof_index for field in message.field if field.proto3_optional}
        for o, oneof in enumerate(message.oneof_decl):
            if o not in synthetic:
                yield f"{message.name}.{oneof.name}", (*place, MESSAGE["oneof_decl"].number, o)


def enums_of(file: descriptor_pb2.FileDescriptorProto) -> Iterator[tuple[str, Place]]:
    """Every enum and enum value of a file, with its place."""
    for e, enum in enumerate(file.enum_type):
        place = (FILE["enum_type"].number, e)
        yield enum.name, place
        for v, value in enumerate(enum.value):
            yield value.name, (*place, ENUM["value"].number, v)


def services_of(file: descriptor_pb2.FileDescriptorProto) -> Iterator[tuple[str, Place]]:
    """Every service and RPC of a file, with its place."""
    for s, service in enumerate(file.service):
        place = (FILE["service"].number, s)
        yield service.name, place
        for r, method in enumerate(service.method):
            yield f"{service.name}.{method.name}", (*place, SERVICE["method"].number, r)


def test_stubs_are_fresh(tmp_path: Path) -> None:
    for package in GENERATED:
        (tmp_path / package).mkdir(parents=True)
    generate = ["make", "stub-files", f"STUBS={tmp_path}", f"PYTHON={sys.executable}"]
    subprocess.run(generate, cwd=ROOT, check=True, capture_output=True)
    made, committed = generated(tmp_path), generated(ROOT / "service")
    assert made
    stale = sorted(name for name in made | committed if made.get(name) != committed.get(name))
    assert not stale, "run `make stubs`"


def generated(folder: Path) -> dict[str, bytes]:
    """What `make stubs` writes, by its path."""
    files = [file for each in GENERATED for file in (folder / each).rglob("*") if file.is_file()]
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in files
        if ("_pb2" in file.stem and file.suffix != ".pyc")
        or file.suffix in {".pb", ".proto", ".ndjson"}
    }


def test_buf_lint_is_clean() -> None:
    buf = Path(sys.executable).with_name("buf")
    lint = subprocess.run([buf, "lint"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (lint.returncode, lint.stdout + lint.stderr) == (0, "")


def test_everything_has_a_comment(contract: list[descriptor_pb2.FileDescriptorProto]) -> None:
    silent = []
    for file in contract:
        commented = {
            tuple(location.path)
            for location in file.source_code_info.location
            if location.leading_comments.strip()
        }
        named = [*messages_of(file), *enums_of(file), *services_of(file)]
        silent += [f"{file.name}: {name}" for name, place in named if place not in commented]
    assert contract
    assert not silent


def test_comments_of_numbers_say_what_absent_means(
    contract: list[descriptor_pb2.FileDescriptorProto],
) -> None:
    """Every field that may be absent as a number says so: 0 is an answer, absence is none."""
    vague = []
    for file in contract:
        comments = {
            tuple(location.path): location.leading_comments
            for location in file.source_code_info.location
        }
        for m, message in enumerate(file.message_type):
            for f, field in enumerate(message.field):
                place = (FILE["message_type"].number, m, MESSAGE["field"].number, f)
                if field.proto3_optional and "Absent = " not in comments[place]:
                    vague.append(f"{message.name}.{field.name}")
    assert not vague


def test_there_are_no_map_fields(contract: list[descriptor_pb2.FileDescriptorProto]) -> None:
    """Maps have no order, and an answer must be the same bytes each time."""
    maps = [
        f"{message.name}.{nested.name}"
        for file in contract
        for message in file.message_type
        for nested in message.nested_type
        if nested.options.map_entry
    ]
    assert not maps


def test_zero_of_every_enum_is_unspecified(
    contract: list[descriptor_pb2.FileDescriptorProto],
) -> None:
    zeros = [enum.value[0] for file in contract for enum in file.enum_type]
    assert zeros
    assert all(zero.number == 0 and zero.name.endswith("_UNSPECIFIED") for zero in zeros)


def test_numbers_of_a_prescription_can_be_absent() -> None:
    numeric = {
        FieldDescriptor.CPPTYPE_DOUBLE: "double",
        FieldDescriptor.CPPTYPE_INT32: "int32",
        FieldDescriptor.CPPTYPE_FLOAT: "float",
        FieldDescriptor.CPPTYPE_INT64: "int64",
        FieldDescriptor.CPPTYPE_UINT32: "uint32",
        FieldDescriptor.CPPTYPE_UINT64: "uint64",
        FieldDescriptor.CPPTYPE_BOOL: "bool, where an Answer belongs",
    }
    numbers = {
        field.full_name.removeprefix("lems_guard.v1."): field.has_presence
        for message in prescription_pb2.DESCRIPTOR.message_types_by_name.values()
        for field in message.fields
        if field.cpp_type in numeric
    }
    assert numbers == {
        "Dose.value": True,
        "Medication.doses_per_day": True,
        "Patient.age_years": True,
        "Patient.weight_kg": True,
        "Patient.creatinine_clearance_ml_min": True,
    }


def test_a_worse_severity_is_a_higher_number() -> None:
    names = ["UNSPECIFIED", "INFORMATION", "MONITOR", "CAUTION", "AVOID", "CONTRAINDICATED"]
    assert terms_pb2.Severity.items() == [(f"SEVERITY_{name}", n) for n, name in enumerate(names)]
