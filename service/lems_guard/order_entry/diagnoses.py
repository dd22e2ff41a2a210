"""Reading Conditions: what is diagnosed, how surely, and what of it is over."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from lems_guard.clinical.facts import Answer
from lems_guard.clinical.medication import CodeSystem, Coding
from lems_guard.clinical.patient import LemsStatus, Patient
from lems_guard.order_entry.codes import means_pregnant
from lems_guard.order_entry.orders import codings_of
from lems_guard.order_entry.shapes import Resource, code_of, codings_in, obj, text
from lems_guard.v1 import prescription_pb2 as wire

NEVER_WAS = "entered-in-error"
REFUTED = "refuted"
UNSURE = {"unconfirmed", "provisional", "differential"}
OVER = {"resolved", "inactive", "remission"}
NOTHING_KNOWN = Patient(lems_status=LemsStatus.ABSENT)

Told = Callable[[tuple[Coding, ...]], Patient]


@dataclass
class Diagnoses:
    """What the Conditions tell. `lems` is `None` where none of them speaks of LEMS."""

    lems: LemsStatus | None = None
    conditions: list[wire.Coding] = field(default_factory=list)
    seizure_history: bool = False
    pregnant: bool = False
    notes: list[str] = field(default_factory=list)

    def suspect(self, why: str) -> None:
        """LEMS is named, but not for certain."""
        if self.lems is not LemsStatus.CONFIRMED:
            self.lems = LemsStatus.SUSPECTED
            self.notes.append(f"LEMS suspected: {why}.")


def diagnoses_of(resources: Iterable[Resource], told: Told) -> Diagnoses:
    """All Conditions together; `told` gives the facts that codings tell by the vocabulary."""
    found = Diagnoses()
    for resource in resources:
        _take(found, resource, told)
    if found.lems is LemsStatus.CONFIRMED:
        found.notes = [note for note in found.notes if not note.startswith("LEMS suspected")]
    return found


def _take(found: Diagnoses, resource: Resource, told: Told) -> None:
    verification = code_of(resource.get("verificationStatus"))
    if verification == NEVER_WAS:
        return
    codings = codings_of(obj(resource.get("code")))
    facts = told(tuple(Coding(CodeSystem(each.system), each.code) for each in codings))
    is_coded = facts.lems_status is not LemsStatus.ABSENT
    is_lems = is_coded or names_lems(obj(resource.get("code")))
    if verification == REFUTED:
        if is_lems and found.lems is None:
            found.lems = LemsStatus.ABSENT
        return
    if verification in UNSURE:
        if is_lems:
            found.suspect(f"the diagnosis is recorded as {verification}")
        return
    _take_sure(found, resource, codings, facts, is_lems=is_lems)


def _take_sure(
    found: Diagnoses,
    resource: Resource,
    codings: tuple[wire.Coding, ...],
    facts: Patient,
    *,
    is_lems: bool,
) -> None:
    """A diagnosis that is not doubted; one that is over may still matter."""
    status = code_of(resource.get("clinicalStatus"))
    if is_lems and (status in OVER or facts.lems_status is LemsStatus.ABSENT):
        why = f"the diagnosis is recorded as {status}" if status in OVER else "named without a code"
        found.suspect(why)
        return
    if status in OVER:
        seized = Answer.YES in {facts.seizure_history, facts.epilepsy}
        found.seizure_history = found.seizure_history or seized
        return
    if is_lems:
        found.lems = LemsStatus.CONFIRMED
    if any(means_pregnant(each.system, each.code) for each in codings):
        found.pregnant = True
    if facts != NOTHING_KNOWN:
        found.conditions.extend(codings)


def names_lems(concept: Resource) -> bool:
    """Whether a diagnosis names LEMS in words; a problem list is not always coded."""
    words = [text(concept.get("text"))]
    words += [text(coding.get("display")) for coding in codings_in(concept)]
    return any(
        ("lambert" in word.lower() and "eaton" in word.lower()) or word == "LEMS" for word in words
    )
