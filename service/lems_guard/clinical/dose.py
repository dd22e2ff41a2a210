"""Doses and their arithmetic, in milligrams of the active base."""

from typing import NamedTuple

from lems_guard.clinical.term import Term

# Strengths are base strengths whatever the salt name says (clinical facts, H4): there is no
# salt conversion here on purpose.
MILLIGRAMS_PER_UNIT = {"mg": 1.0, "g": 1000.0, "mcg": 0.001}

UNIT_SPELLINGS = {
    "mg": "mg",
    "milligram": "mg",
    "milligrams": "mg",
    "g": "g",
    "gm": "g",
    "gram": "g",
    "grams": "g",
    "mcg": "mcg",
    "ug": "mcg",
    "µg": "mcg",
    "μg": "mcg",
    "microgram": "mcg",
    "micrograms": "mcg",
}


DAYS = frozenset({"day", "d"})


class DoseBasis(Term):
    """What a number of milligrams counts: the active base, or its heavier salt."""

    BASE = 1
    SALT = 2


class Dose(NamedTuple):
    """An amount taken at one time, with its unit as sent; `mg/day` is that of a whole day."""

    value: float
    unit: str

    def milligrams(self) -> float | None:
        """The dose in mg, or `None` when its unit (drops, units, g/kg) is no mass."""
        unit = UNIT_SPELLINGS.get(self.unit.strip().casefold())
        return None if unit is None else self.value * MILLIGRAMS_PER_UNIT[unit]

    def milligrams_per_day(self) -> float | None:
        """The mg of a whole day taken in parts that nobody told; else `None`."""
        unit, _, share = self.unit.partition("/")
        return Dose(self.value, unit).milligrams() if share.strip().casefold() in DAYS else None

    def milligrams_per_kg_per_day(self) -> float | None:
        """The mg of a whole day for each kg of body weight; else `None`."""
        unit, _, share = self.unit.partition("/")
        weight, _, day = share.strip().casefold().partition("/")
        return Dose(self.value, unit).milligrams() if weight == "kg" and day in DAYS else None

    def milligrams_per_kg(self) -> float | None:
        """The dose in mg for each kg of body weight, or `None` when its unit is not such a one."""
        unit, _, share = self.unit.partition("/")
        return Dose(self.value, unit).milligrams() if share.strip().casefold() == "kg" else None
