"""What is known of the patient, with what follows from it."""

import datetime
import enum
from dataclasses import dataclass, replace

from lems_guard.clinical.facts import Answer, Span


class LemsStatus(enum.IntEnum):
    """How sure the diagnosis is. This service's patients have LEMS unless told otherwise."""

    CONFIRMED = 1
    SUSPECTED = 2
    ABSENT = 3


class HepaticImpairment(enum.IntEnum):
    """Degree of hepatic impairment."""

    NONE = 1
    MILD = 2
    MODERATE = 3
    SEVERE = 4


class Nat2Phenotype(enum.IntEnum):
    """N-acetyltransferase 2 phenotype; poor metabolisers clear amifampridine slowly."""

    POOR = 1
    INTERMEDIATE = 2
    RAPID = 3


@dataclass(frozen=True, slots=True)
class Patient:
    """The facts of a patient that rules may read; `None` is unknown. No fact names a person."""

    lems_status: LemsStatus = LemsStatus.CONFIRMED
    age_years: Span | None = None
    weight_kg: Span | None = None
    creatinine_clearance_ml_min: Span | None = None
    hepatic_impairment: HepaticImpairment | None = None
    nat2_phenotype: Nat2Phenotype | None = None
    on_dialysis: Answer | None = None
    seizure_history: Answer | None = None
    epilepsy: Answer | None = None
    uncontrolled_asthma: Answer | None = None
    congenital_long_qt: Answer | None = None
    respiratory_compromise: Answer | None = None
    ventilated: Answer | None = None
    planned_anaesthesia: Answer | None = None
    pregnant: Answer | None = None
    breast_feeding: Answer | None = None
    aminopyridine_hypersensitivity: Answer | None = None

    def with_implications(self) -> "Patient":
        """Epilepsy implies a seizure history; no seizure history implies no epilepsy.

        Where the two contradict each other the dangerous one counts (clinical facts, H2).
        """
        if self.epilepsy is Answer.YES:
            return replace(self, seizure_history=Answer.YES)
        if self.seizure_history is Answer.NO and self.epilepsy is None:
            return replace(self, epilepsy=Answer.NO)
        return self


def age_from_birth_date(birth_date: str, on: datetime.date) -> Span:
    """The age in completed years from `YYYY`, `YYYY-MM` or `YYYY-MM-DD`, as a span of the possible.

    Raises `ValueError` when the text is no such date.
    """
    parts = [int(part) for part in birth_date.split("-")]
    if len(parts) == 1:
        first, last = datetime.date(parts[0], 1, 1), datetime.date(parts[0], 12, 31)
    elif len(parts) == 2:
        first = datetime.date(parts[0], parts[1], 1)
        last = _last_of_month(first)
    else:
        first = last = datetime.date.fromisoformat(birth_date)
    return Span(_completed_years(last, on), _completed_years(first, on))


def _last_of_month(first: datetime.date) -> datetime.date:
    next_month = (first + datetime.timedelta(days=31)).replace(day=1)
    return next_month - datetime.timedelta(days=1)


def _completed_years(born: datetime.date, on: datetime.date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
