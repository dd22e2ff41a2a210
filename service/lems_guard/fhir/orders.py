"""Reading orders: a medication resource of any FHIR release to the Medication that is screened."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import msgspec

from lems_guard.answering import read
from lems_guard.answering.bounds import MOST_CODINGS
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.indication import Use
from lems_guard.clinical.medication import (
    Coding,
    Medication,
    MedicationList,
    Understood,
)
from lems_guard.fhir.courses import course_days
from lems_guard.fhir.dosage import Dosage, dosage_of
from lems_guard.fhir.drugs import REFERRED, Drug, as_wire, codings_of, drug_of, referred_by
from lems_guard.fhir.references import Shelf
from lems_guard.fhir.shapes import (
    Resource,
    concepts,
    text,
    words_of,
)
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

LONGEST_USE = 1000
UNSAID = " (dose not stated)"
NO_DRUG = "an order without a drug"
NOT_READ = "a code of a system not read here"
# As many lines as a hospital's formulary has; few enough that the garbage collector walks them in
# a millisecond. Longer lines than any order screen writes are read each time.
MOST_LINES = 4096
LONGEST_LINE = 4096
# The members that are read of an order; the Medication that it refers to is put beside them.
READ = (
    "medicationCodeableConcept",
    "medicationReference",
    "medication",
    "dosageInstruction",
    "dosage",
    "reasonCode",
    "reason",
    "reasonCodeableConcept",
)
REFERRING = {"medicationReference", "medication"}


class RecordLine(NamedTuple):
    """What an order says of drug, dose and use; the same line in any patient's order.

    `content` is it as a serialised Medication, `names` the codes and words by which its drug is
    known again, `holds` the ingredients that it may have, `use` what it is for where that is told.
    """

    content: bytes
    name: str
    words: str
    codings: tuple[Coding, ...]
    names: frozenset[object]
    holds: frozenset[str]
    use: Use | None


class Order(NamedTuple):
    """An order as sent, and as it is screened."""

    resource: Resource
    message: wire.Medication
    list: terms.MedicationList
    line: RecordLine
    is_draft: bool

    @property
    def name(self) -> str:
        """The order in the client's own words."""
        return self.line.name

    @property
    def reference(self) -> str:
        """The order by type and id, or nothing where it has no id."""
        return reference_of(self.resource)


def reference_of(resource: Resource) -> str:
    """A resource by type and id."""
    own_id = text(resource.get("id"))
    return f"{text(resource.get('resourceType'))}/{own_id}" if own_id else ""


class OrderReader:
    """Reads orders by a vocabulary, and knows again what it has read.

    Hospitals write the same few thousand lines again and again, and a line is the same whoever
    takes it: nothing but what it was read from goes into it.
    """

    def __init__(self, understand: Callable[[Medication], Understood]) -> None:
        """`understand` tells whether a sig in words can be read together with the drug."""
        self._understand = understand
        self._remembered = functools.lru_cache(MOST_LINES)(self._line)

    def line(self, resource: Resource, shelf: Shelf) -> RecordLine:
        """What an order says; its medication may lie on the shelf."""
        parts = {name: resource[name] for name in READ if name in resource}
        if not REFERRING.isdisjoint(parts):
            referred = referred_by(resource, shelf)
            if referred:
                parts[REFERRED] = referred
        content = msgspec.json.encode(parts)
        return self._remembered(content) if len(content) <= LONGEST_LINE else self._line(content)

    def _line(self, content: bytes) -> RecordLine:
        parts = msgspec.json.decode(content)
        drug, dosage = drug_of(parts, self._understand), dosage_of(parts)
        message = wire.Medication(
            codings=as_wire(drug.codings),
            text=self._text(drug, dosage),
            form_text=drug.form,
            route=dosage.route,
            route_text=dosage.route_text,
            doses_per_day=dosage.per_day,
            as_needed=dosage.as_needed,
        )
        if dosage.dose:
            message.dose.value, message.dose.unit = dosage.dose
        _indicate(message, parts)
        nameless = NOT_READ if drug.has_foreign_code else NO_DRUG
        name = drug.words or next((each.code for each in drug.codings), nameless)
        codings = tuple(each._replace(display="") for each in drug.codings)
        names = frozenset({*codings, drug.words.casefold()} - {""})
        understood = self._understood(message)
        days = course_days(parts) if understood.course_days is None else None
        if days:
            message.text = _for_days(message.text, days)
            understood = self._understood(message)
        holds = frozenset(each.name for reading in understood.readings for each in reading)
        content = message.SerializeToString()
        return RecordLine(content, name, drug.words, codings, names, holds, understood.use)

    def _understood(self, message: wire.Medication) -> Understood:
        """What an order is; one over a bound by what is within it."""
        try:
            order = read.order(message, MedicationList.PROPOSED)
        except read.AMISS:
            order = read.order(within_bounds(message), MedicationList.PROPOSED)
        return self._understand(order)

    def _text(self, drug: Drug, dosage: Dosage) -> str:
        """The drug's words, and behind them what the dosage says in words.

        Where nobody says a dose, the strength that the product's name holds is none; an amount is
        a dose where the same words tell how often it is taken, or that it is a day's.
        """
        unsaid = not dosage.dose and not any(sign.isdigit() for sign in dosage.sig)
        unsaid = unsaid and any(sign.isdigit() for sign in drug.words)
        unsaid = unsaid and not self._is_sig(drug.words)
        said = f"{drug.words}{UNSAID}" if unsaid else drug.words
        return f"{said}: {dosage.sig}" if said and dosage.sig else said or dosage.sig

    def _is_sig(self, words: str) -> bool:
        """Whether the words that name a drug are a whole order, not a product alone."""
        found = self._understand(Medication("", MedicationList.PROPOSED, words))
        told = found.doses_per_day, found.most_per_day, found.daily, found.daily_limit
        return any(each is not None for each in told) or found.as_needed is YesNo.YES


def _for_days(said: str, days: int) -> str:
    """What an order says in words, and for how long it is, which the contract has in words only."""
    course = f"for {days} days"
    return f"{said}, {course}" if said else course


def within_bounds(message: wire.Medication) -> wire.Medication:
    """As much of an order's drug as may be sent: its words and the first of its codes."""
    return wire.Medication(text=message.text, codings=message.codings[:MOST_CODINGS])


def _indicate(message: wire.Medication, resource: Resource) -> None:
    reasons = concepts(resource, "reasonCode", "reason", "reasonCodeableConcept")
    for reason in reasons:
        message.indication.codings.extend(as_wire(codings_of(reason)))
    words = "; ".join(found for found in map(words_of, reasons) if found)
    if words:
        message.indication.text = words[:LONGEST_USE]
