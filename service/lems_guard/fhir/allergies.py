"""Reading allergies: whether one to an aminopyridine is on record, or that there is none at all."""

from collections.abc import Callable, Iterable

from lems_guard.answering.allergies import NONE_IN_WORDS, NONE_KNOWN
from lems_guard.clinical.medication import Medication, MedicationList, Understood
from lems_guard.fhir.codes import SNOMED_CT, code_system
from lems_guard.fhir.drugs import as_wire, codings_of
from lems_guard.fhir.shapes import Resource, code_of, codings_in, concepts, objs, text, words_of
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

AMINOPYRIDINE = "aminopyridine"
NOT_ALLERGIC = {"refuted", "entered-in-error", "resolved", "inactive"}
# Of these no drug is one.
OTHER_CATEGORIES = {"food", "environment"}
SNOMED = code_system(SNOMED_CT)
MOST_ALLERGIES = 100


def hypersensitivity(
    resources: Iterable[Resource],
    understand: Callable[[Medication], Understood],
    aminopyridines: frozenset[str],
) -> terms.Answer:
    """YES where an allergy to an aminopyridine is on record, NO where it says that none is known.

    A list without an entry is no "no"; nor is "none known" beside an allergy that may be to a drug.
    """
    standing = [each for each in resources if _stands(each)]
    substances = [each for entry in standing for each in _substances(entry)]
    if any(_names_aminopyridine(each, understand, aminopyridines) for each in substances):
        return terms.ANSWER_YES
    says_none = [entry for entry in standing if _is_none(entry)]
    others = [entry for entry in standing if entry not in says_none and _may_be_to_a_drug(entry)]
    return terms.ANSWER_NO if says_none and not others else terms.ANSWER_UNSPECIFIED


def allergies(resources: Iterable[Resource]) -> list[wire.Allergy]:
    """The allergies on record that may be to a drug, active and not refuted."""
    return [
        wire.Allergy(codings=as_wire(codings_of(concept)), text=words_of(concept))
        for entry in resources
        if _stands(entry) and _may_be_to_a_drug(entry)
        for concept in _substances(entry)
        if codings_of(concept) or words_of(concept).strip()
    ][:MOST_ALLERGIES]


def _stands(entry: Resource) -> bool:
    statuses = (entry.get(name) for name in ("verificationStatus", "clinicalStatus", "status"))
    return NOT_ALLERGIC.isdisjoint(map(code_of, statuses))


def _substances(entry: Resource) -> list[Resource]:
    found = concepts(entry, "code", "substance")
    for reaction in objs(entry.get("reaction")):
        found += concepts(reaction, "substance")
    return found


def _is_none(entry: Resource) -> bool:
    """Whether an entry says that there is no allergy, and nothing besides."""
    substances = _substances(entry)
    return bool(substances) and all(_says_none(each) for each in substances)


def _says_none(concept: Resource) -> bool:
    codes = {
        text(coding.get("code"))
        for coding in codings_in(concept)
        if code_system(text(coding.get("system"))) == SNOMED
    }
    return bool(codes & NONE_KNOWN) or bool(NONE_IN_WORDS.fullmatch(words_of(concept)))


def _may_be_to_a_drug(entry: Resource) -> bool:
    categories = entry.get("category")
    told = {text(each) for each in (categories if isinstance(categories, list) else [categories])}
    return not told or not told <= OTHER_CATEGORIES


def _names_aminopyridine(
    concept: Resource,
    understand: Callable[[Medication], Understood],
    aminopyridines: frozenset[str],
) -> bool:
    words = words_of(concept)
    if AMINOPYRIDINE in words.lower():
        return True
    codings = tuple(each._replace(display="") for each in codings_of(concept))
    substance = Medication("allergy", MedicationList.ACTIVE, words, codings)
    return any(
        ingredient.name in aminopyridines
        for reading in understand(substance).readings
        for ingredient in reading
    )
