"""FHIR Bulk Data exports: folders of newline-delimited resources, plain or gzipped, in any order.

https://hl7.org/fhir/uv/bulkdata/export.html
"""

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import msgspec

from lems_guard.clinical.errors import InvalidCohort
from lems_guard.cohort.lines import Reject
from lems_guard.cohort.requests import BYTE_ORDER_MARK, LONGEST_LINE, NO_JSON, TOO_LONG, mistake_in
from lems_guard.fhir.references import relative
from lems_guard.fhir.shapes import Json, obj, text
from lems_guard.fhir.standing import MEDICATION_KINDS

GZIP = b"\x1f\x8b"
MEDICATION = "Medication"
PATIENT = "Patient"
OF_A_PATIENT = {PATIENT, "Condition", "Observation", "AllergyIntolerance", *MEDICATION_KINDS}
URN = "urn:uuid:"
ENVELOPE = (
    "a Binary that holds an export's file: fetch that with the header "
    "'Accept: application/fhir+ndjson'"
)
BUNDLE = "a Bundle: write one resource a line"
ENDINGS = (".ndjson", ".ndjson.gz", ".jsonl", ".jsonl.gz")
NONE_NAMED = f"{{0}}: it holds no file named {' or '.join(ENDINGS)}"
NOT_NAMED = f"not read: it is not named {' or '.join(ENDINGS)}"
# What lies beside the data and is none: the manifest, and the log that bulk-data clients write.
BESIDE = {"manifest.json", "log.ndjson"}
# Hadoop and Spark take what is named so for none of the data: there it is unfinished, or a note.
ASIDE = ("_", ".")
SET_ASIDE = f"not read: a name that begins with {' or '.join(ASIDE)} is not one of the data"


class Head(msgspec.Struct):
    """What of a resource tells whether it is read at all."""

    resourceType: str = ""  # noqa: N815 - FHIR's own name
    id: str = ""
    subject: Json = None
    patient: Json = None
    contentType: Json = None  # noqa: N815


class Odometer:
    """How many bytes of files on the disk have gone by, packed or not."""

    def __init__(self) -> None:
        """Nothing has been read yet."""
        self._before = 0
        self._file: BinaryIO | None = None

    def follow(self, file: BinaryIO) -> None:
        """This file is read from now on; it stays open until `leave`."""
        self._file = file

    def leave(self) -> None:
        """The file has been read."""
        self._before, self._file = self.passed, None

    @property
    def passed(self) -> int:
        """Bytes in all, so far."""
        return self._before + (self._file.tell() if self._file else 0)


class ExportedResource(NamedTuple):
    """One resource of a file: its kind, its id, whose it is, and all of it."""

    kind: str
    own_id: str
    patient: str
    content: bytes


def export_files(folder: Path) -> list[tuple[Path, str]]:
    """The files of an export with their names; raises `InvalidCohort` where there are none."""
    found = [(each, name) for each, name in _files_in(folder) if why_not_read(name) is None]
    if not found:
        raise InvalidCohort(NONE_NAMED.format(folder))
    return found


def others_in(folder: Path) -> Iterator[Reject]:
    """The files of a folder that are not read, but for what lies beside every export."""
    for _, name in _files_in(folder):
        if why := why_not_read(name):
            yield Reject(name, 0, why)


def why_not_read(name: str) -> str | None:
    """Why a file is not read, by its name in the folder; `None` where it is.

    Empty for what lies beside every export and is missed by nobody.
    """
    parts = name.lower().split("/")
    if parts[-1] in BESIDE:
        return ""
    if any(each.startswith(ASIDE) for each in parts):
        return SET_ASIDE
    return None if parts[-1].endswith(ENDINGS) else NOT_NAMED


def _files_in(folder: Path) -> Iterator[tuple[Path, str]]:
    for each in sorted(folder.rglob("*")):
        if each.is_file():
            yield each, each.relative_to(folder).as_posix()


def resources_in(file: Path, name: str, odometer: Odometer) -> Iterator[ExportedResource | Reject]:
    """The resources of a file that are read at all, and what in it is no resource."""
    with file.open("rb") as stream:
        odometer.follow(stream)
        try:
            yield from _resources(stream, name)
        finally:
            odometer.leave()


def _resources(stream: BinaryIO, name: str) -> Iterator[ExportedResource | Reject]:
    for number, content in enumerate(lines_in(stream), start=1):
        found = content if isinstance(content, str) else resource_of(content.strip())
        if isinstance(found, str):
            yield Reject(name, number, found)
        elif found:
            yield found


def resource_of(content: bytes) -> ExportedResource | str | None:
    """A resource; `None` for one of a kind that is not read; in words why it is none."""
    if len(content) > LONGEST_LINE:
        return TOO_LONG
    try:
        head = msgspec.json.decode(content, type=Head) if content else None
        found = _resource(head, content) if head else None
        if isinstance(found, ExportedResource):
            msgspec.json.decode(content)  # what the head passes over is not read otherwise
    except NO_JSON as fault:
        return mistake_in(content) or f"no resource: {fault}"
    return found


def _resource(head: Head, content: bytes) -> ExportedResource | str | None:
    if head.resourceType == MEDICATION:
        return ExportedResource(MEDICATION, head.id, "", content)
    if head.resourceType == "Bundle":
        return BUNDLE
    if head.resourceType == "Binary" and "ndjson" in text(head.contentType):
        return ENVELOPE
    if head.resourceType not in OF_A_PATIENT:
        return None if head.resourceType else "no resource: it has no resourceType"
    patient = _patient_of(head)
    if not patient:
        return f"a {head.resourceType} that does not say which patient's"
    return ExportedResource(head.resourceType, head.id, patient, content)


def _patient_of(head: Head) -> str:
    """The id of the patient whom a resource is of; empty where none is said."""
    if head.resourceType == PATIENT:
        return head.id
    name = text(obj(head.subject or head.patient).get("reference"))
    plain = relative(name.partition("/_history/")[0])
    return plain.removeprefix("Patient/").removeprefix(URN)


def lines_in(raw: BinaryIO) -> Iterator[bytes | str]:
    """The lines of a stream, plain or gzipped; in words what cannot be read of it."""
    stream, mark = _plain(raw), BYTE_ORDER_MARK
    try:
        while line := stream.readline(LONGEST_LINE + 1):
            yield line.removeprefix(mark)
            mark = b""
            while line and not line.endswith(b"\n"):
                line = stream.readline(LONGEST_LINE)
    except (EOFError, zlib.error, gzip.BadGzipFile) as fault:
        yield f"cut off or damaged from here: {fault}"


def _plain(raw: BinaryIO) -> BinaryIO:
    is_packed = raw.read(len(GZIP)) == GZIP
    raw.seek(0)
    return cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if is_packed else raw
