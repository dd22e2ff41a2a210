"""`columns.yaml`: what the columns of a pharmacy's extract are called, and what stands in them."""

import csv
import datetime
import re
from pathlib import Path
from typing import NamedTuple

from lems_guard.clinical.errors import InvalidCohort
from lems_guard.knowledge.problems import Problems
from lems_guard.knowledge.reader import read
from lems_guard.knowledge.shape import Fields

REQUIRED = ("patient", "drug")
OPTIONAL = ("code", "sig", "start", "end", "birth_date", "order")
SAID = ("code_system", "date_format", "lems")
# The addresses by which FHIR names the code systems.
CODE_SYSTEMS = {
    "RxNorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "NDC": "http://hl7.org/fhir/sid/ndc",
    "ATC": "http://www.whocc.no/atc",
    "SNOMED CT": "http://snomed.info/sct",
    "UNII": "http://fdasis.nlm.nih.gov",
}
ISO = "%Y-%m-%d"
LEMS = {"listed": True, "inferred": False}
DELIMITERS = (",", "\t", ";", "|")
# By which words in its heading a column is proposed, the surest first.
GUESSES = {
    "patient": ("patient", "member", "person", "mrn", "subject"),
    "drug": ("drug", "medication", "product", "generic", "med_name", "brand"),
    "code": ("ndc", "rxcui", "rxnorm", "atc", "unii"),
    "sig": ("sig", "direction", "instruction", "dosage"),
    "start": ("start", "fill", "dispens", "written", "order_date"),
    "end": ("end", "stop", "discontinu", "expir"),
    "birth_date": ("birth", "dob"),
    "order": ("rx_number", "rx_no", "order_id", "prescription"),
}
SYSTEM_OF = {"ndc": "NDC", "rxcui": "RxNorm", "rxnorm": "RxNorm", "atc": "ATC", "unii": "UNII"}


class Columns(NamedTuple):
    """The columns' headings by what stands in them; empty where there is none.

    `code_system` is the address of the system of all codes, `has_lems` whether everybody listed
    has LEMS; otherwise those do who take amifampridine.
    """

    patient: str
    drug: str
    code: str = ""
    sig: str = ""
    start: str = ""
    end: str = ""
    birth_date: str = ""
    order: str = ""
    code_system: str = ""
    date_format: str = ISO
    has_lems: bool = False

    def headings(self) -> list[str]:
        """All that must be in the file."""
        named = self._asdict()
        return [named[each] for each in (*REQUIRED, *OPTIONAL) if named[each]]


def read_columns(path: Path) -> Columns:
    """The mapping in a file; raises `InvalidCohort` with all that is wrong, each with its place."""
    try:
        content = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise InvalidCohort(f"{path}: cannot be read: {fault}") from None
    problems = Problems()
    columns = _columns(content, path.name, problems)
    if problems:
        raise InvalidCohort("\n".join(map(str, problems.sorted())))
    return columns


def _columns(content: str, name: str, problems: Problems) -> Columns:
    root = read(content, name, problems)
    if root is None:
        return Columns("", "")
    fields = Fields(root, problems, "the mapping", REQUIRED, (*OPTIONAL, *SAID))
    columns = Columns(
        **{each: fields.text(each) for each in (*REQUIRED, *OPTIONAL)},
        code_system=fields.choice("code_system", CODE_SYSTEMS, ""),
        date_format=fields.text("date_format") or ISO,
        has_lems=fields.choice("lems", LEMS, fallback=False),
    )
    if columns.code and not columns.code_system:
        known = ", ".join(CODE_SYSTEMS)
        why = f"'code' needs 'code_system', one of {known}"
        problems.add(fields.place_of("code"), "missing-key", why)
    if not _is_format(columns.date_format):
        why = "'date_format' needs %Y, %m and %d, as in %d.%m.%Y"
        problems.add(fields.place_of("date_format"), "wrong-value", why)
    return columns


def _is_format(date_format: str) -> bool:
    """Whether it says year, month and day."""
    day = datetime.date(1961, 7, 23)
    try:
        back = datetime.datetime.strptime(day.strftime(date_format), date_format)  # noqa: DTZ007
    except ValueError:
        return False
    return back.date() == day


def heading_of(path: Path) -> tuple[list[str], str]:
    """The headings of a table and its delimiter; raises `InvalidCohort` where there are none."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
    except (OSError, UnicodeDecodeError) as fault:
        raise InvalidCohort(f"{path}: cannot be read as UTF-8: {fault}") from None
    if first.startswith(("{", "[")):
        raise InvalidCohort(f"{path}: it holds JSON, and is no table")
    delimiter = max(DELIMITERS, key=first.count)
    headings = next(csv.reader([first], delimiter=delimiter), [])
    if not any(headings):
        raise InvalidCohort(f"{path}: its first line must hold the names of the columns")
    return headings, delimiter


def proposed(headings: list[str]) -> str:
    """A mapping for some headings, as far as these tell, to be looked at by a person."""
    found = {field: _guess(headings, words) for field, words in GUESSES.items()}
    lines = ["# Look at each line: what stands right of the colon is the heading of a column."]
    for field, heading in found.items():
        if heading:
            lines.append(f"{field}: {_quoted(heading)}")
        elif field in REQUIRED:
            lines.append(f"{field}: # needed: no heading looks like it")
    system = next((name for part, name in SYSTEM_OF.items() if part in found["code"].lower()), "")
    if system:
        lines.append(f"code_system: {system}")
    lines += [
        "# date_format: '%m/%d/%Y'   # where dates are not like 2026-11-30",
        "# lems: listed             # where everybody in the file has LEMS; otherwise those who",
        "#                          # take amifampridine are found",
    ]
    return "\n".join(lines) + "\n"


def _guess(headings: list[str], words: tuple[str, ...]) -> str:
    for word in words:
        for heading in headings:
            if word in re.sub(r"[\s.-]+", "_", heading.lower()):
                return heading
    return ""


def _quoted(heading: str) -> str:
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_ ]*", heading)
    return heading if plain else "'" + heading.replace("'", "''") + "'"
