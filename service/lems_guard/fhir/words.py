"""The contract's enums in words, and a source as it is cited."""

import functools

from lems_guard.v1 import screening_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

EVIDENCE_KINDS = {
    terms.EVIDENCE_KIND_LABEL: "label",
    terms.EVIDENCE_KIND_GUIDELINE: "guideline",
    terms.EVIDENCE_KIND_TRIAL: "trial",
    terms.EVIDENCE_KIND_COHORT: "cohort",
    terms.EVIDENCE_KIND_CASE: "case report",
    terms.EVIDENCE_KIND_REFERENCE: "reference",
    terms.EVIDENCE_KIND_THEORY: "theory",
    terms.EVIDENCE_KIND_JUDGEMENT: "judgement",
    terms.EVIDENCE_KIND_SECOND_HAND: "second hand",
}


def word(name: str, prefix: str) -> str:
    """An enum's name in words: `CONCERN_QT_PROLONGATION` → "qt prolongation"."""
    return name.removeprefix(prefix).lower().replace("_", " ")


@functools.cache
def severity_word(severity: terms.Severity) -> str:
    """A severity in a word, as the knowledge base writes it."""
    return terms.Severity.Name(severity).removeprefix("SEVERITY_")


@functools.cache
def concern_word(concern: terms.Concern) -> str:
    """A concern in words."""
    return word(terms.Concern.Name(concern), "CONCERN_")


def cited(item: wire.Evidence) -> str:
    """A source with the place in it, and whether it speaks against the rule."""
    against = "Against: " if item.counter else ""
    return f"{against}{item.source}" + (f", {item.locator}" if item.locator else "")
