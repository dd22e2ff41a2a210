"""Where a statement comes from, how strong that is, and in whom it was seen."""

from dataclasses import dataclass

from lems_guard.clinical.term import Term


class Population(Term):
    """In whom the evidence was gathered. Most of what is said of LEMS is carried over from MG."""

    LEMS = 1
    MYASTHENIA_GRAVIS = 2
    THEORETICAL = 3
    AMIFAMPRIDINE = 4


class EvidenceKind(Term):
    """What a source is: a reader never takes one for another."""

    LABEL = 1
    GUIDELINE = 2
    TRIAL = 3
    COHORT = 4
    CASE = 5
    REFERENCE = 6
    THEORY = 7
    JUDGEMENT = 8
    SECOND_HAND = 9


@dataclass(frozen=True, slots=True)
class Source:
    """A document: publisher, revision, whose jurisdiction, and how and when it was read.

    `read` is "whole", "part" or "quoted": then another document was read that quotes it.
    """

    id: str
    title: str
    publisher: str
    revised: str
    retrieved: str
    url: str = ""
    jurisdiction: str = ""
    limits: str = ""
    kind: EvidenceKind = EvidenceKind.REFERENCE
    read: str = "part"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one source says, where in it, graded; `counter` marks evidence against the rule.

    Grades (clinical facts, section B): 1 LEMS-specific report or reference; 2 boxed warning,
    contraindication or guideline list; 3 case reports; 4 theory or class extension; U unverified.
    Besides: C a cohort or trial; L a published list that gives no cases.
    """

    source: Source
    locator: str
    grade: str
    population: Population
    counter: bool = False
    says: str = ""
