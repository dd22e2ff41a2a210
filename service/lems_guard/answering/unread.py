"""What was sent of the patient and not understood: each is named, and nothing is read into it."""

from collections.abc import Iterable, Iterator

from lems_guard.clinical.alert import CONDITIONS
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.medication import Coding, Doubt
from lems_guard.clinical.patient import LemsStatus, Patient

ALLERGIES = "allergies"
ALLERGY_UNREAD = "is no allergy that is understood: no drug is offered"
# What the words of a diagnosis may tell, whatever its code.
SPEAKS_OF = {
    "epilep": "epilepsy",
    "seizure": "seizure_history",
    "convuls": "seizure_history",
    "long qt": "congenital_long_qt",
    "uncontrolled asthma": "uncontrolled_asthma",
    "status asthmaticus": "uncontrolled_asthma",
    "lambert": "lems_status",
}
SAYS_NOT = ("no ", "family", "denies", "without")


def unread_conditions(patient: Patient, codings: Iterable[Coding]) -> tuple[Doubt, ...]:
    """The diagnoses whose words speak of a fact that their code did not tell."""
    return tuple(
        Doubt(CONDITIONS, coding.display, f"was not read from its code: answer {fact} itself")
        for coding in codings
        for fact in _facts(coding.display.lower())
        if not _is_known(patient, fact)
    )


def _is_known(patient: Patient, fact: str) -> bool:
    if fact == "lems_status":
        return patient.lems_status is not LemsStatus.ABSENT
    return getattr(patient, fact) is YesNo.YES


def _facts(display: str) -> Iterator[str]:
    if display.startswith(SAYS_NOT):
        return
    yield from dict.fromkeys(fact for word, fact in SPEAKS_OF.items() if word in display)


def unread_allergy(words: str) -> Doubt:
    """An allergy of which nothing is understood."""
    return Doubt(ALLERGIES, words, ALLERGY_UNREAD)
