"""`lems-guard check`: one prescription, in a person's words or as JSON, checked at once."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple, Protocol, TypeAlias

import typer

from lems_guard.cli.output import write_bytes, write_text
from lems_guard.cli.reach import (
    CA,
    CERTIFICATE,
    KEY,
    OPTIONS,
    SERVER,
    TIMEOUT,
    TLS,
    TOKEN,
    Reach,
    reach_of,
)
from lems_guard.cli.site_settings import in_process, site_settings
from lems_guard.clinical.fact_table import FACTS
from lems_guard.setting_values import web_address
from lems_guard.settings import variable

if TYPE_CHECKING:
    from lems_guard.v1.prescription_pb2 import CheckPrescriptionRequest
    from lems_guard.v1.screening_pb2 import CheckPrescriptionResponse

# ruff: noqa: ARG001, PLC0415 - typer reads the options off the signature, and they are read from
# the context, all alike; what checks and prints is only loaded when there is something to check.

Number: TypeAlias = float | None
Text: TypeAlias = str | None
YesNo: TypeAlias = str | None
Hepatic: TypeAlias = Literal["none", "mild", "moderate", "severe"] | None
Nat2: TypeAlias = Literal["poor", "intermediate", "rapid"] | None
Lems: TypeAlias = Literal["confirmed", "suspected", "absent"] | None
Whose: TypeAlias = Literal["us", "eu", "ch"] | None
NAT2 = "NAT2: poor, intermediate or rapid?"
LEMS = "LEMS: confirmed, suspected or absent?"
Orders: TypeAlias = list[str] | None
EXIT_CODES = (
    "Exit codes: 0 nothing to avoid and all checked · 1 something to avoid, or worse · "
    "2 the input is at fault · 3 nothing to avoid found, but not all could be checked · "
    "4 our own fault."
)
HOW = ("request", *OPTIONS, "pages", "as_json", "form", "full")
Form: TypeAlias = Literal["table", "json", "fhir", "fhir-r5"] | None
YES_OR_NO = "Y/N"
PATIENT = "The patient: yes or no (Y/N) and more; what is not said is not known"


class How(NamedTuple):
    """How an answer is printed: its form, where rules are linked to, and whether in full."""

    form: str
    pages: str
    full: bool


class Checker(Protocol):
    """What answers: the engine in this process, or a service somewhere."""

    def check(self, request: "CheckPrescriptionRequest") -> "CheckPrescriptionResponse":
        """The answer to one prescription; raises `InvalidRequest`."""

    def signed(self) -> tuple[int, int]:
        """How many of its rules a clinician has signed, and how many there are."""


def _asked(fact: str, metavar: str = YES_OR_NO, text: str = "") -> Any:  # noqa: ANN401
    """An option for a fact of the patient, with the question that fills it."""
    return typer.Option(
        help=text or FACTS[fact].ask,
        rich_help_panel=PATIENT,
        metavar=metavar,
        case_sensitive=False,
        parser=yes_or_no if metavar == YES_OR_NO else None,
    )


def yes_or_no(text: str) -> str:
    """An answer to a question, or its first letter; raises `BadParameter`."""
    for answer in ("yes", "no"):
        if text.lower() in {answer, answer[0]}:
            return answer
    raise typer.BadParameter("yes or no")


def address_of(text: str) -> str:
    """An http or https address; raises `BadParameter`."""
    try:
        return web_address(text)
    except ValueError as fault:
        raise typer.BadParameter(str(fault)) from None


def _about(text: str, metavar: str | None = None, *names: str) -> Any:  # noqa: ANN401
    return typer.Option(*names, help=text, metavar=metavar, case_sensitive=False)


PROPOSED: Any = typer.Argument(metavar="ORDER", help="What is to be prescribed.")
REQUEST = _about("A CheckPrescriptionRequest as JSON, instead of words.", "FILE|-")
HYPERSENSITIVE = _asked("aminopyridine_hypersensitivity")
FORM = _about("How to print it (table); fhir is R4.", "FORM", "--format")
PAGES: Any = typer.Option(
    metavar="URL",
    envvar=variable("workbench_url"),
    parser=address_of,
    help="Where people reach the workbench: rules are linked to.",
)
FULL = _about("Print all that is known of each alert.", None, "--full")
BIRTH_DATE = _asked("age_years", "DAY", "Date of birth, year or year and month.")
ALLERGY = _about('An allergy to a drug or a class of drugs, or "none known".', "WORDS")


def check(  # noqa: PLR0913, PLR0917 - a patient has that many facts
    context: typer.Context,
    proposed: Annotated[Orders, PROPOSED] = None,
    active: Annotated[Orders, typer.Option(help="An order already taken.")] = None,
    stopped: Annotated[Orders, _about("An order being stopped.", "ORDER[ @ DATE]")] = None,
    age: Annotated[int | None, _asked("age_years", "N", "Age in completed years.")] = None,
    birth_date: Annotated[str | None, BIRTH_DATE] = None,
    weight: Annotated[float | None, _asked("weight_kg", "KG")] = None,
    creatinine_clearance: Annotated[Number, _asked("creatinine_clearance_ml_min", "N")] = None,
    hepatic_impairment: Annotated[Hepatic, _asked("hepatic_impairment", "ONE")] = None,
    nat2: Annotated[Nat2, _asked("nat2_phenotype", "ONE", NAT2)] = None,
    lems_status: Annotated[Lems, _asked("lems_status", "ONE", LEMS)] = None,
    seizure_history: Annotated[YesNo, _asked("seizure_history")] = None,
    epilepsy: Annotated[YesNo, _asked("epilepsy")] = None,
    on_dialysis: Annotated[YesNo, _asked("on_dialysis")] = None,
    uncontrolled_asthma: Annotated[YesNo, _asked("uncontrolled_asthma")] = None,
    congenital_long_qt: Annotated[YesNo, _asked("congenital_long_qt")] = None,
    respiratory_compromise: Annotated[YesNo, _asked("respiratory_compromise")] = None,
    ventilated: Annotated[YesNo, _asked("ventilated")] = None,
    planned_anaesthesia: Annotated[YesNo, _asked("planned_anaesthesia")] = None,
    pregnant: Annotated[YesNo, _asked("pregnant")] = None,
    breast_feeding: Annotated[YesNo, _asked("breast_feeding")] = None,
    aminopyridine_hypersensitivity: Annotated[YesNo, HYPERSENSITIVE] = None,
    allergy: Annotated[Orders, ALLERGY] = None,
    jurisdiction: Annotated[Whose, _about("Whose labels apply.")] = None,
    country: Annotated[str | None, _about("Whose brands are meant (ISO 3166-1).", "CC")] = None,
    as_of: Annotated[str | None, _about("The day it is judged on (today).", "DATE")] = None,
    request: Annotated[Text, REQUEST] = None,
    server: Annotated[Text, SERVER] = None,
    ca: Annotated[Text, CA] = None,
    certificate: Annotated[Text, CERTIFICATE] = None,
    key: Annotated[Text, KEY] = None,
    token: Annotated[Text, TOKEN] = None,
    timeout: Annotated[Number, TIMEOUT] = None,
    *,
    tls: Annotated[bool, TLS] = False,
    start: Annotated[bool, _about("What is proposed begins.", None, "--start")] = False,
    as_json: Annotated[bool, _about("Print the answer as JSON.", None, "--json")] = False,
    form: Annotated[Form, FORM] = None,
    full: Annotated[bool, FULL] = False,
    pages: Annotated[Text, PAGES] = None,
) -> None:
    """Check a prescription, order by order, for a patient with LEMS."""
    given = dict(context.params)
    how = {option: given.pop(option) for option in HOW}
    printed_as = _form(how["form"], as_json=how["as_json"])
    message = prescription_of(given, how["request"])
    with _checker(reach_of(how)) as checker:
        told = How(printed_as, how["pages"] or "", full=how["full"])
        raise typer.Exit(_answer(message, checker, told))


def _form(form: Form, *, as_json: bool) -> str:
    """How to print the answer: `--json` is short for one form."""
    if as_json and form:
        raise typer.BadParameter("--json and --format exclude each other")
    return "json" if as_json else form or "table"


def prescription_of(given: Mapping[str, Any], file: str | None) -> "CheckPrescriptionRequest":
    """The prescription: from a file, or from words."""
    from lems_guard.answering.in_words import request_of
    from lems_guard.answering.proto_json import read_request

    said = [name for name, value in given.items() if value not in (None, [], (), False)]
    if file is None:
        if not {"proposed", "active", "stopped"} & set(said):
            raise typer.BadParameter('give orders to check, such as "metoprolol", or --request')
        return request_of(given)
    if said:
        words = ", ".join(said).replace("_", "-")
        raise typer.BadParameter(f"--request is the whole prescription; leave out: {words}")
    return read_request(_content(file))


def _content(file: str) -> bytes:
    if file == "-":
        return typer.get_binary_stream("stdin").read()
    try:
        return Path(file).read_bytes()
    except OSError as fault:
        raise typer.BadParameter(f"--request {file}: {fault.strerror}") from None


@contextlib.contextmanager
def _checker(reach: Reach | None) -> Iterator[Checker]:
    """Who is asked: this process, or a running service."""
    if reach is None:
        yield in_process(site_settings())
        return
    from lems_guard.cli.remote import Remote

    with Remote(reach) as client:
        yield client


def _answer(message: "CheckPrescriptionRequest", checker: Checker, how: How) -> int:
    """Check, print, and say by the exit code how it went."""
    from rich.console import Console

    from lems_guard.answering.proto_json import as_json
    from lems_guard.cli.as_fhir import bundle
    from lems_guard.cli.report import Report, printed
    from lems_guard.cli.verdict import exit_code_of

    response = checker.check(message)
    if how.form.startswith("fhir"):
        release = "R5" if how.form == "fhir-r5" else "R4"
        write_bytes(bundle(message, response, release, how.pages) + b"\n")
    elif how.form == "json":
        write_bytes(as_json(response))
    else:
        report = Report(message, response, checker.signed(), how.full, how.pages)
        write_text(printed(report, Console()))
    return exit_code_of(response)
