"""An order line as the client sent it, and what it was understood to be."""

import datetime
from typing import NamedTuple

from lems_guard.clinical.dose import DAYS, Dose, DoseBasis
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.indication import Use
from lems_guard.clinical.route import Route
from lems_guard.clinical.term import Term

# What an aminopyridine goes by where neither its INN nor a brand is given.
CHEMICAL_NAME = "chemical name"


class MedicationList(Term):
    """Which of the three lists of a request an order stands in."""

    PROPOSED = 1
    ACTIVE = 2
    STOPPED = 3


class Phase(Term):
    """Whether an order begins a treatment or goes on with one."""

    START = 1
    CONTINUE = 2


class CodeSystem(Term):
    """Code systems that a coding may name."""

    RXNORM = 1
    NDC = 2
    ATC = 3
    SNOMED_CT = 4
    UNII = 5
    ICD10CM = 6
    ICD10 = 7
    CVX = 8
    ABSENT_UNKNOWN = 9


class Disposition(Term):
    """What became of an order: every order has exactly one."""

    EVALUATED = 1
    UNRESOLVED = 2
    AMBIGUOUS = 3
    NOT_CURRENT = 4


class MatchedBy(Term):
    """What told which drug an order holds."""

    CODE = 1
    NAME = 2
    BRAND = 3
    SIG_TEXT = 4


class Coding(NamedTuple):
    """A code from a code system, with the text shown beside it."""

    system: CodeSystem | None
    code: str
    display: str = ""


class Indication(NamedTuple):
    """What an order is for, as sent."""

    codings: tuple[Coding, ...] = ()
    text: str = ""


class Medication(NamedTuple):
    """An order line as sent. `None` and empty text mean "not said", never "no"."""

    id: str
    list: MedicationList
    text: str = ""
    codings: tuple[Coding, ...] = ()
    form_text: str = ""
    route: Route | None = None
    route_text: str = ""
    dose: Dose | None = None
    doses_per_day: float | None = None
    as_needed: YesNo | None = None
    phase: Phase | None = None
    indication: Indication | None = None
    stopped_on: datetime.date | None = None
    country: str = ""
    """Where its brands are sold, by two letters of ISO 3166-1; empty: not said."""


class Ingredient(NamedTuple):
    """An active substance by its INN, with its RxNorm ingredient code where one is known."""

    name: str
    rxcui: str = ""


class TextPhrase(NamedTuple):
    """Some neighbouring characters of a text, what they are, and what they tell or may change."""

    start: int
    end: int
    words: str
    kind: str
    changes: tuple[str, ...]


class Doubt(NamedTuple):
    """Something of an order that was not understood, or in two ways, and what it may change.

    `field` is `drug`, `dose`, `doses_per_day`, `route`, `as_needed`, `phase`, or empty where it
    changes nothing; `words` are those of the order that raise the doubt.
    """

    field: str
    words: str
    what: str


class Understood(NamedTuple):
    """What terminology made of one order.

    `readings` holds the alternative sets of ingredients: one when EVALUATED, several when
    AMBIGUOUS (each of them is checked), and when UNRESOLVED what was recognised beside what was
    not: it may be what is ordered. `dose_basis` is `None` where it is open what the dose counts; it
    is judged as base either way. `product` is the name by which an aminopyridine goes, where that
    is not its INN: a brand, or `CHEMICAL_NAME`. `course_days` is for how long it is ordered, where
    that is said: a single dose is one day.
    """

    disposition: Disposition
    readings: tuple[tuple[Ingredient, ...], ...] = ()
    route: Route | None = None
    dose: Dose | None = None
    doses_per_day: float | None = None
    as_needed: YesNo | None = None
    matched_by: MatchedBy | None = None
    suggestions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    trail: tuple[str, ...] = ()
    use: Use | None = None
    dose_basis: DoseBasis | None = DoseBasis.BASE
    product: str = ""
    other_doses: tuple[Dose, ...] = ()
    other_per_day: tuple[float, ...] = ()
    routes: tuple[Route, ...] = ()
    daily: Dose | None = None
    most_per_day: float | None = None
    daily_limit: Dose | None = None
    phase: Phase | None = None
    doubts: tuple[Doubt, ...] = ()
    words: str = ""
    also: tuple["Understood", ...] = ()
    course_days: float | None = None

    def daily_amount(self) -> Dose | None:
        """The amount of a whole day, where it is said or follows from dose and frequency."""
        if self.daily is not None or self.dose is None:
            return self.daily
        unit, _, share = self.dose.unit.rpartition("/")
        if share in DAYS:
            return Dose(self.dose.value, unit)
        if self.doses_per_day is None or self.as_needed is YesNo.YES:
            return None
        return Dose(round(self.dose.value * self.doses_per_day, 9), self.dose.unit)

    def is_over(self, first: "Understood") -> bool:
        """Whether this order of a text is stopped while the first one is not."""
        stopped = Disposition.NOT_CURRENT
        return self.disposition is stopped and first.disposition is not stopped

    def as_one(self) -> "Understood":
        """All orders of the text as what can be said of the whole: the least certain of them."""
        each = [one for one in (self, *self.also) if not one.is_over(self)]
        order = (Disposition.UNRESOLVED, Disposition.AMBIGUOUS)
        found = [one.disposition for one in each]
        routes = {one.route for one in each}
        return self._replace(
            disposition=next((worst for worst in order if worst in found), found[0]),
            readings=tuple(dict.fromkeys(names for one in each for names in one.readings)),
            route=self.route if len(routes) == 1 else None,
            suggestions=tuple(dict.fromkeys(name for one in each for name in one.suggestions)),
            notes=tuple(dict.fromkeys(note for one in (self, *self.also) for note in one.notes)),
            also=(),
        )
