"""Route, dose, frequency and phase of an order from its structured fields and its words.

What a field says stands. Where the words say otherwise both are judged, and the doubt is named:
what is guessed wrongly here is a missed alert.
"""

from typing import NamedTuple

from lems_guard.clinical.dose import DAYS, UNIT_SPELLINGS, Dose
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.medication import Doubt, Medication, Phase
from lems_guard.clinical.route import Route
from lems_guard.terminology.reading.licensed import (
    LICENSED,
    MILLILITRE,
    SUSPENSIONS,
    TABLET,
    TABLETS,
)
from lems_guard.terminology.reading.reading import DOSE, PHASE, ROUTE, TIMES, Reading
from lems_guard.terminology.vocabulary import Readings, Vocabulary
from lems_guard.terminology.words import key_of

MILLILITRES = frozenset({"ml", "mls"})
# What a dose may be given for each of: nothing, body weight, a whole day, or both of these.
SHARES = frozenset({"", "kg"}) | DAYS | {f"kg/{day}" for day in DAYS}
AS_NEEDED = "as_needed"


class Dosing(NamedTuple):
    """How an order is given, as far as it is known, with what else may be meant."""

    route: Route | None
    routes: tuple[Route, ...]
    dose: Dose | None
    other_doses: tuple[Dose, ...]
    per_day: float | None
    other_per_day: tuple[float, ...]
    as_needed: YesNo | None
    phase: Phase | None
    doubts: tuple[Doubt, ...]


def dosing_of(medication: Medication, reading: Reading, vocabulary: Vocabulary) -> Dosing:
    """Draw the structured fields and the words together."""
    doubts: list[Doubt] = []
    settled: set[str] = set()
    route, routes = _route(medication, reading, vocabulary, doubts, settled)
    dose, other_doses = _dose(medication, reading, vocabulary, doubts, settled)
    per_day, other_per_day = _per_day(medication, reading, doubts, settled)
    as_needed = _as_needed(medication, reading, doubts)
    phase = _phase(medication, reading, doubts)
    said = [each for each in reading.doubts if each.field not in settled]
    return Dosing(
        route,
        routes,
        dose,
        other_doses,
        per_day,
        other_per_day,
        as_needed,
        phase,
        (*said, *doubts),
    )


def in_milligrams(
    dosing: Dosing, medication: Medication, reading: Reading, readings: Readings
) -> Dosing:
    """Tablets and mL of licensed amifampridine in mg.

    Compounded 3,4-diaminopyridine is an ingredient of its own: what a piece of it holds is unknown.
    """
    if dosing.dose is None or readings != LICENSED or not reading.licensed:
        return dosing
    suspended = reading.suspension or key_of(medication.form_text) in SUSPENSIONS
    others = tuple(_in_milligrams(each, suspended=suspended) for each in dosing.other_doses)
    return dosing._replace(
        dose=_in_milligrams(dosing.dose, suspended=suspended), other_doses=others
    )


def _in_milligrams(dose: Dose, *, suspended: bool) -> Dose:
    unit = key_of(dose.unit)
    if unit in TABLETS:
        return Dose(dose.value * TABLET.value, TABLET.unit)
    if unit in MILLILITRES and suspended:
        return Dose(dose.value * MILLILITRE.value, MILLILITRE.unit)
    return dose


def _route(
    medication: Medication,
    reading: Reading,
    vocabulary: Vocabulary,
    doubts: list[Doubt],
    settled: set[str],
) -> tuple[Route | None, tuple[Route, ...]]:
    """Structured route, else the route's text, else the sig, else the dose form."""
    given, said = medication.route, reading.route
    if given is None and medication.route_text:
        word = vocabulary.routes.get(key_of(medication.route_text))
        if word is None:
            what = "route text not understood: the route is not known"
            doubts.append(Doubt(ROUTE, medication.route_text, what))
            return said, reading.routes
        given = word.route
    if given is None:
        if said is not None or reading.routes:
            return (None if said is Route.OTHER else said), reading.routes
        return _form_route(medication, vocabulary, doubts) or reading.implied_route, ()
    settled.add(ROUTE)
    told = reading.routes or (() if said is None else (said,))
    if not told or given in told:
        return given, ()
    doubts.append(Doubt(ROUTE, "", "route and text contradict each other: both are judged"))
    return None, tuple(dict.fromkeys((given, *told)))


def _form_route(
    medication: Medication, vocabulary: Vocabulary, doubts: list[Doubt]
) -> Route | None:
    if not medication.form_text:
        return None
    form = vocabulary.forms.get(key_of(medication.form_text))
    if form is None:
        doubts.append(Doubt(ROUTE, medication.form_text, "dose form not understood"))
    return form.route if form is not None else None


def _dose(
    medication: Medication,
    reading: Reading,
    vocabulary: Vocabulary,
    doubts: list[Doubt],
    settled: set[str],
) -> tuple[Dose | None, tuple[Dose, ...]]:
    """The dose that a field gives, and beside it the readings of the text that contradict it."""
    given = medication.dose
    if given is None:
        return reading.dose, reading.other_doses
    said = _said_doses(reading)
    unit = given.unit.strip().lower()
    form = vocabulary.forms.get(key_of(unit))
    if form is not None and form.counted:
        given = _counted_dose(given, reading)
    elif not _is_unit(unit, vocabulary):
        what = "dose unit not understood: the dose is not known"
        doubts.append(Doubt(DOSE, given.unit, what))
        return reading.dose, reading.other_doses
    settled.add(DOSE)
    if not said or any(_same(given, each) for each in said):
        return given, ()
    doubts.append(Doubt(DOSE, "", "dose and text contradict each other: both are judged"))
    return given, said


def _is_unit(unit: str, vocabulary: Vocabulary) -> bool:
    plain, _, share = unit.partition("/")
    known = plain.strip() in UNIT_SPELLINGS or key_of(plain) in vocabulary.units
    return known and share.strip() in SHARES


def _said_doses(reading: Reading) -> tuple[Dose, ...]:
    """The doses that the text says beside a field: a product's strength is none."""
    if reading.dose is None or reading.is_product or _is_of_day(reading.dose):
        return ()
    return (reading.dose, *reading.other_doses)


def _counted_dose(given: Dose, reading: Reading) -> Dose:
    """`2 tablets` of the strength that the text names."""
    strength = reading.strength
    if strength is None and not reading.counted and not _is_of_day(reading.dose):
        strength = reading.dose
    if strength is None:
        return given
    return Dose(given.value * strength.value, strength.unit)


def _is_of_day(dose: Dose | None) -> bool:
    """Whether the amount is that of a whole day, which no single dose contradicts."""
    return dose is not None and dose.unit.partition("/")[2] in DAYS


def _same(one: Dose, other: Dose) -> bool:
    left, right = one.milligrams(), other.milligrams()
    if left is None or right is None:
        return one.unit.strip().lower() == other.unit and one.value == other.value
    return abs(left - right) < 1e-9 * max(left, right, 1.0)


def _per_day(
    medication: Medication, reading: Reading, doubts: list[Doubt], settled: set[str]
) -> tuple[float | None, tuple[float, ...]]:
    given, said = medication.doses_per_day, reading.per_day
    if given is None:
        return said, reading.other_per_day
    settled.add(TIMES)
    told = () if said is None else (said, *reading.other_per_day)
    if not told or any(abs(each - given) <= 1e-6 for each in told):
        return given, ()
    doubts.append(Doubt(TIMES, "", "frequency and text contradict each other: both are judged"))
    return given, told


def _as_needed(medication: Medication, reading: Reading, doubts: list[Doubt]) -> YesNo | None:
    given = medication.as_needed
    if not reading.as_needed:
        return given
    if given is YesNo.NO:
        what = "text says as needed, the order says not: it is not known"
        doubts.append(Doubt(AS_NEEDED, "", what))
        return None
    return YesNo.YES


def _phase(medication: Medication, reading: Reading, doubts: list[Doubt]) -> Phase | None:
    given, said = medication.phase, reading.phase
    if given is not None and said is not None and given is not said:
        doubts.append(Doubt(PHASE, "", "phase and text contradict each other: both are judged"))
        return None
    return given or said
