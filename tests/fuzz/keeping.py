"""Doors of what we kept ourselves, where others may write too: Redis, a batch and its state."""

import contextlib
import functools
import io
import json
from collections.abc import Mapping
from pathlib import Path

import msgspec

from crowds import TODAY
from edges.order_entry.calling import LEMS
from fuzz.calls import (
    DISPENSED,
    OF_FHIR,
    STATEMENT,
    answerer,
    dumped,
    edition,
    orders,
    prescription,
)
from fuzz.door import Door, Doors, kept, must
from fuzz.files import put, scratch
from lems_guard.answering.proto_json import as_json
from lems_guard.caching.replies import Stored
from lems_guard.caching.shared_replies import _read
from lems_guard.clinical.errors import InvalidCohort, InvalidRequest
from lems_guard.cohort.charts import ChartReader
from lems_guard.cohort.export_files import MEDICATION, ExportedResource, resource_of
from lems_guard.cohort.gathering import Finder, chart_of, is_read, part_of
from lems_guard.cohort.ledger import Circumstances, begun, recorded, resumed, state_of
from lems_guard.cohort.lines import CohortLine
from lems_guard.cohort.requests import RequestLines, asked, reference_of
from lems_guard.cohort.spool import ChartPart
from lems_guard.fhir.patients import Interpreter, interpreter_of
from lems_guard.store.seal import Seal
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import screening_pb2 as told

NAME = "lems-guard:1:01234567:reply:abc"
UNDER = Circumstances("ab" * 32, "2026-11-30", "US", "", "requests")
LINES = tuple(CohortLine(str(n), b'{"proposed":[{"id":"%d"}]}\n' % n) for n in range(1, 6))
ANSWERS = tuple(b'{"requestId":"%d"}\n' % n for n in range(1, 6))
PARTED = b"\n==\n"


@functools.cache
def seal() -> Seal:
    """The seal of a replica."""
    return Seal(b"a secret that is long enough")


@functools.cache
def stored() -> bytes:
    """A reply as it is kept."""
    return bytes(
        msgspec.msgpack.encode(Stored.of(answerer().answer(prescription().SerializeToString())))
    )


@functools.cache
def sealed() -> bytes:
    """A reply as it stands in Redis."""
    return seal().close(NAME, stored())


def redis(data: bytes) -> None:
    """A value in Redis, sealed by whoever; and what would be read if it opened."""
    opened = seal().open(NAME, data)
    must(opened is None or opened == stored(), "what nobody sealed was opened")
    _read(data)


def batch(data: bytes) -> None:
    """The input of a batch: each line is read, or named with why not."""
    with put("in.ndjson", data).open("rb") as stream:
        try:
            lines = list(RequestLines(stream, "IN").lines())
        except InvalidCohort:
            return
    must(len(lines) == len(io.BytesIO(data).readlines()), "a line was lost")
    for line in lines:
        must(reference_of(line), "a line without a name")
        try:
            request = asked(line).request
            answerer().answer(request.SerializeToString())
        except InvalidRequest:
            continue


@functools.cache
def vocabulary() -> Interpreter:
    """What charts are read by."""
    return interpreter_of(edition())


def asked_here(request: wire.CheckPrescriptionRequest) -> told.CheckPrescriptionResponse:
    """The answer to a chart's prescription."""
    reply = answerer().answer(request.SerializeToString()).reply
    return told.CheckPrescriptionResponse.FromString(reply)


def export(data: bytes) -> None:
    """Lines of a FHIR export: whatever is taken for a resource can be read to the end."""
    for each in data.splitlines():
        found = resource_of(each)
        if isinstance(found, ExportedResource) and found.kind == MEDICATION:
            Finder(vocabulary()).may_hold(found.content)
        elif isinstance(found, ExportedResource):
            Finder(vocabulary()).is_told(found)
            is_read(found)
            person = json.dumps({"resourceType": "Patient", "id": found.patient}).encode()
            parts = [ChartPart(found.patient, "Patient", found.patient, person), part_of(found)]
            chart = chart_of(found.patient, parts[found.kind == "Patient" :], [])
            with contextlib.suppress(InvalidRequest):
                ChartReader(vocabulary(), TODAY).answered(chart, asked_here)


def run() -> Path:
    """A run that was broken off after three lines."""
    path = scratch() / "out.ndjson"
    ledger = begun(path, UNDER)
    ledger.write(b"".join(ANSWERS[:3]), recorded(LINES[:3], ANSWERS[:3]))
    ledger.close()
    return path


def resume(data: bytes) -> None:
    """The answers and the state of a run, by others: refused, or gone on with to the same end."""
    path = scratch() / "out.ndjson"
    answers, _, state = data.partition(PARTED)
    path.write_bytes(answers)
    state_of(path).write_bytes(state)
    try:
        with contextlib.closing(resumed(path, UNDER)) as ledger:
            left = list(ledger.unanswered(LINES))
            rest = ANSWERS[len(LINES) - len(left) :]
            ledger.write(b"".join(rest), recorded(left, rest))
    except InvalidCohort:
        return
    must(path.read_bytes() == b"".join(ANSWERS), "another end than without a break")


def broken_off() -> bytes:
    """The input of `resume`: both files of the broken run."""
    path = run()
    return path.read_bytes() + PARTED + state_of(path).read_bytes()


def of_patient(resource: Mapping[str, object]) -> bytes:
    """A resource as a line of an export."""
    return dumped({**resource, "subject": {"reference": "Patient/p1"}})


def line(number: int) -> bytes:
    """A prescription as a line."""
    return as_json(orders(number)).replace(b"\n", b"") + b"\n"


KEEPING: Doors = {
    "redis": lambda: Door(
        redis, (sealed(), stored(), *kept("redis")), lambda size: sealed() * size
    ),
    "batch": lambda: Door(
        batch,
        (line(1) + line(2), *kept("batch")),
        lambda size: line(1) * size,
        (b'{"requestId":"a","request":{}}\n', b"\n\n", b"\xef\xbb\xbf", b"\x1f\x8b", b"PAR1"),
    ),
    "export": lambda: Door(
        export,
        (
            b"\n".join((of_patient(LEMS), of_patient(STATEMENT), of_patient(DISPENSED))),
            *kept("export"),
        ),
        lambda size: b"\n".join([of_patient(LEMS)] * size),
        OF_FHIR,
    ),
    "resume": lambda: Door(
        resume, (broken_off(), *kept("resume")), lambda size: broken_off() * size, (PARTED,)
    ),
}
