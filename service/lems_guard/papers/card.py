"""A card for a patient or an ambulance: what to avoid, and what to ask about first."""

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import NamedTuple

from lems_guard.clinical.rule import Rule, RuleKind
from lems_guard.clinical.severity import Concern, Severity
from lems_guard.papers.chart import ChartRow, chart_of
from lems_guard.screening.knowledge_base import KnowledgeBase

# What a drug does to this patient; a dose, a duplicate or a label's wording is no matter of a card.
CONCERNS = (
    Concern.NEUROMUSCULAR_WEAKNESS,
    Concern.RESPIRATORY_DEPRESSION,
    Concern.ANAESTHESIA,
    Concern.SEIZURE,
)
# Rules of a dose, of a duplicate or of amifampridine's own conditions are no matter of a card.
OF_DRUGS = frozenset({RuleKind.DRUG_DISEASE, RuleKind.INTERACTION})
EXAMPLES = 2
# A class in the place of a drug is an ingredient too, and no example of itself.
WHICH_IS_NOT_SAID = "(which one is not said)"
OWN_DRUG = "amifampridine"
OWN_CLASS = "aminopyridine"


class PatientCard(NamedTuple):
    """Names, each once: those that weaken first, then those that beside amifampridine convulse."""

    avoid: tuple[str, ...]
    avoid_beside: tuple[str, ...]
    ask: tuple[str, ...]


def card_of(knowledge: KnowledgeBase, brands: Mapping[str, int]) -> PatientCard:
    """The card of an edition: every class, and the single drugs that no class on it holds.

    A drug that stands above is not named again below; what is told of its class is. `brands` tells
    how many each drug has: the best known are named as a class's examples.
    """
    avoid: list[ChartRow] = []
    beside: list[ChartRow] = []
    ask: list[ChartRow] = []
    meant = replace(knowledge, rules=tuple(filter(_is_meant, knowledge.rules)))
    named: set[str] = set()
    rows: set[str] = set()
    for severity in (Severity.AVOID, Severity.CAUTION):
        for concern in CONCERNS:
            place = beside if concern is Concern.SEIZURE else avoid
            for row in chart_of(meant, concern=concern):
                is_told = row.name in (rows if row.is_class else named)
                is_own = row.name.startswith(OWN_DRUG)
                if row.worst < severity or row.stopped or is_told or is_own:
                    continue
                rows.add(row.name)
                named.update(row.members)
                (place if severity is Severity.AVOID else ask).append(row)
    return PatientCard(*(_names(each, brands) for each in (avoid, beside, ask)))


def _names(rows: list[ChartRow], brands: Mapping[str, int]) -> tuple[str, ...]:
    """What is named under one heading: a drug that stands beside its class is its first example."""
    alone = {row.name for row in rows if not row.is_class}
    held = {each for row in rows if row.is_class for each in row.members}
    told = (_named(row, brands, alone) for row in rows if row.is_class or row.name not in held)
    return tuple(sorted(told, key=str.casefold))


def _is_meant(rule: Rule) -> bool:
    """Whether it holds for whoever has LEMS, or takes amifampridine, whatever else is taken."""
    beside = rule.partners
    is_own = beside is None or OWN_DRUG in beside.ingredients or OWN_CLASS in beside.classes
    return is_own and rule.kind in OF_DRUGS


def _named(row: ChartRow, brands: Mapping[str, int], first: Set[str]) -> str:
    """A class with some of its drugs, so that a stranger to the word knows it."""
    if not row.is_class or len(row.members) == 1:
        return row.title
    members = [each for each in row.members if not each.endswith(WHICH_IS_NOT_SAID)]
    known = sorted(members, key=lambda drug: (drug not in first, -brands.get(drug, 0), drug))
    more = " …" if len(row.members) > EXAMPLES else ""
    return f"{row.title} ({', '.join(known[:EXAMPLES])}{more})"
