"""Reading dosage: route, single dose, doses a day, and whether it is taken only when needed.

Where a range is given its upper end counts, and where several lines are to be taken together the
largest single dose and the whole daily dose: what is read must never be less than what is meant.
"""

import functools
from collections import defaultdict
from typing import NamedTuple

from lems_guard.order_entry.codes import (
    DOSES_PER_DAY,
    OTHER_ROUTE_STEMS,
    ROUTE_BY_CODE,
    ROUTES,
    SNOMED_CT,
    code_system,
)
from lems_guard.order_entry.shapes import (
    Json,
    Resource,
    above_zero,
    codings_in,
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
SNOMED = code_system(SNOMED_CT)


class Amount(NamedTuple):
    """A quantity in its unit."""

    value: float
    unit: str


class Line(NamedTuple):
    """One line of dosage; lines with the same place in the sequence are taken together."""

    dose: Amount | None
    per_day: float | None
    sequence: float


class Dosage(NamedTuple):
    """All lines of an order together. Zero, `None` and empty text mean "not said"."""

    route: terms.Route = terms.ROUTE_UNSPECIFIED
    route_text: str = ""
    dose: Amount | None = None
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
    sig = text(parts[0].get("text")) if len(parts) == 1 else ""
    return Dosage(route, route_text, dose, per_day, _as_needed(parts), sig)


def _line(part: Resource) -> Line:
    sequence = above_zero(part.get("sequence")) or 0.0
    return Line(_dose(part), _per_day(obj(part.get("timing"))), sequence)


def _dose(part: Resource) -> Amount | None:
    """The dose in R4 and R5 (`doseAndRate`), before (`doseQuantity`), or when given (`dose`)."""
    for rated in (*objs(part.get("doseAndRate")), part):
        found = _amount(rated.get("doseQuantity")) or _amount(
            obj(rated.get("doseRange")).get("high")
        )
        if found:
            return found
    return _amount(part.get("dose"))


def _amount(quantity: Json) -> Amount | None:
    quantity = obj(quantity)
    value = above_zero(quantity.get("value"))
    unit = text(quantity.get("code")) or text(quantity.get("unit"))
    # UCUM writes counted things in braces or as 1; the words beside it say which.
    if unit.startswith("{") or unit == "1":
        unit = text(quantity.get("unit")) or unit.strip("{}")
    return (
        Amount(value, unit.lower() if unit.isalpha() and unit.isupper() else unit)
        if value and unit
        else None
    )


def _per_day(timing: Resource) -> float | None:
    repeat = obj(timing.get("repeat"))
    return _repeated(repeat) if repeat else _abbreviated(timing.get("code"))


def _repeated(repeat: Resource) -> float | None:
    times = _times(repeat)
    period = above_zero(repeat.get("period"))
    unit = text(repeat.get("periodUnit")) or text(repeat.get("periodUnits"))
    weekdays = repeat.get("dayOfWeek")
    if period and unit in DAYS:
        return (times or 1.0) / (period * DAYS[unit])
    if not times:
        return None
    return times * len(weekdays) / 7 if isinstance(weekdays, list) and weekdays else times


def _times(repeat: Resource) -> float | None:
    """How often in the period: a number, hours of the day, or events such as meals."""
    for name in ("frequencyMax", "frequency"):
        found = above_zero(repeat.get(name))
        if found:
            return found
    for name in ("timeOfDay", "when"):
        moments = repeat.get(name)
        if isinstance(moments, list) and moments:
            return float(len(moments))
        if text(moments):
            return 1.0
    return None


def _abbreviated(code: Json) -> float | None:
    names = [text(coding.get("code")) for coding in codings_in(code)]
    names.append(words_of(code))
    return next(
        (DOSES_PER_DAY[name.upper()] for name in names if name.upper() in DOSES_PER_DAY), None
    )


def _together(lines: list[Line]) -> tuple[Amount | None, float | None]:
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
