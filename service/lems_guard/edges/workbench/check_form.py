"""The form of the check page: its fields as a CheckPrescriptionRequest, and what it shows of them.

What cannot be sent is refused with its field: a form never drops what somebody filled in.
"""

from collections.abc import Collection
from typing import NamedTuple

from lems_guard.answering.in_words import request_of, with_more
from lems_guard.clinical.errors import FieldViolation, InvalidRequest
from lems_guard.clinical.fact_table import FACTS
from lems_guard.edges.workbench.pages import Form
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

STOPPED = "stopped"
LISTS = ("proposed", "active", STOPPED)
WHOLE = ("age_years",)
DECIMAL = ("weight_kg", "creatinine_clearance_ml_min")
TEXTS = ("birth_date",)
OPTIONS = ("jurisdiction", "country", "as_of")
LINES = ("allergies", "conditions")
NUMBERS = {
    "age_years": "Age, years",
    "weight_kg": "Weight, kg",
    "creatinine_clearance_ml_min": "CrCl, mL/min",
}
# ICD-10 has dots and letters where other systems have none; ICD-10-CM holds all codes of ICD-10.
CONDITIONS_IN = terms.CODE_SYSTEM_ICD10CM
ANSWER = "answer"


class TriState(NamedTuple):
    """A fact of the patient that is yes, no or not known."""

    name: str
    label: str
    ask: str


class Choice(NamedTuple):
    """A fact of the patient with more values."""

    name: str
    label: str
    values: tuple[tuple[str, str], ...]


TRI_STATES = tuple(
    TriState(name, label, FACTS[name].ask)
    for name, label in (
        ("seizure_history", "Ever a seizure"),
        ("epilepsy", "Epilepsy"),
        ("aminopyridine_hypersensitivity", "Reaction to an aminopyridine"),
        ("congenital_long_qt", "Congenital long QT"),
        ("uncontrolled_asthma", "Uncontrolled asthma"),
        ("respiratory_compromise", "Breathing compromised"),
        ("ventilated", "Ventilated"),
        ("planned_anaesthesia", "Anaesthetic planned"),
        ("on_dialysis", "On dialysis"),
        ("pregnant", "Pregnant"),
        ("breast_feeding", "Breast-feeding"),
    )
)
CHOICES = (
    Choice(
        "lems_status",
        "LEMS",
        (("confirmed", "confirmed"), ("suspected", "suspected"), ("absent", "excluded")),
    ),
    Choice(
        "hepatic_impairment",
        "Liver",
        tuple((each, each) for each in ("none", "mild", "moderate", "severe")),
    ),
    Choice(
        "nat2_phenotype",
        "NAT2",
        tuple((each, each) for each in ("poor", "intermediate", "rapid")),
    ),
)
FIELDS = (
    *LISTS,
    *NUMBERS,
    *TEXTS,
    *(each.name for each in TRI_STATES),
    *(each.name for each in CHOICES),
    *LINES,
    *OPTIONS,
)


def values_of(form: Form) -> dict[str, str]:
    """What each field holds, with what was answered in place put in."""
    values = {name: form.get(name, [""])[0].replace("\r\n", "\n") for name in FIELDS}
    for answered in form.get(ANSWER, ()):
        name, _, value = answered.partition("=")
        if name in values:
            values[name] = value
    for name in FIELDS:
        told = form.get(f"{ANSWER}:{name}", [""])[0].strip()
        if told:
            values[name] = told
    for name in LISTS:
        values[name] = _completed(values[name], name, form)
    return values


def _completed(text: str, name: str, form: Form) -> str:
    """The lines of a list, each with what was added to its order in place."""
    lines = text.split("\n")
    number = 0
    for place, line in enumerate(lines):
        if not line.strip():
            continue
        number += 1
        more = form.get(f"{ANSWER}:order:{name[0]}{number}", [""])[0].strip()
        if more:
            words = line.strip()
            lines[place] = with_more(words, more) if name == STOPPED else f"{words} {more}"
    return "\n".join(lines)


def refuse_unknown(form: Form, own: Collection[str] = (), of_each: tuple[str, ...] = ()) -> None:
    """Raise `InvalidRequest` for fields that the form does not have.

    A page may have fields of its `own`, and such that begin alike `of_each` thing that it shows.
    """
    known, several = {*FIELDS, ANSWER, "part", *own}, (f"{ANSWER}:", *of_each)
    strange = (name for name in form if name not in known and not name.startswith(several))
    faults = tuple(FieldViolation(name, "no field of this form") for name in sorted(strange))
    if faults:
        raise InvalidRequest(faults)


def read_form(values: dict[str, str]) -> wire.CheckPrescriptionRequest:
    """The request that a form amounts to; raises `InvalidRequest` with every field at fault."""
    faults: list[FieldViolation] = []
    given: dict[str, object] = {name: lines_of(values[name]) for name in LISTS}
    for name, text in values.items():
        if name in (*LISTS, *LINES) or not text.strip():
            continue
        try:
            given[name] = _typed(name, text.strip())
        except ValueError as fault:
            faults.append(FieldViolation(_path(name), str(fault)))
    if faults:
        raise InvalidRequest(tuple(faults))
    request = request_of(given)
    for text in lines_of(values["allergies"]):
        request.patient.allergies.add(text=text)
    for code in values["conditions"].replace("\n", ",").split(","):
        if code.strip():
            request.patient.conditions.add(system=CONDITIONS_IN, code=code.strip())
    return request


def lines_of(text: str) -> list[str]:
    """The lines that say something."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def _path(name: str) -> str:
    return name if name in OPTIONS else f"patient.{name}"


def _typed(name: str, text: str) -> object:
    """The value of a field as its kind; raises `ValueError` with what is expected."""
    if name in WHOLE:
        if not text.isdecimal() or len(text) > 4:
            raise ValueError("a whole number of completed years, such as 61")
        return int(text)
    if name in DECIMAL:
        return _decimal(text)
    if name == "jurisdiction" and text.upper() not in {"US", "EU", "CH"}:
        raise ValueError("US, EU or CH")
    for each in CHOICES:
        if name == each.name and text.lower() not in dict(each.values):
            raise ValueError(f"one of {', '.join(dict(each.values))}")
    if name in {each.name for each in TRI_STATES} and text.lower() not in {"yes", "no"}:
        raise ValueError("yes or no; empty where it is not known")
    return text


def _decimal(text: str) -> float:
    """A number with a point, or with a comma where that can be nothing else."""
    try:
        found = float(text.replace(",", ".") if text.count(",") == 1 else text)
    except ValueError:
        raise ValueError("a number, such as 62.5") from None
    return found
