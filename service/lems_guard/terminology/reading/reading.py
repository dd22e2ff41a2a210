"""What one order is read as, and what is in doubt of it."""

from typing import Final, NamedTuple

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.medication import Doubt, MatchedBy, Phase
from lems_guard.clinical.route import Route
from lems_guard.terminology.vocabulary import Readings

DRUG, DOSE, TIMES, ROUTE, PHASE = "drug", "dose", "doses_per_day", "route", "phase"

# A doubt that changes nothing: what the words say of a drug.
IS_STOPPED: Final = "is named to be stopped: it is judged as a drug that was stopped"


class Reading(NamedTuple):
    """One order of a text, as it is read.

    `readings` holds what the names mean together; it stays where words beside them are not known,
    which is then a doubt of the drug. `other_doses`, `other_per_day` and `routes` are further
    readings, all of which may be meant. `implied_route` is what the dose form or the brand tells.
    `licensed` and `suspension` are for amifampridine alone: whether the text leaves room for the
    licensed product, and whether it speaks of its suspension. `product` is the name by which an
    aminopyridine goes (see `licensed.product_of`). `unread` are the words that are in no table.
    `denied` tells that the drug is named to be denied, `stopped` that it is named to be stopped.
    """

    readings: Readings = ()
    matched_by: MatchedBy | None = None
    route: Route | None = None
    implied_route: Route | None = None
    routes: tuple[Route, ...] = ()
    is_product: bool = False
    dose: Dose | None = None
    other_doses: tuple[Dose, ...] = ()
    daily: Dose | None = None
    counted: bool = False
    strength: Dose | None = None
    pieces: float | None = None
    per_day: float | None = None
    other_per_day: tuple[float, ...] = ()
    most_per_day: float | None = None
    daily_limit: Dose | None = None
    as_needed: bool = False
    phase: Phase | None = None
    doubts: tuple[Doubt, ...] = ()
    unread: tuple[str, ...] = ()
    licensed: bool = True
    suspension: bool = False
    denied: bool = False
    stopped: bool = False
    product: str = ""
    reason: str = ""
    words: str = ""
    is_whole: bool = True
    course_days: float | None = None


NOTHING: Final = Reading(is_whole=False)
