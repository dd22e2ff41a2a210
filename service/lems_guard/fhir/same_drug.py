"""Whether two entries of a record tell of one drug, given in one way."""

from typing import TypeAlias

from lems_guard.answering.read import ROUTES
from lems_guard.clinical.dose import Dose
from lems_guard.clinical.medication import (
    Disposition,
    Ingredient,
    Medication,
    MedicationList,
    Understood,
)
from lems_guard.clinical.route import LOCAL_ROUTES, Route
from lems_guard.fhir.orders import RecordLine
from lems_guard.fhir.patients import Interpreter
from lems_guard.v1 import prescription_pb2 as wire

Contents: TypeAlias = tuple[tuple[Ingredient, ...], ...]


class Matcher:
    """Compares the lines of one call; a drug that is given every hour is understood once."""

    def __init__(self, vocabulary: Interpreter) -> None:
        """Nothing has been understood yet."""
        self._understand = vocabulary.understand
        self._contents: dict[RecordLine, Contents] = {}
        self._uses: dict[RecordLine, Understood] = {}

    def is_understood(self, line: RecordLine) -> bool:
        """Whether it is known what a line's drug holds, so that it can be told from others."""
        return self.names(line) > line.names

    def names(self, line: RecordLine) -> frozenset[object]:
        """By what a drug is known again: words, codes and what it holds."""
        contents = self.contents_of(line)
        return line.names | {contents} if contents else line.names

    def is_one_drug(self, one: RecordLine, other: RecordLine) -> bool:
        """Whether two lines name one drug, be it in different words.

        What they hold decides where it is understood: a code may be that of a whole class.
        """
        contents, others = self.contents_of(one), self.contents_of(other)
        if contents and others:
            return not set(contents).isdisjoint(others)
        return bool(one.names & other.names)

    def tells_all(self, order: RecordLine, told: RecordLine) -> bool:
        """Whether an order says already what else is told of its drug: route, dose, how often."""
        if order.content == told.content:
            return True
        if not self.is_one_drug(order, told):
            return False
        said, again = self.use(order), self.use(told)
        return (
            _is_by_route(said.route, again.route)
            and _is_of_dose(said.dose, again.dose)
            and not _is_more(said.doses_per_day, again.doses_per_day)
        )

    def contents_of(self, line: RecordLine) -> Contents:
        """What a drug may be made of, or nothing where it is not understood."""
        if line not in self._contents:
            asked = Medication("same", MedicationList.ACTIVE, line.words, line.codings)
            found = self._understand(asked)
            is_sure = found.disposition is not Disposition.UNRESOLVED
            self._contents[line] = found.readings if is_sure else ()
        return self._contents[line]

    def use(self, line: RecordLine) -> Understood:
        """What a line says of how its drug is taken, as an order of that drug would."""
        if line not in self._uses:
            sent = _as_sent(line)
            found = self._understand(sent)
            # A number in words alone may be the strength of a tablet.
            is_dose = sent.dose or found.doses_per_day
            self._uses[line] = found if is_dose else found._replace(dose=None)
        return self._uses[line]


def _is_by_route(said: Route | None, again: Route | None) -> bool:
    """A drug without a route may be the one that is swallowed, but not that of eye drops."""
    return again == said or (again is None and said not in {*LOCAL_ROUTES, Route.OTHER})


def _is_of_dose(said: Dose | None, again: Dose | None) -> bool:
    if said is None or again is None:
        return True
    mass = said.milligrams()
    return said == again or (mass is not None and mass == again.milligrams())


def _is_more(said: float | None, again: float | None) -> bool:
    return said is not None and again is not None and again > said


def _as_sent(line: RecordLine) -> Medication:
    sent = wire.Medication.FromString(line.content)
    return Medication(
        "same",
        MedicationList.ACTIVE,
        sent.text,
        line.codings,
        sent.form_text,
        ROUTES[sent.route],
        sent.route_text,
        Dose(sent.dose.value, sent.dose.unit) if sent.HasField("dose") else None,
        sent.doses_per_day if sent.HasField("doses_per_day") else None,
    )
