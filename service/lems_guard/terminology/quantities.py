"""The numbers of an order's text: how much at one time, how often, and whether as needed."""

from lems_guard.clinical.dose import Dose
from lems_guard.terminology.lexicon import Pace
from lems_guard.terminology.words import number_of

DOSE_UNITS = frozenset({"mg", "g", "mcg", "units", "million units", "meq", "mmol"})
DAY, BODY_WEIGHT = "day", "kg"
# A count beside these may be the whole day's: `8 tablets daily`.
WHOLE_DAY = frozenset({"daily", "a day", "/ day", "per day", "each day", "every day", "everyday"})


class Quantities:
    """The numbers found so far. What they mean together is asked for at the end.

    A single amount is the dose, times the number of tablets where that is said. What cannot be
    one number (a range, two amounts) stays unknown, with a note that says so. The amount of a
    whole day is never a dose: it is divided by the frequency, or stays `80 mg/day`.
    """

    __slots__ = (
        "amounts",
        "as_needed",
        "bare",
        "by_weight",
        "concentrations",
        "counts",
        "days",
        "divided",
        "doubt",
        "moments",
        "multiplied",
        "paces",
        "total",
        "unclear",
        "volumes",
        "whole_day",
    )

    def __init__(self) -> None:
        self.amounts: list[Dose] = []
        self.by_weight: list[Dose] = []
        self.volumes: list[float] = []
        self.concentrations: list[tuple[float | None, str, str]] = []
        self.counts: list[float] = []
        self.days: list[Dose] = []
        self.paces: list[float | None] = []
        self.moments = 0
        self.total: Dose | None = None
        self.bare = self.unclear = self.multiplied = self.whole_day = self.divided = False
        self.doubt = ""
        self.as_needed = False

    def take_amount(self, value: float | None, unit: str, *, is_strength: bool) -> None:
        """Take in `20 mg`; of what is no dose by itself (hours), only the volumes are kept.

        `2 tablets 20 mg` leaves open whether the tablet holds 20 mg or both do together.
        """
        if unit in DOSE_UNITS and value is not None:
            if self.counts and not self.amounts:
                self.unclear = not is_strength and set(self.counts) != {1.0}
            self.amounts.append(Dose(value, unit))
        elif unit == "ml" and value is not None:
            self.volumes.append(value)

    def take_count(self, number: float | None, *, times: bool = False) -> None:
        """Take in `3 tablets`, or `x 3 tablets`: so many of the strength before it."""
        if number is not None:
            self.counts.append(number)
            self.multiplied = self.multiplied or times

    def take_total(self) -> None:
        """Take in `(20 mg total)`: the last amount is the whole dose."""
        if self.amounts:
            self.total = self.amounts.pop()
            self.unclear = False

    def take_ratio(self, word: str, unit: str, below: str) -> None:
        """Take in `5 mg/ml`, which is no dose; `4 mg/kg/day` is a day's amount that is not read.

        `0.4 g/kg` is a dose by body weight, where no plain amount stands beside it.
        """
        if below == DAY and unit in DOSE_UNITS and number_of(word) is not None:
            self.doubt = "an amount for a whole day is given"
            return
        number = number_of(word)
        if below == BODY_WEIGHT and unit in DOSE_UNITS and number is not None:
            self.by_weight.append(Dose(number, f"{unit}/{below}"))
        self.concentrations.append((number, unit, below))

    def take_bare(self) -> None:
        """Take in a number without unit: a strength (`Eryc 125`), or who knows what."""
        self.bare = True
        if self.amounts:
            self.doubt = "a number is not clear"

    def take_dashes(self, word: str) -> None:
        """Take in a range (`5-10`), strengths (`50-12.5`), or a day's pattern (`1-0-1`)."""
        numbers = [number_of(part) or 0.0 for part in word.split("-")]
        taken = [number for number in numbers if number]
        if len(numbers) in {3, 4} and taken and max(taken) < 10:
            self.paces.append(float(len(taken)))
            if len(set(taken)) == 1:
                self.counts.append(taken[0])
                return
        self.doubt = "a range or several doses are given"

    def take_pace(self, pace: Pace, per_day: float | None, *, divided: bool = False) -> None:
        """Take in `bid`, `q6h`, `at bedtime`, `prn`, `in 4 divided doses` or `80 mg/day`."""
        self.divided = self.divided or divided
        if pace.unit:
            self._take_day(per_day, pace.unit)
            return
        if pace.as_needed:
            self.as_needed = True
        if pace.moment:
            self.moments += 1
        elif pace.divisions:
            self.paces.append(per_day)

    def _take_day(self, value: float | None, unit: str) -> None:
        if value is None:
            self.doubt = "an amount for a whole day is given"
        else:
            self.days.append(Dose(value, unit))

    def dose(self, notes: list[str]) -> Dose | None:
        """The single dose."""
        doubt = self.doubt or self._contradiction()
        if doubt:
            notes.append(f"{doubt}: the dose is not known")
            return None
        if self.days or self.divided:
            return self._of_day(notes)
        if not self.amounts:
            by_weight = set(self.by_weight)
            return by_weight.pop() if self.total is None and len(by_weight) == 1 else self.total
        dose = self._at_one_time()
        if self.total not in {None, dose}:
            notes.append("the tablets do not make the total: the dose is not known")
            return None
        return dose

    def _at_one_time(self) -> Dose:
        amount = self.amounts[0]
        return Dose(amount.value * self.counts[0], amount.unit) if self.counts else amount

    def _of_day(self, notes: list[str]) -> Dose:
        """`80 mg/day`, or its part where the number of parts is said; an amount beside it yields.

        What stands beside it may be a strength, or contradict it; both readings are then not one.
        """
        day = self.days[0] if self.days else self.amounts[0]
        parts = self.per_day([])
        if not parts:
            return Dose(day.value, f"{day.unit}/{DAY}")
        part = Dose(day.value / parts, day.unit)
        if self.days and self.amounts and self._at_one_time() != part:
            notes.append("the single amount does not make the day's amount, which was used")
        return part

    def _contradiction(self) -> str:
        if self.unclear or (self.bare and self.counts):
            return "a number is not clear"
        if len(self.amounts) > 1 and len(set(self.amounts)) > 1:
            return "more than one dose is given"
        if len(self.counts) > 1 and len(set(self.counts)) > 1:
            return "more than one number of tablets is given"
        return self._doubt_of_day() if self.days or self.divided else ""

    def _doubt_of_day(self) -> str:
        """`80 mg in 4 divided doses` may mean the day's amount or each part."""
        if len(set(self.days)) > 1:
            return "more than one amount for a whole day is given"
        if not self.days and (self.counts or not self.amounts or 1.0 not in self.paces):
            return "an amount in divided doses is given"
        if any(pace is not None and pace < 1 for pace in self.paces):
            return "an amount for a whole day is given, and not every day"
        return ""

    def per_day(self, notes: list[str]) -> float | None:
        """How often a day, where one frequency is said; moments of the day are counted.

        `Daily` beside the amount of a whole day says nothing more of how often.
        """
        paces, moments = self.paces, self.moments
        if self.days or self.divided:
            paces = [pace for pace in paces if pace != 1.0]
        if not paces:
            return float(moments) if moments else None
        pace = paces[0]
        if pace is None or (len(paces) > 1 and len(set(paces)) > 1):
            notes.append("the frequency is not one number: it is not known")
            return None
        if moments and moments not in {pace, 1 if pace <= 1 else 0}:
            notes.append("frequency and times of day contradict each other: it is not known")
            return None
        return pace
