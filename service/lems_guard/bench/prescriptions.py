"""Requests as a site's pharmacy sends them: its patients' lists, each time with a new order.

At every check of a patient another drug is proposed, the one proposed before is taken by now, and
one of those taken before is no longer on the list. So ten orders are sent, eight of which were in
the patient's last check. No two requests are alike.
"""

import random
from collections.abc import Callable, Iterator
from itertools import islice
from typing import NamedTuple

from lems_guard.editions.library import Edition
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import terms_pb2

MEDICATIONS, OFFENDING = 10, range(2, 5)
DRUGS, WAYS = 300, 2  # of each kind, named by rules and not: 1 200 lines
PATIENTS = 16
OWN_DRUG = "amifampridine"
DOSES_MG = (5.0, 10.0, 20.0, 50.0, 100.0, 250.0, 500.0)
YES_NO_UNKNOWN = (terms_pb2.ANSWER_YES, terms_pb2.ANSWER_NO, terms_pb2.ANSWER_UNSPECIFIED)
AS_OF = "2026-11-21"


class Line(NamedTuple):
    """An order line of a formulary: all but its id. `named` tells that a rule names its drug."""

    order: wire.Medication
    named: bool


class Formulary:
    """The lines that a hospital writes again and again: some drugs of an edition, two ways each."""

    def __init__(self, edition: Edition, chance: random.Random) -> None:
        """Draw from the edition's own vocabulary."""
        self._chance = chance
        known = edition.vocabulary.ingredients
        self.own = [
            self._line(name, known[name], named=True) for name in [OWN_DRUG] if name in known
        ]
        others = sorted(known.keys() - {OWN_DRUG})
        named = [name for name in others if name in edition.knowledge.candidates]
        silent = [name for name in others if name not in edition.knowledge.candidates]
        self._lines = {
            is_named: [
                self._line(name, known[name], named=is_named)
                for name in chance.sample(names, min(len(names), DRUGS)) * WAYS
            ]
            for names, is_named in ((named, True), (silent, False))
        }

    def drawn(self, number: int, *, named: bool) -> list[Line]:
        """So many different lines, or as many as there are."""
        lines = self._lines[named]
        return self._chance.sample(lines, min(number, len(lines)))

    def _line(self, name: str, rxcui: str, *, named: bool) -> Line:
        coding = wire.Coding(system=terms_pb2.CODE_SYSTEM_RXNORM, code=rxcui, display=name)
        order = wire.Medication(
            codings=[coding] if rxcui else [],
            text=name,
            route=terms_pb2.ROUTE_ORAL,
            dose=wire.Dose(value=self._chance.choice(DOSES_MG), unit="mg"),
            doses_per_day=self._chance.choice((1.0, 2.0, 3.0)),
            as_needed=terms_pb2.ANSWER_NO,
        )
        return Line(order, named)


class Course:
    """One patient's checks, one after the other."""

    def __init__(self, number: int, formulary: Formulary, chance: random.Random) -> None:
        """A patient with a list of ten, amifampridine first where the edition knows it."""
        self._number = number
        self._formulary = formulary
        self._chance = chance
        self._patient = patient(chance)
        named = formulary.drawn(chance.choice(OFFENDING), named=True)
        others = MEDICATIONS - len(formulary.own) - len(named)
        listed = [*named, *formulary.drawn(others, named=False)]
        chance.shuffle(listed)
        self._orders_sent = 0
        self._kept = [self._sent(line) for line in formulary.own]
        self._taken = [(line.named, self._sent(line)) for line in listed]

    def __iter__(self) -> Iterator[bytes]:
        """Each check as a serialised request."""
        while True:
            named, _ = self._taken.pop(0)
            (coming,) = self._formulary.drawn(1, named=named)
            active = [*self._kept, *(order for _, order in self._taken)]
            self._taken.append((named, self._sent(coming)))
            yield serialised(self._patient, [self._taken[-1][1]], active)

    def _sent(self, line: Line) -> wire.Medication:
        self._orders_sent += 1
        return with_id(line, f"rx-{self._number:06}-{self._orders_sent:06}")


class Requests:
    """An endless supply of requests, no two alike."""

    def __init__(self, courses: Callable[[], Iterator[bytes]]) -> None:
        """Begin where `courses` begins."""
        self._courses = courses()

    def take(self, number: int) -> list[bytes]:
        """The next requests."""
        return list(islice(self._courses, number))


class Repeated(Requests):
    """The same few requests over and over."""

    def __init__(self, bodies: list[bytes]) -> None:
        """In turn, always from the first."""
        self._bodies = bodies

    def take(self, number: int) -> list[bytes]:
        """The first ones again."""
        return [self._bodies[each % len(self._bodies)] for each in range(number)]


def next_checks(edition: Edition, patients: int = PATIENTS) -> Iterator[bytes]:
    """The checks of a site's patients, in turn."""
    chance = random.Random(patients)  # noqa: S311  # the same prescriptions every time
    formulary = Formulary(edition, chance)
    courses = [iter(Course(number, formulary, chance)) for number in range(patients)]
    while True:
        for course in courses:
            yield next(course)


def first_checks(edition: Edition) -> Iterator[bytes]:
    """The first check of one patient after the other, none of whom is seen again."""
    chance = random.Random(0)  # noqa: S311  # the same prescriptions every time
    formulary = Formulary(edition, chance)
    number = 0
    while True:
        number += 1
        yield next(iter(Course(number, formulary, chance)))


def prescription(lines: list[Line], chance: random.Random) -> bytes:
    """A serialised request with these lines: two proposed, the others active."""
    orders = [with_id(line, f"rx-{place}") for place, line in enumerate(lines)]
    return serialised(patient(chance), orders[:2], orders[2:])


def serialised(
    person: wire.Patient, proposed: list[wire.Medication], active: list[wire.Medication]
) -> bytes:
    """A request on a fixed day."""
    return wire.CheckPrescriptionRequest(
        patient=person, proposed=proposed, active=active, as_of=AS_OF
    ).SerializeToString(deterministic=True)


def with_id(line: Line, name: str) -> wire.Medication:
    """A line as an order of its own."""
    order = wire.Medication(id=name)
    order.MergeFrom(line.order)
    return order


def patient(chance: random.Random) -> wire.Patient:
    """A patient of whom the most important facts are known, and some others."""
    no = terms_pb2.ANSWER_NO
    return wire.Patient(
        lems_status=terms_pb2.LEMS_STATUS_CONFIRMED,
        birth_date=f"{chance.randrange(1940, 2000)}-{chance.randrange(1, 13):02}-12",
        weight_kg=chance.randrange(450, 1100) / 10,
        creatinine_clearance_ml_min=chance.randrange(20, 130),
        seizure_history=no,
        epilepsy=no,
        uncontrolled_asthma=chance.choice(YES_NO_UNKNOWN),
        respiratory_compromise=chance.choice(YES_NO_UNKNOWN),
        pregnant=no,
        congenital_long_qt=no,
    )
