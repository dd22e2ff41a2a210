"""The words and marks of closed lists, one of each: for answers, pages, papers, cards and logs.

A term is worth the number that the wire gives it: a message's numbers find their words here too.
"""

from collections.abc import Mapping

from lems_guard.clinical.evidence import EvidenceKind, Population
from lems_guard.clinical.rule import ReviewState
from lems_guard.clinical.severity import Severity

# Beside the word, so that a severity is never told by its colour alone.
SYMBOLS: Mapping[int, str] = {
    Severity.CONTRAINDICATED: "■",
    Severity.AVOID: "▲",
    Severity.CAUTION: "◆",
    Severity.MONITOR: "●",
    Severity.INFORMATION: "•",
}
# The same, hollow: what was not seen in LEMS.
HOLLOW: Mapping[int, str] = {
    Severity.CONTRAINDICATED: "□",
    Severity.AVOID: "△",
    Severity.CAUTION: "◇",
    Severity.MONITOR: "○",
    Severity.INFORMATION: "◦",
}
POPULATIONS: Mapping[int, str] = {
    Population.LEMS: "seen in LEMS",
    Population.MYASTHENIA_GRAVIS: "carried over from myasthenia gravis",
    Population.THEORETICAL: "theory, not seen in these patients",
    Population.AMIFAMPRIDINE: "of amifampridine itself",
}
EVIDENCE_KINDS: Mapping[int, str] = {
    EvidenceKind.LABEL: "label",
    EvidenceKind.GUIDELINE: "guideline",
    EvidenceKind.TRIAL: "trial",
    EvidenceKind.COHORT: "cohort",
    EvidenceKind.CASE: "case report",
    EvidenceKind.REFERENCE: "reference",
    EvidenceKind.THEORY: "theory",
    EvidenceKind.JUDGEMENT: "judgement",
    EvidenceKind.SECOND_HAND: "second hand",
}
GRADES: Mapping[str, str] = {  # strongest first
    "1": "report or reference",
    "2": "label or guideline",
    "C": "cohort or trial",
    "3": "case reports",
    "L": "published list",
    "4": "theory",
    "U": "not verified",
}
REVIEW_STATES: Mapping[int, str] = {
    ReviewState.UNREVIEWED: "not reviewed by a clinician",
    ReviewState.SIGNED: "signed",
    ReviewState.CHANGED: "changed since it was signed",
    ReviewState.DUE: "due for review again",
}
