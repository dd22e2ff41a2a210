"""Reading Observations: weight and renal function, by the latest value of each."""

import datetime
from collections.abc import Iterable
from typing import NamedTuple

from lems_guard.clinical.patient import age_from_birth_date
from lems_guard.fhir.codes import LOINC, MEASUREMENT_BY_CODE, Measurement
from lems_guard.fhir.shapes import (
    Resource,
    above_zero,
    code_of,
    codings_in,
    number,
    obj,
    text,
)

NEVER_WAS = {"entered-in-error", "cancelled", "registered"}
ADULT_YEARS = 18
OLDEST_YEARS = 130


class Measured(NamedTuple):
    """A value in the unit of its measurement, and when it was taken."""

    taken: str
    value: float


class RenalFunction(NamedTuple):
    """Creatinine clearance in mL/min, and how it was come by where it was computed."""

    clearance: float
    how: str = ""


def measured(resources: Iterable[Resource]) -> dict[str, Measured]:
    """The latest value of each measurement that can be read."""
    latest: dict[str, Measured] = {}
    for resource in resources:
        what = _what(resource)
        value = _value(resource, what) if what else None
        if what and value is not None:
            found = Measured(_taken(resource), value)
            latest[what.what] = max(found, latest.get(what.what, found))
    return latest


def _what(resource: Resource) -> Measurement | None:
    if code_of(resource.get("status")) in NEVER_WAS:
        return None
    for coding in codings_in(resource.get("code")):
        system = text(coding.get("system")).rstrip("/").replace("https://", "http://")
        if system == LOINC and text(coding.get("code")) in MEASUREMENT_BY_CODE:
            return MEASUREMENT_BY_CODE[text(coding.get("code"))]
    return None


def _value(resource: Resource, what: Measurement) -> float | None:
    quantity = obj(resource.get("valueQuantity"))
    value = number(quantity.get("value"))
    units = (text(quantity.get(name)).lower() for name in ("code", "unit"))
    factor = next((what.units[unit] for unit in units if unit in what.units), None)
    # "< 0.3" is no value to compute with.
    if value is None or factor is None or quantity.get("comparator"):
        return None
    return above_zero(value * factor)


def _taken(resource: Resource) -> str:
    period = obj(resource.get("effectivePeriod"))
    moments = (
        resource.get("effectiveDateTime"),
        resource.get("effectiveInstant"),
        period.get("end"),
        period.get("start"),
        resource.get("issued"),
    )
    return next((text(moment) for moment in moments if text(moment)), "")


def renal_function(
    values: dict[str, Measured], patient: Resource, today: datetime.date
) -> RenalFunction | None:
    """The creatinine clearance: as reported, else by Cockcroft and Gault, for adults.

    Cockcroft and Gault, Nephron 1976;16:31-41: (140 - age) x weight / (72 x serum creatinine in
    mg/dL), 0.85 of it in women.
    """
    if "clearance" in values:
        return RenalFunction(round(values["clearance"].value, 1))
    years, sex = _age(patient, today), text(patient.get("gender")).lower()
    if not {"weight", "creatinine"} <= values.keys() or sex not in {"male", "female"}:
        return None
    if years is None or not ADULT_YEARS <= years <= OLDEST_YEARS:
        return None
    weight, creatinine = values["weight"], values["creatinine"]
    clearance = (140 - years) * weight.value / (72 * creatinine.value)
    clearance = max(clearance, 0.0) * (0.85 if sex == "female" else 1.0)
    of_day = f" of {creatinine.taken[:10]}" if creatinine.taken else ""
    how = (
        f"Creatinine clearance {clearance:.0f} mL/min was computed by Cockcroft-Gault from age "
        f"{years:.0f}, weight {weight.value:.1f} kg, sex {sex} and serum creatinine "
        f"{creatinine.value:.2f} mg/dL{of_day}."
    )
    return RenalFunction(round(clearance, 1), how)


def _age(patient: Resource, today: datetime.date) -> float | None:
    """The age in years; of a range the oldest, with which the kidney is thought the weakest."""
    try:
        return age_from_birth_date(text(patient.get("birthDate")), today).high
    except ValueError:
        return None
