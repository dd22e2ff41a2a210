"""A card for a patient or an ambulance: what to avoid, and what to ask about first."""

from collections.abc import Mapping
from typing import NamedTuple

from lems_guard.clinical.rule import RuleKind
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
    avoid: list[str] = []
    beside: list[str] = []
    ask: list[str] = []
    kinds = {rule.id: rule.kind for rule in knowledge.rules}
    named: set[str] = set()
    rows: set[str] = set()
    for severity in (Severity.AVOID, Severity.CAUTION):
        for concern in CONCERNS:
            place = beside if concern is Concern.SEIZURE else avoid
            for row in chart_of(knowledge, concern=concern):
                is_told = row.name in (rows if row.is_class else named)
                is_meant = any(kinds[each] in OF_DRUGS for each in row.rules)
                is_own = row.name.startswith(OWN_DRUG)
                if row.worst < severity or row.stopped or is_told or not is_meant or is_own:
                    continue
                rows.add(row.name)
                named.update(row.members)
                (place if severity is Severity.AVOID else ask).append(_named(row, brands))
    return PatientCard(*(tuple(sorted(each, key=str.casefold)) for each in (avoid, beside, ask)))


def _named(row: ChartRow, brands: Mapping[str, int]) -> str:
    """A class with some of its drugs, so that a stranger to the word knows it."""
    if not row.is_class or len(row.members) == 1:
        return row.title
    members = [each for each in row.members if not each.endswith(WHICH_IS_NOT_SAID)]
    known = sorted(members, key=lambda drug: (-brands.get(drug, 0), drug))
    more = " …" if len(row.members) > EXAMPLES else ""
    return f"{row.title} ({', '.join(known[:EXAMPLES])}{more})"
