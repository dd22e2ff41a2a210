"""Reading Conditions: what is diagnosed, how surely, and what of it is over."""

import functools
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec

from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.medication import CodeSystem, Coding
from lems_guard.clinical.patient import LemsStatus, Patient
from lems_guard.fhir.codes import means_pregnant
from lems_guard.fhir.diagnosis_codes import (
    EPILEPSY,
    FACTS,
    LEMS,
    PREGNANT,
    SEIZURE,
    SMALL_CELL,
    facts_coded,
    facts_in_words,
)
from lems_guard.fhir.drugs import codings_of
from lems_guard.fhir.shapes import Resource, code_of, codings_in, obj, text, words_of

NEVER_WAS = "entered-in-error"
REFUTED = "refuted"
UNSURE = {"unconfirmed", "provisional", "differential"}
OVER = {"resolved", "inactive", "remission"}
NOTHING_KNOWN = Patient(lems_status=LemsStatus.ABSENT)
# As many as recur; of longer ones, which no coder writes, none is kept.
MOST_DIAGNOSES = 2048
LONGEST_DIAGNOSIS = 2048
DIAGNOSTIC = (CodeSystem.ICD10CM, CodeSystem.SNOMED_CT)
# As ICD-10 marks codes of an aetiology and of a manifestation: G73.1* (C80†).
ICD_MARKS = "*†+! "
READ = ("code", "verificationStatus", "clinicalStatus")
SUREST_FIRST = (LemsStatus.CONFIRMED, LemsStatus.SUSPECTED, LemsStatus.ABSENT)

# What the contract has no field for is sent as the code that its words stand for; the vocabulary
# has it.
SMALL_CELL_CODE = Coding(CodeSystem.SNOMED_CT, "254632001")

Told = Callable[[tuple[Coding, ...]], Patient]


class Diagnosis(NamedTuple):
    """What one Condition tells. `lems` is `None` where it does not speak of LEMS.

    `why_suspected` says why the diagnosis of LEMS is not one for certain, `conditions` are the
    codings that the engine has to know of, `facts` the fields of the patient that it affirms.
    """

    lems: LemsStatus | None = None
    why_suspected: str = ""
    conditions: tuple[Coding, ...] = ()
    facts: frozenset[str] = frozenset()


NOTHING = Diagnosis()


class Diagnoses(NamedTuple):
    """What all Conditions tell together."""

    lems: LemsStatus | None
    conditions: tuple[Coding, ...]
    facts: frozenset[str]
    notes: tuple[str, ...]


class DiagnosisReader:
    """Reads Conditions by a vocabulary, and knows again what it has read."""

    def __init__(self, told: Told) -> None:
        """`told` gives the facts that codings tell by the vocabulary."""
        self._told = told
        self._remembered = functools.lru_cache(MOST_DIAGNOSES)(self._diagnosis)

    def lems(self, resources: Iterable[Resource]) -> LemsStatus | None:
        """What all Conditions together tell of LEMS."""
        return _surest({self._one(resource).lems for resource in resources})

    def read(self, resources: Iterable[Resource]) -> Diagnoses:
        """All Conditions together; one that confirms LEMS outweighs those that doubt it."""
        found = [self._one(resource) for resource in resources]
        lems = _surest({each.lems for each in found})
        notes = [
            f"LEMS suspected: {each.why_suspected}."
            for each in found
            if each.why_suspected and lems is LemsStatus.SUSPECTED
        ]
        return Diagnoses(
            lems,
            tuple(dict.fromkeys(coding for each in found for coding in each.conditions)),
            frozenset().union(*[each.facts for each in found]),
            tuple(notes),
        )

    def _one(self, resource: Resource) -> Diagnosis:
        content = msgspec.json.encode([resource.get(name) for name in READ])
        known = self._remembered if len(content) <= LONGEST_DIAGNOSIS else self._diagnosis
        return known(content)

    def _diagnosis(self, content: bytes) -> Diagnosis:
        code, verification_status, clinical_status = msgspec.json.decode(content)
        verification = code_of(verification_status)
        if verification == NEVER_WAS:
            return NOTHING
        codings = tuple(
            each._replace(code=each.code.rstrip(ICD_MARKS)) for each in codings_of(obj(code))
        )
        facts, coded, named = self._told(codings), facts_coded(obj(code)), facts_in_words(obj(code))
        is_coded = facts.lems_status is not LemsStatus.ABSENT or LEMS in coded
        is_lems = is_coded or LEMS in named or self._may_be_lems(obj(code))
        if verification == REFUTED:
            return Diagnosis(LemsStatus.ABSENT) if is_lems else NOTHING
        if verification in UNSURE:
            return suspected(f"the diagnosis is recorded as {verification}") if is_lems else NOTHING
        status = code_of(clinical_status)
        if is_lems and status in OVER:
            return suspected(f"the diagnosis is recorded as {status}")
        if is_lems and not is_coded:
            return suspected("named without a code that is known here")
        found = _sure(codings, facts, coded | named, is_over=status in OVER)
        return found._replace(lems=LemsStatus.CONFIRMED) if is_coded else found

    def _may_be_lems(self, concept: Resource) -> bool:
        """Whether a code would mean LEMS if it were of a system in which LEMS has one.

        WHO's ICD-10 and the editions that countries make of it have systems of their own.
        """
        codes = [text(coding.get("code")).rstrip(ICD_MARKS) for coding in codings_in(concept)]
        return any(
            self._told((Coding(system, code),)).lems_status is not LemsStatus.ABSENT
            for code in codes
            for system in DIAGNOSTIC
        )


def standing_words(resources: Iterable[Resource]) -> Iterator[str]:
    """The diagnoses that stand, in their words: neither doubted nor over."""
    for resource in resources:
        verification = code_of(resource.get("verificationStatus"))
        if verification in {NEVER_WAS, REFUTED, *UNSURE}:
            continue
        if code_of(resource.get("clinicalStatus")) not in OVER:
            yield words_of(resource.get("code"))


def _surest(statuses: set[LemsStatus | None]) -> LemsStatus | None:
    return next((status for status in SUREST_FIRST if status in statuses), None)


def suspected(why: str) -> Diagnosis:
    """A diagnosis of LEMS that is none for certain."""
    return Diagnosis(LemsStatus.SUSPECTED, why)


def _sure(
    codings: tuple[Coding, ...], facts: Patient, heard: frozenset[str], *, is_over: bool
) -> Diagnosis:
    """A diagnosis that is not doubted; one that is over may still matter."""
    if is_over:
        seized = YesNo.YES in {facts.seizure_history, facts.epilepsy}
        is_history = seized or not heard.isdisjoint({EPILEPSY, SEIZURE})
        return Diagnosis(facts=frozenset({SEIZURE} if is_history else ()))
    told = codings if facts != NOTHING_KNOWN else ()
    if SMALL_CELL in heard and SMALL_CELL_CODE not in told:
        told = (*told, SMALL_CELL_CODE)
    is_pregnant = any(means_pregnant(each.system, each.code) for each in codings)
    return Diagnosis(
        conditions=told,
        facts=(heard & FACTS) | frozenset({PREGNANT} if is_pregnant else ()),
    )
