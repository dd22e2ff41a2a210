"""Reading dosage: route, single dose, doses a day, and whether it is taken only when needed.

Where a range is given its upper end counts, and where several lines are to be taken together the
largest single dose and the whole daily dose: what is read must never be less than what is meant.
"""

import functools
import re
from collections import defaultdict
from typing import NamedTuple

from lems_guard.fhir.codes import (
    DOSES_PER_DAY,
    OTHER_ROUTE_STEMS,
    ROUTE_BY_CODE,
    ROUTES,
    SNOMED_CT,
    code_system,
)
from lems_guard.fhir.shapes import (
    Json,
    Resource,
    above_zero,
    codings_in,
    concepts,
    obj,
    objs,
    text,
    words_of,
)
from lems_guard.v1 import terms_pb2 as terms

DAYS = {
    "s": 1 / 86400,
    "min": 1 / 1440,
    "h": 1 / 24,
    "d": 1.0,
    "wk": 7.0,
    "mo": 30.0,
    "a": 365.0,
}
# Units as some systems write them in words.
IN_WORDS = {
    "second": "s",
    "minute": "min",
    "hour": "h",
    "day": "d",
    "week": "wk",
    "month": "mo",
    "year": "a",
}
# http://terminology.hl7.org/CodeSystem/v3-TimingEvent: at, before and after meals in general.
MEALS = {"C", "AC", "PC"}
MEALS_A_DAY = 3
MOST_A_DAY = 48
PERIODS = ("period", "periodMax", "periodUnit", "periodUnits")
MOMENTS = ("timeOfDay", "when")
WRITTEN_NUMBER = re.compile(r"[0-9]{1,6}(\.[0-9]{1,6})?")
# An instruction that counts nothing ("do not drive if affected") says nothing of how much or when.
COUNTS = re.compile(r"\d|\b(?:one|two|three|four|five|six|half|double|once|twice)\b", re.IGNORECASE)
SNOMED = code_system(SNOMED_CT)
# More of any unit is no dose, but a mistake whose daily sum may be beyond all numbers.
LARGEST = 1e12


class Quantity(NamedTuple):
    """A quantity in its unit."""

    value: float
    unit: str


class DosageLine(NamedTuple):
    """One line of dosage; lines with the same place in the sequence are taken together."""

    dose: Quantity | None
    per_day: float | None
    sequence: float


class Dosage(NamedTuple):
    """All lines of an order together. Zero, `None` and empty text mean "not said"."""

    route: terms.Route = terms.ROUTE_UNSPECIFIED
    route_text: str = ""
    dose: Quantity | None = None
    per_day: float | None = None
    as_needed: terms.Answer = terms.ANSWER_UNSPECIFIED
    sig: str = ""


def dosage_of(resource: Resource) -> Dosage:
    """The dosage of an order, a statement, an administration or a dispense."""
    parts = objs(resource.get("dosageInstruction")) or objs(resource.get("dosage"))
    if not parts:
        return Dosage()
    dose, per_day = _together([_line(part) for part in parts])
    route, route_text = _route(parts)
    return Dosage(route, route_text, dose, per_day, _as_needed(parts), _words(parts))


def _words(parts: list[Resource]) -> str:
    """What the lines say in words: text, instructions, what the patient is told, and maxima.

    Several lines that say all in their fields say it better than their words do, joined.
    """
    lines = [_line(part) for part in parts]
    if len(parts) > 1 and all(line.dose and line.per_day for line in lines):
        return ", ".join(filter(None, map(_most, parts)))
    return ", ".join(filter(None, (each for part in parts for each in _said(part))))


def _said(part: Resource) -> tuple[str, ...]:
    """One line in words; a dose without a unit is a number that only words can carry."""
    bare = "" if _dose(part) else _bare_dose(part)
    patient = text(part.get("patientInstruction"))
    said = text(part.get("text"))
    told = map(words_of, concepts(part, "additionalInstruction", "additionalInstructions"))
    counted = (each for each in told if COUNTS.search(each))
    also = (each for each in (patient, *counted) if each not in said)
    return said, *dict.fromkeys(also), bare, _most(part)


def _bare_dose(part: Resource) -> str:
    rated = [obj(each.get("doseQuantity")) for each in (*objs(part.get("doseAndRate")), part)]
    values = [_number(each.get("value")) for each in rated]
    return next((f"take {value:g}" for value in values if value), "")


def _most(part: Resource) -> str:
    """The most that may be taken in a day: one ratio until R4, several since."""
    sent = part.get("maxDosePerPeriod")
    for ratio in objs(sent) or [obj(sent)]:
        most, period = _amount(ratio.get("numerator")), obj(ratio.get("denominator"))
        unit = text(period.get("code")) or text(period.get("unit"))
        days = (_number(period.get("value")) or 1.0) * DAYS.get(unit.lower(), 0.0)
        if most and days == 1.0:
            return f"max {most.value:g} {most.unit} per day"
    return ""


def _line(part: Resource) -> DosageLine:
    sequence = above_zero(part.get("sequence")) or 0.0
    return DosageLine(_dose(part), _per_day(obj(part.get("timing"))), sequence)


def _dose(part: Resource) -> Quantity | None:
    """The dose in R4 and R5 (`doseAndRate`), before (`doseQuantity`), or when given (`dose`).

    Of a calculated and an ordered dose the larger counts, where they can be compared.
    """
    found = [
        _amount(rated.get("doseQuantity")) or _amount(obj(rated.get("doseRange")).get("high"))
        for rated in (*objs(part.get("doseAndRate")), part)
    ]
    doses = [dose for dose in (*found, _amount(part.get("dose"))) if dose]
    if not doses:
        return None
    return max(dose for dose in doses if dose.unit == doses[0].unit)


def _amount(quantity: Json) -> Quantity | None:
    quantity = obj(quantity)
    value = _number(quantity.get("value"))
    unit = text(quantity.get("code")) or text(quantity.get("unit"))
    # UCUM writes counted things in braces or as 1; the words beside it say which.
    if unit.startswith("{") or unit == "1":
        unit = text(quantity.get("unit")) or unit.strip("{}")
    if not value or value > LARGEST or not unit:
        return None
    return Quantity(value, unit.lower() if unit.isalpha() and unit.isupper() else unit)


def _per_day(timing: Resource) -> float | None:
    """How often a day; a code stands for all that the rest of the timing says."""
    return _repeated(obj(timing.get("repeat"))) or _abbreviated(timing.get("code"))


def _repeated(repeat: Resource) -> float | None:
    """How often a day by the parts of a timing; one that cannot be read leaves it unknown."""
    times, days = _times(repeat), _period(repeat)
    if days is None or not times:
        return None
    if _has(repeat, *PERIODS):
        often = above_zero(times / days)
        # Nobody takes a drug every second: what says so was sent by mistake.
        return often if often and often <= MOST_A_DAY else None
    weekdays = repeat.get("dayOfWeek")
    return times * len(weekdays) / 7 if isinstance(weekdays, list) and weekdays else times


def _period(repeat: Resource) -> float | None:
    """The period in days, one day where none is said; `None` where it cannot be read."""
    if not _has(repeat, *PERIODS):
        return 1.0
    period = _number(repeat.get("period")) if _has(repeat, "period", "periodMax") else 1.0
    unit = (text(repeat.get("periodUnit")) or text(repeat.get("periodUnits"))).lower()
    unit = IN_WORDS.get(unit.removesuffix("s"), unit)
    return above_zero(period * DAYS[unit]) if period and unit in DAYS else None


def _times(repeat: Resource) -> float | None:
    """How often in the period: a number, hours of the day, or events such as meals.

    Once where the period alone is said; `None` where what is said cannot be read.
    """
    said = [name for name in ("frequencyMax", "frequency") if _has(repeat, name)]
    found = [_number(repeat[name]) for name in said]
    found += [
        _moments(repeat[name], of_meals=1 if said else MEALS_A_DAY)
        for name in MOMENTS
        if _has(repeat, name)
    ]
    if not found:
        return 1.0 if _has(repeat, "period") else None
    return None if None in found else max(each for each in found if each)


def _has(repeat: Resource, *names: str) -> bool:
    return any(repeat.get(name) not in (None, "", []) for name in names)


def _number(value: Json) -> float | None:
    """A number above zero, also one that was sent as a text."""
    if isinstance(value, str) and WRITTEN_NUMBER.fullmatch(value.strip()):
        value = float(value)
    return above_zero(value)


def _moments(moments: Json, of_meals: int) -> float | None:
    """How many moments are named; "before meals" is so many, where no number says otherwise."""
    named = [text(each) for each in (moments if isinstance(moments, list) else [moments])]
    if not all(named):
        return None
    return float(sum(of_meals if each.upper() in MEALS else 1 for each in named))


def _abbreviated(code: Json) -> float | None:
    names = [text(coding.get("code")) for coding in codings_in(code)]
    names.append(words_of(code))
    return next(
        (DOSES_PER_DAY[name.upper()] for name in names if name.upper() in DOSES_PER_DAY), None
    )


def _together(lines: list[DosageLine]) -> tuple[Quantity | None, float | None]:
    """The largest single dose, and as many of it a day as make the largest daily dose."""
    if len(lines) == 1:
        return lines[0].dose, lines[0].per_day
    doses = [line.dose for line in lines if line.dose]
    if len(doses) < len(lines) or len({dose.unit for dose in doses}) > 1:
        return None, None
    largest = max(doses)
    daily: dict[float, float] = defaultdict(float)
    for line in lines:
        if line.dose is None or line.per_day is None:
            return largest, None
        daily[line.sequence] += line.dose.value * line.per_day
    return largest, max(daily.values()) / largest.value


def _route(parts: list[Resource]) -> tuple[terms.Route, str]:
    """The route by code and in words; nothing where lines, or words and code, disagree."""
    found = {_route_of(obj(part.get("route"))) for part in parts if obj(part.get("route"))}
    return found.pop() if len(found) == 1 else (terms.ROUTE_UNSPECIFIED, "")


def _route_of(concept: Resource) -> tuple[terms.Route, str]:
    codes = tuple(
        text(coding.get("code"))
        for coding in codings_in(concept)
        if code_system(text(coding.get("system"))) == SNOMED
    )
    return _routed(words_of(concept), codes)


@functools.lru_cache(maxsize=1024)
def _routed(said: str, codes: tuple[str, ...]) -> tuple[terms.Route, str]:
    """A route by words and codes; the few that there are recur in every order."""
    words = said.lower().replace("(qualifier value)", "").strip()
    words = words.removesuffix(" route").removesuffix(" use").strip()
    coded = next((ROUTE_BY_CODE[code] for code in codes if code in ROUTE_BY_CODE), None)
    if coded is None:
        return terms.ROUTE_UNSPECIFIED, words
    stems = (*[each.stem for each in ROUTES], *OTHER_ROUTE_STEMS)
    if coded.stem not in words and any(stem in words for stem in stems):
        return terms.ROUTE_UNSPECIFIED, ""
    return coded.route, ""


def _as_needed(parts: list[Resource]) -> terms.Answer:
    """YES where any line is; NO where every line says that it is not."""
    said = [_needed(part) for part in parts]
    if terms.ANSWER_YES in said:
        return terms.ANSWER_YES
    return terms.ANSWER_NO if set(said) == {terms.ANSWER_NO} else terms.ANSWER_UNSPECIFIED


def _needed(part: Resource) -> terms.Answer:
    if part.get("asNeededCodeableConcept") or part.get("asNeededFor"):
        return terms.ANSWER_YES
    for name in ("asNeededBoolean", "asNeeded"):
        if isinstance(part.get(name), bool):
            return terms.ANSWER_YES if part[name] else terms.ANSWER_NO
    return terms.ANSWER_UNSPECIFIED
