"""Route, dose and frequency of an order from its structured fields and its text.

A structured field comes before the text. Where the two contradict each other the value becomes
unknown and a note says so: what is guessed wrongly here is a missed alert.
"""

from typing import NamedTuple

from lems_guard.clinical.dose import DAYS, UNIT_SPELLINGS, Dose
from lems_guard.clinical.facts import Answer
from lems_guard.clinical.medication import Medication
from lems_guard.clinical.route import Route
from lems_guard.terminology.licensed import LICENSED, MILLILITRE, SUSPENSIONS, TABLET, TABLETS
from lems_guard.terminology.text_reading import TextReading
from lems_guard.terminology.vocabulary import Readings, Vocabulary
from lems_guard.terminology.words import key_of

MILLILITRES = frozenset({"ml", "mls"})
# What a dose may be given for each of: nothing, body weight, a whole day.
SHARES = frozenset({"", "kg"}) | DAYS


class Dosing(NamedTuple):
    """How an order is given, as far as it is known."""

    route: Route | None
    dose: Dose | None
    doses_per_day: float | None
    as_needed: Answer | None


def dosing_of(
    medication: Medication, reading: TextReading, vocabulary: Vocabulary, notes: list[str]
) -> Dosing:
    """Draw the structured fields and the text together."""
    return Dosing(
        _route(medication, reading, vocabulary, notes),
        _dose(medication, reading, vocabulary, notes),
        _doses_per_day(medication, reading, notes),
        _as_needed(medication, reading, notes),
    )


def in_milligrams(
    dosing: Dosing, medication: Medication, reading: TextReading, readings: Readings
) -> Dosing:
    """Tablets and mL of licensed amifampridine in mg.

    Compounded 3,4-diaminopyridine is an ingredient of its own: what a piece of it holds is unknown.
    """
    dose = dosing.dose
    if dose is None or readings != LICENSED or not reading.licensed:
        return dosing
    unit = key_of(dose.unit)
    suspended = reading.suspension or key_of(medication.form_text) in SUSPENSIONS
    if unit in TABLETS:
        return dosing._replace(dose=Dose(dose.value * TABLET.value, TABLET.unit))
    if unit in MILLILITRES and suspended:
        return dosing._replace(dose=Dose(dose.value * MILLILITRE.value, MILLILITRE.unit))
    return dosing


def _route(
    medication: Medication, reading: TextReading, vocabulary: Vocabulary, notes: list[str]
) -> Route | None:
    """Structured route, else the route's text, else the sig, else the dose form."""
    given = medication.route
    if given is None and medication.route_text:
        word = vocabulary.routes.get(key_of(medication.route_text))
        if word is None:
            notes.append("route text not understood: the route is not known")
            return None
        given = word.route
    said = reading.route
    if given is None:
        if said is Route.OTHER:
            return None
        return said or _form_route(medication, vocabulary, notes) or reading.implied_route
    if said is not None and said is not given:
        notes.append("route and text contradict each other: the route is not known")
        return None
    return given


def _form_route(medication: Medication, vocabulary: Vocabulary, notes: list[str]) -> Route | None:
    if not medication.form_text:
        return None
    form = vocabulary.forms.get(key_of(medication.form_text))
    if form is None:
        notes.append("dose form not understood")
    return form.route if form is not None else None


def _dose(
    medication: Medication, reading: TextReading, vocabulary: Vocabulary, notes: list[str]
) -> Dose | None:
    given, said = medication.dose, reading.dose
    if given is None:
        return said
    unit = given.unit.strip().lower()
    form = vocabulary.forms.get(key_of(unit))
    if form is not None and form.counted:
        return _counted_dose(given, reading)
    plain, _, share = unit.partition("/")
    is_known = plain.strip() in UNIT_SPELLINGS or key_of(plain) in vocabulary.units
    if not is_known or share.strip() not in SHARES:
        notes.append("dose unit not understood: the dose is not known")
        return None
    is_strength = reading.is_product and not reading.counted
    is_strength |= _is_of_day(said) is not _is_of_day(given)
    if said is not None and not is_strength and not _same(given, said):
        notes.append("dose and text contradict each other: the dose is not known")
        return None
    return given


def _counted_dose(given: Dose, reading: TextReading) -> Dose:
    """`2 tablets` of the strength that the text names."""
    if reading.dose is None or reading.counted or _is_of_day(reading.dose):
        return given
    return Dose(given.value * reading.dose.value, reading.dose.unit)


def _is_of_day(dose: Dose | None) -> bool:
    """Whether the amount is that of a whole day, which no single dose contradicts."""
    return dose is not None and dose.milligrams_per_day() is not None


def _same(one: Dose, other: Dose) -> bool:
    left, right = one.milligrams(), other.milligrams()
    if left is None or right is None:
        return one.unit.strip().lower() == other.unit and one.value == other.value
    return abs(left - right) < 1e-9 * max(left, right, 1.0)


def _doses_per_day(medication: Medication, reading: TextReading, notes: list[str]) -> float | None:
    given, said = medication.doses_per_day, reading.per_day
    if given is None:
        return said
    if said is not None and abs(said - given) > 1e-6:
        notes.append("frequency and text contradict each other: the frequency is not known")
        return None
    return given


def _as_needed(medication: Medication, reading: TextReading, notes: list[str]) -> Answer | None:
    given = medication.as_needed
    if not reading.as_needed:
        return given
    if given is Answer.NO:
        notes.append("text says as needed, the order says not: it is not known")
        return None
    return Answer.YES
