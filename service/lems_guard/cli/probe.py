"""`lems-guard probe`: asks a service for an answer that is known, as its clients ask it.

No metric of a service tells that its answers are wrong, or that its clients do not reach it: this
does, from where the clients are.
"""

import json
import os
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeAlias

import typer

from lems_guard.cli.exit_codes import ExitCode
from lems_guard.cli.output import write_text
from lems_guard.cli.reach import (
    CA,
    CERTIFICATE,
    KEY,
    SERVER,
    TIMEOUT,
    TLS,
    TOKEN,
    Reach,
    reach_of,
)
from lems_guard.clinical.errors import InvalidRequest, LemsGuardError

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from lems_guard.v1.prescription_pb2 import CheckPrescriptionRequest
    from lems_guard.v1.screening_pb2 import CheckPrescriptionResponse

# ruff: noqa: ARG001, PLC0415 - options are read from the context; what asks is only loaded when there is somebody to ask.

Text: TypeAlias = str | None
EXIT_CODES = (
    "Exit codes: 0 answered as expected · 1 another answer: do not rely on it · 2 usage · "
    "4 no answer, or a refusal."
)
TEXTFILE = """\
# HELP lems_guard_probe_exit_code How `lems-guard probe` ended: 0 as expected, 1 wrong, 4 no answer.
# TYPE lems_guard_probe_exit_code gauge
lems_guard_probe_exit_code {code}
# HELP lems_guard_probe_seconds How long it took.
# TYPE lems_guard_probe_seconds gauge
lems_guard_probe_seconds {seconds:.4f}
# HELP lems_guard_probe_timestamp_seconds When it ended.
# TYPE lems_guard_probe_timestamp_seconds gauge
lems_guard_probe_timestamp_seconds {ended:.0f}
"""


class KnownAnswer(NamedTuple):
    """A prescription and what its answer has to say."""

    request: "CheckPrescriptionRequest"
    expected: "CheckPrescriptionResponse"


def probe(  # noqa: PLR0913, PLR0917 - one option each
    context: typer.Context,
    server: Annotated[Text, SERVER] = None,
    ca: Annotated[Text, CA] = None,
    certificate: Annotated[Text, CERTIFICATE] = None,
    key: Annotated[Text, KEY] = None,
    token: Annotated[Text, TOKEN] = None,
    timeout: Annotated[float | None, TIMEOUT] = None,
    request: Annotated[
        Path | None, typer.Option(help="Another prescription, as `check --request` reads it.")
    ] = None,
    expected: Annotated[
        Path | None, typer.Option(help="Its right answer, as `check --json` printed it.")
    ] = None,
    textfile: Annotated[
        Path | None, typer.Option(help="How it ended, for node_exporter's textfiles.")
    ] = None,
    *,
    tls: Annotated[bool, TLS] = False,
) -> None:
    """Check a known prescription at a service and compare the answer: for cron and alarms."""
    reach = reach_of(context.params)
    if reach is None:
        raise typer.BadParameter("--server: give the HOST:PORT of the service")
    known = _known(request, expected)
    begun = time.time()
    code = _asked(reach, known)
    if textfile is not None:
        _write(textfile, code, time.time() - begun)
    raise typer.Exit(code)


def _known(request: Path | None, expected: Path | None) -> KnownAnswer:
    from google.protobuf.json_format import Parse, ParseError

    from lems_guard.answering.proto_json import read_request
    from lems_guard.v1.screening_pb2 import CheckPrescriptionResponse

    if (request is None) != (expected is None):
        raise typer.BadParameter("--request and --expected belong together: give both")
    if request is not None and expected is not None:
        asked, told = _content(request), _content(expected)
    else:
        packaged = json.loads(resources.files("lems_guard.cli").joinpath("probe.json").read_bytes())
        asked, told = (json.dumps(packaged[each]).encode() for each in ("request", "expected"))
    try:
        answer = Parse(told, CheckPrescriptionResponse())
    except ParseError as fault:
        raise typer.BadParameter(f"--expected {expected}: {fault}") from None
    return KnownAnswer(read_request(asked), answer)


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise typer.BadParameter(f"{path}: {fault.strerror}") from None


def _asked(reach: Reach, known: KnownAnswer) -> int:
    """Ask, and tell how it ended."""
    from lems_guard.cli.remote import Remote

    try:
        with Remote(reach) as client:
            answer = client.check(known.request)
    except LemsGuardError as fault:
        write_text(f"no answer: {_why(fault)}\n")
        return ExitCode.OURS
    wrong = [*differences(known.expected, answer)]
    if not wrong:
        base = answer.knowledge_base
        write_text(f"as expected, by knowledge base {base.version} (digest {base.digest})\n")
        return ExitCode.CLEAR
    write_text("".join(("WRONG ANSWER, do not rely on it:\n", *(f"  {each}\n" for each in wrong))))
    return ExitCode.FOUND


def _why(fault: LemsGuardError) -> str:
    if isinstance(fault, InvalidRequest):
        return "; ".join(f"{each.field}: {each.description}" for each in fault.violations)
    return str(fault)


def differences(
    expected: "CheckPrescriptionResponse", answer: "CheckPrescriptionResponse"
) -> Iterator[str]:
    """What an answer lacks of the expected one, and what it says beyond it.

    Compared is what is acted upon: which drug is alerted of, how gravely, how surely, and what was
    checked. Words, ids and editions may differ.
    """
    right, said = set(_told(expected)), set(_told(answer))
    yield from (f"not said: {each}" for each in sorted(right - said))
    yield from (f"said, and not expected: {each}" for each in sorted(said - right))


def _told(answer: "CheckPrescriptionResponse") -> Iterator[str]:
    for alert in answer.alerts:
        severity, certainty = (_name(alert, field) for field in ("severity", "certainty"))
        yield f"{alert.drug} {severity}, {certainty}"
    for medication in answer.medications:
        yield f"order {medication.id} {_name(medication, 'disposition')}"
    yield _name(answer, "completeness")


def _name(message: "Message", field: str) -> str:
    """The name of an enum's value, without its type; one of a later edition is a number."""
    described: Any = message.DESCRIPTOR.fields_by_name[field].enum_type  # not None: it is an enum
    number = getattr(message, field)
    value = described.values_by_number.get(number)
    return str(number) if value is None else value.name.removeprefix(f"{field.upper()}_")


def _write(path: Path, code: int, seconds: float) -> None:
    """Put in place whole: a collector never reads half of it."""
    new = path.with_name(f"{path.name}.{os.getpid()}")
    new.write_text(TEXTFILE.format(code=code, seconds=seconds, ended=time.time()), "utf-8")
    new.replace(path)
