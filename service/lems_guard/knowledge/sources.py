"""Sources and evidence: which documents were read, and what each says of a rule."""

import datetime

from lems_guard.clinical.evidence import Evidence, EvidenceKind, Population, Source
from lems_guard.knowledge.problems import Problems
from lems_guard.knowledge.shape import Fields, check_reference, kebab, named
from lems_guard.knowledge.tree import Node

GRADES = {grade: grade for grade in ("1", "2", "3", "4", "C", "L", "U")}
SOURCE_KEYS = ("id", "title", "publisher", "revised", "retrieved")
OPTIONAL_KEYS = ("url", "jurisdiction", "limits", "kind", "read")
READ = {how: how for how in ("whole", "part", "quoted")}
EVIDENCE_KEYS = ("source", "locator", "grade", "population")

STRONG = frozenset({"1", "2"})
# What the authors think without a document: no report of patients.
JUDGEMENT = "judgement"
# Stands in for a source that is not known, so that reading can go on to the next problem.
NO_SOURCE = Source("", "", "", "", "")


def read_source(node: Node, problems: Problems) -> Source:
    """One document that was read."""
    fields = Fields(node, problems, "a source", SOURCE_KEYS, OPTIONAL_KEYS)
    return Source(
        id=fields.name("id"),
        title=fields.text("title"),
        publisher=fields.text("publisher"),
        revised=fields.text("revised"),
        retrieved=_iso(fields.date("retrieved")),
        url=fields.text("url"),
        jurisdiction=fields.text("jurisdiction"),
        limits=fields.text("limits"),
        kind=fields.choice("kind", kebab(EvidenceKind), EvidenceKind.REFERENCE),
        read=fields.choice("read", READ, "part"),
    )


def read_evidence(node: Node, sources: dict[str, Source], problems: Problems) -> Evidence:
    """What one source says for a rule, or against it."""
    fields = Fields(node, problems, "evidence", EVIDENCE_KEYS, ("counter", "says"))
    cited = fields.scalar("source")
    if cited is not None:
        check_reference(cited, "source", sources, problems)
    evidence = Evidence(
        source=sources.get(cited.text, NO_SOURCE) if cited else NO_SOURCE,
        locator=fields.text("locator"),
        grade=fields.choice("grade", GRADES, "U"),
        population=fields.choice("population", named(Population), Population.THEORETICAL),
        counter=fields.truth("counter", default=False),
        says=fields.text("says"),
    )
    if cited is not None and cited.text == JUDGEMENT and evidence.population is Population.LEMS:
        shown = (
            "judgement has seen nobody with LEMS: MYASTHENIA_GRAVIS if carried over, or THEORETICAL"
        )
        problems.add(fields.place_of("population"), "unseen-population", shown)
    if evidence.source.kind is EvidenceKind.SECOND_HAND and evidence.grade in STRONG:
        shown = f"{evidence.source.id!r} is second hand: never grade 1 or 2"
        problems.add(fields.place_of("grade"), "second-hand", shown)
    return evidence


def _iso(day: datetime.date | None) -> str:
    return day.isoformat() if day else ""
