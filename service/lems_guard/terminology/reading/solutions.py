"""What a millilitre holds: `10 mg/mL, 3 mL qid` is 30 mg at a time."""

from typing import Final

from lems_guard.clinical.dose import Dose
from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.amounts import DOSE_UNITS
from lems_guard.terminology.reading.bag import Bag

# With one of these a volume is what is taken; without, it is what lies in the bottle.
TELLS_TAKING: Final = frozenset(
    {kinds.FREQUENCY, kinds.INSTRUCTION, kinds.ONCE, kinds.MEALS, kinds.CLOCK}
)
MILLILITRE: Final = "ml"


def millilitre_of(bag: Bag) -> Dose | None:
    """What one millilitre holds, where one concentration is told beside a volume to be taken."""
    if kinds.VOLUME not in bag or kinds.RATIO not in bag or TELLS_TAKING.isdisjoint(bag):
        return None
    told = {each.value for each in bag[kinds.RATIO]}
    strength = told.pop()
    if told or strength is None or strength.low != strength.high:
        return None
    unit, _, share = strength.unit.partition("/")
    volume = share.removesuffix(MILLILITRE) if share.endswith(MILLILITRE) else None
    if volume is None or unit not in DOSE_UNITS:
        return None
    millilitres = float(volume or 1)
    return Dose(strength.high / millilitres, unit) if millilitres else None
