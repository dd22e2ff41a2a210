"""Reading which drug an order is for: by code, in words, by reference, or by what it is made of.

A mixture is called by its label, which often names the carrier alone ("Sodium chloride 0.9%"): what
its ingredients add is read with it, or the whole is not understood.
"""

from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias, cast

from lems_guard.answering.bounds import LONGEST_NAME, LONGEST_WORDS
from lems_guard.answering.read import SYSTEMS
from lems_guard.clinical.medication import (
    Coding,
    Disposition,
    Medication,
    MedicationList,
    Understood,
)
from lems_guard.fhir.codes import code_system
from lems_guard.fhir.references import Shelf
from lems_guard.fhir.shapes import (
    Resource,
    codings_in,
    concepts,
    obj,
    objs,
    text,
    words_of,
)
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

REFERRED = "referred"
# What stands for an ingredient that nothing names: in a text it keeps the whole from being read.
NAMELESS = "unnamed ingredient"

Understand: TypeAlias = Callable[[Medication], Understood]


class Drug(NamedTuple):
    """What is ordered: codes, words, the dose form in words, and if a code is not read here."""

    codings: tuple[Coding, ...]
    words: str
    form: str = ""
    has_foreign_code: bool = False


class Part(NamedTuple):
    """A label or an ingredient: in words, the substances recognised in it, and whether in full."""

    words: str
    holds: frozenset[str]
    is_read: bool


def drug_of(parts: Resource, understand: Understand) -> Drug:
    """The drug by concept or by reference, in the ways of all releases."""
    medication = obj(parts.get(REFERRED))
    concept = concept_in(parts) or obj(medication.get("code"))
    form = words_of(medication.get("form")) or words_of(medication.get("doseForm"))
    label = Drug(codings_of(concept), words_of(concept), form)
    made_of = _ingredients(medication)
    if made_of:
        return _mixed(label, made_of, understand)
    if label.codings or label.words:
        return label
    return Drug((), _display(parts), has_foreign_code=bool(codings_in(concept)))


def concept_in(resource: Resource) -> Resource:
    """The drug as an order itself gives it, by code or words, or nothing."""
    for name in ("medicationCodeableConcept", "medication"):
        concept = obj(resource.get(name))
        concept = obj(concept.get("concept")) or concept
        if codings_in(concept) or words_of(concept):
            return concept
    return {}


def reference_in(resource: Resource) -> Resource:
    """How an order refers to its Medication in any release, or nothing."""
    for holder in (resource.get("medicationReference"), resource.get("medication")):
        reference = obj(obj(holder).get("reference")) or obj(holder)
        if text(reference.get("reference")):
            return reference
    return {}


def is_drug_told(order: Resource) -> bool:
    """Whether an order says anything of its drug, be it by a reference alone."""
    return bool(concept_in(order) or reference_in(order) or _display(order))


def referred_by(resource: Resource, shelf: Shelf) -> Resource:
    """The Medication that an order refers to, as far as it is here, its ingredients with it."""
    reference = text(reference_in(resource).get("reference"))
    medication = shelf.find(reference, resource) if reference else {}
    sent = _sent_ingredients(medication)
    if not sent:
        return medication
    named = [_named(each, resource, medication, shelf) for each in sent]
    return medication | {"ingredient": named}


def codings_of(concept: Resource) -> tuple[Coding, ...]:
    """The codings in systems that are read here."""
    found = (
        Coding(
            SYSTEMS[code_system(text(coding.get("system")))],
            text(coding.get("code")),
            text(coding.get("display"))[:LONGEST_WORDS],
        )
        for coding in codings_in(concept)
        if len(text(coding.get("code"))) <= LONGEST_NAME
    )
    return tuple(coding for coding in found if coding.system)


def as_wire(codings: Iterable[Coding]) -> list[wire.Coding]:
    """Codings as they are sent to the engine."""
    return [
        wire.Coding(
            system=cast("terms.CodeSystem", each.system or 0), code=each.code, display=each.display
        )
        for each in codings
    ]


def _display(parts: Resource) -> str:
    reference = obj(parts.get("medicationReference"))
    reference = reference or obj(obj(parts.get("medication")).get("reference"))
    return text((reference or obj(parts.get("medication"))).get("display"))


def _sent_ingredients(medication: Resource) -> list[Resource]:
    """What it is made of, without what is said to have no effect of its own."""
    sent = objs(medication.get("ingredient"))
    sent = sent or objs(obj(medication.get("product")).get("ingredient"))
    return [each for each in sent if each.get("isActive") is not False]


def _named(part: Resource, order: Resource, medication: Resource, shelf: Shelf) -> Resource:
    """An ingredient by a concept, also where it is referred to: by what is found there."""
    if any(codings_in(each) or words_of(each) for each in concepts(part, "itemCodeableConcept")):
        return part
    item = obj(part.get("item"))
    if codings_in(item.get("concept")) or words_of(item.get("concept")):
        return part
    reference = obj(part.get("itemReference")) or obj(item.get("reference")) or item
    name = text(reference.get("reference"))
    found = shelf.find(name, order) or shelf.find(name, medication) if name else {}
    concept = obj(found.get("code")) or {"text": text(reference.get("display"))}
    return {"itemCodeableConcept": concept}


def _ingredients(medication: Resource) -> list[Drug]:
    return [
        Drug(codings_of(concept), words_of(concept))
        for part in _sent_ingredients(medication)
        for concept in concepts(part, "itemCodeableConcept", "item") or [{}]
    ]


def _mixed(label: Drug, made_of: list[Drug], understand: Understand) -> Drug:
    """The label where it names all that is in it, else label and ingredients, in words."""
    whole = _part(label, understand)
    parts = [_part(each, understand) for each in made_of]
    unread = [each for each in parts if not each.is_read]
    added = [each for each in parts if each.is_read and each.holds - whole.holds]
    # A label of as many drugs as there are parts names them all, be one in another language.
    if whole.is_read and not added and (not unread or len(whole.holds) >= len(parts)):
        return label
    # A label that is not understood ("mixture 3") adds nothing to ingredients that are.
    told = frozenset().union(*(each.holds for each in parts if each.is_read))
    label_adds = whole.is_read or (bool(label.words) and (unread or whole.holds - told))
    named = [*([whole] if label_adds else []), *(added if label_adds else parts), *unread]
    return Drug((), "/".join(dict.fromkeys(each.words for each in named)), label.form)


def _part(drug: Drug, understand: Understand) -> Part:
    """One part in words that tell by themselves what it holds."""
    in_full = understand(_asked(drug))
    is_read = in_full.disposition is not Disposition.UNRESOLVED
    holds = frozenset(each.name for reading in in_full.readings for each in reading)
    if drug.words and in_full.readings == understand(_asked(Drug((), drug.words))).readings:
        return Part(drug.words, holds, is_read)
    if is_read and len(in_full.readings) == 1:
        return Part("/".join(each.name for each in in_full.readings[0]), holds, is_read)
    codes = "/".join(each.code for each in drug.codings)
    return Part(drug.words or codes or NAMELESS, holds, is_read=False)


def _asked(drug: Drug) -> Medication:
    codings = tuple(each._replace(display="") for each in drug.codings)
    return Medication("part", MedicationList.PROPOSED, drug.words, codings)
