"""Pharmacy extracts: tables of patient, drug, code, sig, start and end, a row an order.

Each row becomes a statement of what a patient takes, and is read as one that a FHIR server sent.
"""

import csv
import datetime
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

import msgspec

from lems_guard.clinical.errors import InvalidCohort
from lems_guard.cohort.columns import Columns, heading_of
from lems_guard.cohort.export_files import PATIENT, ExportedResource, Odometer
from lems_guard.cohort.lines import Reject
from lems_guard.fhir.codes import ICD10CM

# ICD-10-CM: Lambert-Eaton syndrome, unspecified.
LEMS_CODE = "G70.80"
STATEMENT = "MedicationStatement"


class Table:
    """An extract, read by a mapping as of a day; what ended before it is stopped."""

    def __init__(self, path: Path, columns: Columns, today: datetime.date) -> None:
        """Raises `InvalidCohort` where a column of the mapping is not in the file."""
        headings, self._delimiter = heading_of(path)
        missing = [each for each in columns.headings() if each not in headings]
        if missing:
            known = ", ".join(headings)
            raise InvalidCohort(f"{path}: no column {', '.join(missing)} (there are {known})")
        self._path, self._columns, self._today = path, columns, today

    def resources(self, odometer: Odometer) -> Iterator[ExportedResource | Reject]:
        """The rows as resources, and those that cannot be read."""
        with self._path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
            odometer.follow(cast("BinaryIO", file.buffer))
            try:
                yield from self._rows(file)
            finally:
                odometer.leave()

    def _rows(self, file: Iterable[str]) -> Iterator[ExportedResource | Reject]:
        rows = csv.DictReader(file, delimiter=self._delimiter, strict=True)
        while True:
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as fault:
                reason = f"damaged, with the rows that its quotes take in: {fault}"
                yield Reject(self._path.name, rows.line_num, reason)
                continue
            yield from self._row(row, rows.line_num)

    def _row(self, row: dict[str, str], line: int) -> Iterator[ExportedResource | Reject]:
        try:
            found = self._found(row, line)
        except ValueError as fault:
            yield Reject(self._path.name, line, str(fault))
            return
        yield from found

    def _found(self, row: dict[str, str], line: int) -> list[ExportedResource]:
        """The resources of a row; raises `ValueError` in words where it cannot be read."""
        if None in row or None in row.values():
            raise ValueError("it has more or fewer cells than there are columns")
        columns = self._columns
        patient = row[columns.patient].strip()
        if not patient:
            raise ValueError(f"{columns.patient}: empty, so nobody knows whose order it is")
        birth_date = self._day(row, columns.birth_date)
        person = {"resourceType": PATIENT, "id": patient}
        if birth_date:
            person["birthDate"] = birth_date
        found = [_found(PATIENT, patient, person)]
        if columns.has_lems:
            found.append(_found("Condition", patient, _diagnosis()))
        return [*found, _found(STATEMENT, patient, self._statement(row, line))]

    def _statement(self, row: dict[str, str], line: int) -> dict[str, Any]:
        columns = self._columns
        drug, code = row[columns.drug].strip(), self._cell(row, columns.code)
        if not drug and not code:
            raise ValueError(f"{columns.drug}: empty, so nobody knows which drug it is")
        concept: dict[str, Any] = {"text": drug} if drug else {}
        if code:
            concept["coding"] = [{"system": columns.code_system, "code": code}]
        end = self._day(row, columns.end)
        is_over = bool(end) and end < self._today.isoformat()
        statement: dict[str, Any] = {
            "resourceType": STATEMENT,
            # A prescription's number stands again at each fill, which may be of another strength.
            "id": f"{self._cell(row, columns.order) or 'row'}.{line}",
            "status": "completed" if is_over else "active",
            "medicationCodeableConcept": concept,
        }
        sig, start = self._cell(row, columns.sig), self._day(row, columns.start)
        if sig:
            statement["dosage"] = [{"text": sig}]
        period = {name: day for name, day in (("start", start), ("end", end)) if day}
        return statement | ({"effectivePeriod": period} if period else {})

    def _cell(self, row: dict[str, str], heading: str) -> str:
        return row[heading].strip() if heading else ""

    def _day(self, row: dict[str, str], heading: str) -> str:
        """A date in ISO's form; empty where there is none."""
        cell = self._cell(row, heading)
        if not cell:
            return ""
        written = self._columns.date_format
        try:
            return datetime.datetime.strptime(cell, written).date().isoformat()  # noqa: DTZ007
        except ValueError:
            raise ValueError(f"{heading}: no date written as {written}") from None


def _diagnosis() -> dict[str, Any]:
    return {
        "resourceType": "Condition",
        "id": "lems",
        "code": {"coding": [{"system": ICD10CM, "code": LEMS_CODE}]},
    }


def _found(kind: str, patient: str, resource: dict[str, Any]) -> ExportedResource:
    own_id = str(resource["id"])
    return ExportedResource(kind, own_id, patient, msgspec.json.encode(resource))
