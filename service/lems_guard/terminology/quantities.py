"""The numbers of an order's text: how much at one time, how often, and whether as needed."""

from lems_guard.clinical.dose import Dose
from lems_guard.terminology.lexicon import Pace
from lems_guard.terminology.words import number_of

DOSE_UNITS = frozenset({"mg", "g", "mcg", "units", "million units", "meq", "mmol"})
DAY = "day"


class Quantities:
    """The numbers found so far. What they mean together is asked for at the end.

    A single amount is the dose, times the number of tablets where that is said. What cannot be
    one number (a range, two amounts) stays unknown, with a note that says so.
    """

    __slots__ = (
        "amounts",
        "as_needed",
        "bare",
        "counts",
        "daily",
        "moments",
        "paces",
        "ranges",
        "unsure",
    )

    def __init__(self) -> None:
        self.amounts: list[Dose] = []
        self.counts: list[float] = []
        self.paces: list[float | None] = []
        self.bare = 0
        self.moments = 0
        self.ranges = 0
        self.daily = False
        self.unsure = False
        self.as_needed = False

    def take_amount(self, value: float, unit: str) -> None:
        """Take in `20 mg`; amounts that are no dose (volumes, hours) say nothing here."""
        if unit in DOSE_UNITS:
            self.amounts.append(Dose(value, unit))

    def take_ratio(self, word: str, unit: str, below: str) -> None:
        """Take in `5 mg/ml`, which is no dose; `20 mg/day` is a day's amount in unknown parts."""
        if below == DAY and unit in DOSE_UNITS and number_of(word) is not None:
            self.daily = True

    def take_count(self, number: float) -> None:
        """Take in `2 tablets`."""
        self.counts.append(number)

    def take_bare(self) -> None:
        """Take in a number without unit: a strength (`Eryc 125`), or who knows what."""
        self.bare += 1
        self.unsure = self.unsure or bool(self.amounts)

    def take_range(self) -> None:
        """Take in `5-10 mg` or `1-2 tablets`: which of them is not said."""
        self.ranges += 1

    def take_pattern(self, word: str) -> None:
        """Take in `1-1-1-1`: how many in the morning, at noon, in the evening, at night."""
        counts = [number_of(part) or 0.0 for part in word.split("-")]
        taken = [count for count in counts if count]
        self.paces.append(float(len(taken)))
        if len(set(taken)) == 1:
            self.counts.append(taken[0])
        else:
            self.unsure = True

    def take_pace(self, pace: Pace, per_day: float | None) -> None:
        """Take in `bid`, `q6h`, `at bedtime` or `prn`."""
        if pace.as_needed:
            self.as_needed = True
        if pace.moment:
            self.moments += 1
        elif pace.divisions:
            self.paces.append(per_day)

    def dose(self, notes: list[str], *, parts: int) -> Dose | None:
        """The single dose of a drug with one part; strengths of several are no dose."""
        if parts != 1:
            return None
        doubt = self._doubt()
        if doubt:
            notes.append(f"{doubt}: the dose is not known")
            return None
        if not self.amounts:
            return None
        amount = self.amounts[0]
        return Dose(amount.value * self.counts[0], amount.unit) if self.counts else amount

    def _doubt(self) -> str:
        """Why the numbers do not make one dose; empty if they do."""
        if self.ranges:
            return "a range of doses is given"
        if self.unsure or (self.bare and self.counts):
            return "a number is not clear"
        if self.daily:
            return "an amount for a whole day is given"
        if len(set(self.amounts)) > 1 or len(set(self.counts)) > 1:
            return "more than one dose is given"
        return ""

    def per_day(self, notes: list[str]) -> float | None:
        """How often a day, where one frequency is said."""
        paces = set(self.paces)
        if not paces:
            return float(self.moments) if self.moments else None
        if len(paces) > 1 or None in paces:
            notes.append("the frequency is not one number: it is not known")
            return None
        return self.paces[0]
