"""Reading orders: a medication resource of any FHIR release to the Medication that is screened."""

from collections.abc import Callable
from typing import NamedTuple

from lems_guard.clinical.medication import Medication, MedicationList, Understood
from lems_guard.order_entry.codes import code_system
from lems_guard.order_entry.dosage import Dosage, dosage_of
from lems_guard.order_entry.references import Shelf
from lems_guard.order_entry.shapes import (
    Resource,
    codings_in,
    concepts,
    obj,
    objs,
    text,
    words_of,
)
from lems_guard.order_entry.standing import Standing
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

LONGEST_TEXT = 1000


class Drug(NamedTuple):
    """What is ordered: codes, words, and the dose form in words."""

    codings: tuple[wire.Coding, ...]
    words: str
    form: str = ""


class Order(NamedTuple):
    """An order as sent, and as it is screened."""

    resource: Resource
    message: wire.Medication
    list: terms.MedicationList
    name: str
    is_draft: bool

    @property
    def reference(self) -> str:
        """The order by type and id, or nothing where it has no id."""
        return reference_of(self.resource)


def reference_of(resource: Resource) -> str:
    """A resource by type and id."""
    own_id = text(resource.get("id"))
    return f"{text(resource.get('resourceType'))}/{own_id}" if own_id else ""


class OrderReader:
    """Reads orders whose medications may lie on a shelf, by a vocabulary."""

    def __init__(self, shelf: Shelf, understand: Callable[[Medication], Understood]) -> None:
        """`understand` tells whether a sig in words can be read together with the drug."""
        self._shelf = shelf
        self._understand = understand

    def read(self, resource: Resource, standing: Standing, order_id: str) -> Order:
        """The order, under an id of ours."""
        drug, dosage = self.drug(resource), dosage_of(resource)
        message = wire.Medication(
            id=order_id,
            codings=drug.codings,
            text=self._text(drug, dosage)[:LONGEST_TEXT],
            form_text=drug.form,
            route=dosage.route,
            route_text=dosage.route_text,
            doses_per_day=dosage.per_day,
            as_needed=dosage.as_needed,
            phase=_phase(resource),
            stopped_on=standing.ended,
        )
        if dosage.dose:
            message.dose.value, message.dose.unit = dosage.dose
        _indicate(message, resource)
        name = drug.words or next((each.code for each in drug.codings), "an order without a drug")
        return Order(resource, message, standing.list, name, is_draft=False)

    def drug(self, resource: Resource) -> Drug:
        """The drug by concept or by reference, in the ways of all releases."""
        for name in ("medicationCodeableConcept", "medication"):
            concept = obj(resource.get(name))
            concept = obj(concept.get("concept")) or concept
            if codings_in(concept) or words_of(concept):
                return Drug(codings_of(concept), words_of(concept))
        reference = obj(resource.get("medicationReference"))
        reference = reference or obj(obj(resource.get("medication")).get("reference"))
        reference = reference or obj(resource.get("medication"))
        found = self._shelf.find(text(reference.get("reference")), resource)
        drug = _medication(found)
        return drug if drug.codings or drug.words else Drug((), text(reference.get("display")))

    def _text(self, drug: Drug, dosage: Dosage) -> str:
        """The drug's words, and behind them the sig where it alone tells how, and is readable."""
        structured = dosage.dose or dosage.per_day or dosage.route or dosage.route_text
        if structured or not dosage.sig or not drug.words:
            return drug.words
        together = f"{drug.words} {dosage.sig}"
        alone, whole = (
            self._understand(Medication("sig", MedicationList.PROPOSED, words))
            for words in (drug.words, together)
        )
        return together if whole.readings and whole.readings == alone.readings else drug.words


def codings_of(concept: Resource) -> tuple[wire.Coding, ...]:
    """The codings in systems that are read here, with canonical systems."""
    found = (
        wire.Coding(
            system=code_system(text(coding.get("system"))),
            code=text(coding.get("code")),
            display=text(coding.get("display")),
        )
        for coding in codings_in(concept)
    )
    return tuple(coding for coding in found if coding.system)


def _medication(resource: Resource) -> Drug:
    """A Medication resource: by its code, else by what it is made of."""
    code = obj(resource.get("code"))
    form = words_of(resource.get("form")) or words_of(resource.get("doseForm"))
    if codings_in(code) or words_of(code):
        return Drug(codings_of(code), words_of(code), form)
    parts = objs(resource.get("ingredient")) or objs(obj(resource.get("product")).get("ingredient"))
    names = [
        words_of(concept)
        for part in parts
        for concept in concepts(part, "itemCodeableConcept", "item")
    ]
    return Drug((), "/".join(name for name in names if name), form)


def _phase(resource: Resource) -> terms.Phase:
    """An order that follows another one continues it; a first order does not say that it is."""
    prior = obj(resource.get("priorPrescription"))
    return terms.PHASE_CONTINUE if prior else terms.PHASE_UNSPECIFIED


def _indicate(message: wire.Medication, resource: Resource) -> None:
    reasons = concepts(resource, "reasonCode", "reason", "reasonCodeableConcept")
    for reason in reasons:
        message.indication.codings.extend(codings_of(reason))
    words = "; ".join(found for found in map(words_of, reasons) if found)
    if words:
        message.indication.text = words[:LONGEST_TEXT]
