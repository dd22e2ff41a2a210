"""The chart: each drug or class by way in, and whether it was seen in LEMS."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import Rule
from lems_guard.clinical.severity import Concern, Jurisdiction, Severity
from lems_guard.clinical.words import HOLLOW, SYMBOLS
from lems_guard.knowledge.matrix import MatrixCell, MatrixRow, matrix_of
from lems_guard.papers.words import is_seen
from lems_guard.screening.knowledge_base import KnowledgeBase


class Way(NamedTuple):
    """A column of the chart: ways in that a ward takes for one."""

    short: str
    title: str
    routes: tuple[Route, ...]


WAYS = (
    Way("mouth", "by mouth or feeding tube", (Route.ORAL, Route.ENTERAL_TUBE)),
    Way("under tongue", "under the tongue or in the cheek", (Route.SUBLINGUAL, Route.BUCCAL)),
    Way("vein", "into a vein", (Route.INTRAVENOUS,)),
    Way("muscle", "into a muscle", (Route.INTRAMUSCULAR,)),
    Way("under skin", "under or into the skin", (Route.SUBCUTANEOUS, Route.INTRADERMAL)),
    Way("spine", "intrathecal or epidural", (Route.INTRATHECAL, Route.EPIDURAL)),
    Way(
        "cavity",
        "into peritoneum, pleura or bladder",
        (Route.INTRAPERITONEAL, Route.INTRAPLEURAL, Route.INTRAVESICAL),
    ),
    Way(
        "local inj.",
        "a local injection, also into a joint",
        (Route.LOCAL_INJECTION, Route.INTRA_ARTICULAR),
    ),
    Way("inhaled", "inhaled", (Route.INHALED,)),
    Way("nose", "into the nose", (Route.NASAL,)),
    Way("eye", "into the eye", (Route.OPHTHALMIC,)),
    Way("ear", "into the ear", (Route.OTIC,)),
    Way("skin", "on the skin", (Route.TOPICAL,)),
    Way("patch", "through the skin", (Route.TRANSDERMAL,)),
    Way("rectum", "into the rectum", (Route.RECTAL,)),
    Way("vagina", "into the vagina", (Route.VAGINAL,)),
    Way("irrigation", "rinsed in", (Route.IRRIGATION,)),
    Way("dialysis", "in dialysis or a heart-lung machine", (Route.EXTRACORPOREAL,)),
)


class Mark(NamedTuple):
    """A cell of the chart."""

    severity: Severity
    is_seen: bool
    depends: bool

    @property
    def symbol(self) -> str:
        """Solid where it was seen in LEMS or of amifampridine itself, else hollow."""
        return (SYMBOLS if self.is_seen else HOLLOW)[self.severity]

    @property
    def words(self) -> str:
        """The cell as it is read out."""
        seen = "seen in LEMS" if self.is_seen else "carried over"
        return f"{self.severity.name}, {seen}{', depends' if self.depends else ''}"


# What is below this, or may be that bad in some patients alone, has no room on a poster.
POSTER = Severity.CAUTION


class ChartRow(NamedTuple):
    """A class or drug, its marks by way in, and the rules behind them."""

    name: str
    title: str
    is_class: bool
    stopped: bool
    members: tuple[str, ...]
    marks: tuple[Mark | None, ...]
    rules: tuple[str, ...]
    worst: Severity

    @property
    def is_minor(self) -> bool:
        """Whether it is left off the poster."""
        return self.worst < Severity.AVOID and self.weight < POSTER

    @property
    def weight(self) -> float:
        """What is surely bad comes before what is worse in some patients alone."""
        return max(mark.severity - 1.5 * mark.depends for mark in self.marks if mark)


def chart_of(
    knowledge: KnowledgeBase,
    jurisdictions: Iterable[Jurisdiction] = Jurisdiction,
    concern: Concern | None = None,
) -> tuple[ChartRow, ...]:
    """The chart's rows, the worst first, then by name."""
    classes = {each.id: each for each in knowledge.classes}
    rules = {rule.id: rule for rule in knowledge.rules}
    rows = []
    for row in matrix_of(knowledge, jurisdictions, concern):
        drug_class = classes.get(row.name)
        rows.append(
            ChartRow(
                row.name,
                drug_class.title if drug_class else row.name,
                row.is_class,
                row.stopped,
                tuple(sorted(drug_class.members)) if drug_class else (row.name,),
                tuple(_mark(way, row, rules) for way in WAYS),
                row.rules,
                max(cell.severity for cell in row.cells.values()),
            )
        )
    return tuple(sorted(rows, key=lambda row: (-row.weight, row.title.casefold(), row.stopped)))


def _mark(way: Way, row: MatrixRow, rules: Mapping[str, Rule]) -> Mark | None:
    """The worst of a way's routes; what differs between them depends on which it is."""
    cells = [(route, row.cells.get(route)) for route in way.routes]
    said = [(route, cell) for route, cell in cells if cell is not None]
    if not said:
        return None
    route, worst = max(said, key=lambda each: (each[1].severity, not each[1].conditional))
    depends = worst.conditional or any(
        cell is None or cell.severity is not worst.severity for _, cell in cells
    )
    named = (rules[each] for each in row.rules)
    seen = any(_is_seen(rule, route, worst) for rule in named)
    return Mark(worst.severity, seen, depends)


def _is_seen(rule: Rule, route: Route, cell: MatrixCell) -> bool:
    """Whether what a rule says as badly by a route rests on what was seen in these patients."""
    return any(
        is_seen(evidence)
        for row in rule.outcomes
        if row.routes is None or route in row.routes
        if cell.severity in {row.severity, *([row.severity.raised()] if rule.modifiers else [])}
        for evidence in row.advice.evidence
    )
