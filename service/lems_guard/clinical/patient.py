"""What is known of the patient, with what follows from it."""

import calendar
import datetime
import math
from dataclasses import dataclass, replace
from typing import NamedTuple

from lems_guard.clinical.facts import Interval, YesNo
from lems_guard.clinical.term import Term

# What a label calls end-stage: below 15 mL/min, or dialysis.
ON_DIALYSIS = Interval(0.0, math.nextafter(15.0, 0.0))


class LemsStatus(Term):
    """How sure the diagnosis is. This service's patients have LEMS unless told otherwise."""

    CONFIRMED = 1
    SUSPECTED = 2
    ABSENT = 3


class HepaticImpairment(Term):
    """Degree of hepatic impairment."""

    NONE = 1
    MILD = 2
    MODERATE = 3
    SEVERE = 4


class Nat2Phenotype(Term):
    """N-acetyltransferase 2 phenotype; poor metabolisers clear amifampridine slowly."""

    POOR = 1
    INTERMEDIATE = 2
    RAPID = 3


class Allergies(NamedTuple):
    """What the patient must not be offered: drugs, and whether an entry was not understood."""

    ingredients: frozenset[str] = frozenset()
    has_unclear: bool = False


NO_ALLERGIES_TOLD = Allergies()


@dataclass(frozen=True, slots=True)
class Patient:
    """The facts of a patient that rules may read; `None` is unknown. No fact names a person."""

    lems_status: LemsStatus = LemsStatus.CONFIRMED
    age_years: Interval | None = None
    weight_kg: Interval | None = None
    creatinine_clearance_ml_min: Interval | None = None
    hepatic_impairment: HepaticImpairment | None = None
    nat2_phenotype: Nat2Phenotype | None = None
    on_dialysis: YesNo | None = None
    seizure_history: YesNo | None = None
    epilepsy: YesNo | None = None
    uncontrolled_asthma: YesNo | None = None
    congenital_long_qt: YesNo | None = None
    respiratory_compromise: YesNo | None = None
    ventilated: YesNo | None = None
    planned_anaesthesia: YesNo | None = None
    pregnant: YesNo | None = None
    breast_feeding: YesNo | None = None
    aminopyridine_hypersensitivity: YesNo | None = None
    small_cell_lung_cancer: YesNo | None = None

    def with_implications(self) -> "Patient":
        """What follows: epilepsy implies a seizure history, and no seizure history no epilepsy.

        Ventilation implies that breathing is compromised, dialysis that the clearance is below
        15 mL/min, whatever clearance is told. Where two facts contradict each other the dangerous
        one counts (clinical facts, H2, I17).
        """
        seizures, epilepsy = self.seizure_history, self.epilepsy
        if epilepsy is YesNo.YES:
            seizures = YesNo.YES
        elif seizures is YesNo.NO and epilepsy is None:
            epilepsy = YesNo.NO
        breathing = self.respiratory_compromise
        if self.ventilated is YesNo.YES:
            breathing = YesNo.YES
        clearance = self.creatinine_clearance_ml_min
        if self.on_dialysis is YesNo.YES and (clearance is None or clearance.high >= 15):
            clearance = ON_DIALYSIS
        told = self.seizure_history, self.epilepsy, self.respiratory_compromise
        if (*told, self.creatinine_clearance_ml_min) == (seizures, epilepsy, breathing, clearance):
            return self
        return replace(
            self,
            seizure_history=seizures,
            epilepsy=epilepsy,
            respiratory_compromise=breathing,
            creatinine_clearance_ml_min=clearance,
        )


def age_from_birth_date(birth_date: str, on: datetime.date) -> Interval:
    """The age in completed years from `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, as a span of the possible.

    Raises `ValueError` when the text is no such date.
    """
    if len(birth_date) == 4:
        first, last = day(f"{birth_date}-01-01"), day(f"{birth_date}-12-31")
    elif len(birth_date) == 7:
        first = day(f"{birth_date}-01")
        last = _last_of_month(first)
    else:
        first = last = day(birth_date)
    return Interval(_completed_years(last, on), _completed_years(first, on))


def day(text: str) -> datetime.date:
    """The date written as `YYYY-MM-DD`; raises `ValueError` for any other way of writing one."""
    if len(text) != 10 or text[4] != "-" or text[7] != "-":
        raise ValueError("a date as YYYY-MM-DD")
    return datetime.date.fromisoformat(text)


def _last_of_month(first: datetime.date) -> datetime.date:
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def _completed_years(born: datetime.date, on: datetime.date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
