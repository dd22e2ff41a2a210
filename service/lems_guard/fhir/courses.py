"""For how long a FHIR dosage is: the bounds of its timings, in whole days."""

import datetime
import math
from collections import defaultdict

from lems_guard.fhir.dosage import DAYS, IN_WORDS
from lems_guard.fhir.shapes import Json, Resource, above_zero, day_of, obj, objs, text

# Ten years: what is bounded so far away is taken on and on.
LONGEST = 3650


def course_days(resource: Resource) -> int | None:
    """For how many days an order is; `None` where that is not told of each of its lines.

    Lines of one place in the sequence are taken together, and the longest counts; steps of a taper
    follow each other, and their days add up.
    """
    parts = objs(resource.get("dosageInstruction")) or objs(resource.get("dosage"))
    steps: dict[float, int] = defaultdict(int)
    for part in parts:
        days = _bounded(obj(obj(part.get("timing")).get("repeat")))
        if days is None:
            return None
        sequence = above_zero(part.get("sequence")) or 0.0
        steps[sequence] = max(steps[sequence], days)
    return sum(steps.values()) or None


def _bounded(repeat: Resource) -> int | None:
    """The days of one line: a duration, the upper end of a range, or from one day to another."""
    longest = obj(repeat.get("boundsRange")).get("high")
    told = _days(repeat.get("boundsDuration")) or _days(longest)
    return told or _between(obj(repeat.get("boundsPeriod")))


def _days(duration: Json) -> int | None:
    """A duration in days, a begun day as a whole one."""
    said = obj(duration)
    unit = (text(said.get("code")) or text(said.get("unit"))).lower()
    unit = IN_WORDS.get(unit.removesuffix("s"), unit)
    value = above_zero(said.get("value"))
    if value is None or unit not in DAYS or value * DAYS[unit] > LONGEST:
        return None
    return math.ceil(value * DAYS[unit])


def _between(period: Resource) -> int | None:
    """The days from the first to the last, both counted."""
    first, last = day_of(period.get("start")), day_of(period.get("end"))
    if first is None or last is None or last < first:
        return None
    span = last - first + datetime.timedelta(days=1)
    return span.days if span.days <= LONGEST else None
