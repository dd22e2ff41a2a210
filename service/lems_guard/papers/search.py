"""Finding rules and drugs by what a pharmacist types: words, a generic, a brand, a code."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from lems_guard.clinical.medication import (
    CodeSystem,
    Coding,
    Medication,
    MedicationList,
    Understood,
)
from lems_guard.clinical.rule import Rule
from lems_guard.knowledge.meaning import drugs_meant
from lems_guard.papers.words import in_words
from lems_guard.screening.knowledge_base import DrugClass, KnowledgeBase

LONGEST_QUERY = 64


class Sought(NamedTuple):
    """What is looked for: words that a text must hold, or drugs that the whole is read as."""

    words: tuple[str, ...]
    drugs: frozenset[str]

    def holds(self, text: str, drugs: frozenset[str]) -> bool:
        """Whether a thing with this text, about these drugs, is looked for."""
        return not self.drugs.isdisjoint(drugs) or all(word in text for word in self.words)


def wanted(query: str, understand: Callable[[Medication], Understood], country: str = "") -> Sought:
    """What a query looks for; everything, where it is empty."""
    text = " ".join(query.split())[:LONGEST_QUERY]
    words = tuple(text.casefold().split())
    if not words:
        return Sought((), frozenset())
    orders = [Medication("q", MedicationList.PROPOSED, text, country=country)]
    if len(words) == 1 and any(character.isdigit() for character in text):
        orders += [
            Medication("q", MedicationList.PROPOSED, codings=(Coding(system, text),))
            for system in CodeSystem
        ]
    read = [understand(order).readings for order in orders]
    drugs = frozenset(drug.name for readings in read for reading in readings for drug in reading)
    return Sought(words, drugs)


def drugs_of(rule: Rule, classes: dict[str, DrugClass]) -> frozenset[str]:
    """The ingredients that a rule is about."""
    return drugs_meant(rule.drugs, classes)


def text_of(rule: Rule, classes: dict[str, DrugClass]) -> str:
    """All that a search by words looks at in a rule."""
    own = [classes[name] for name in sorted(rule.drugs.classes)]
    sources = {each.source for row in rule.outcomes for each in row.advice.evidence}
    parts = (
        rule.id,
        rule.title,
        in_words(rule.concern),
        *(f"{each.id} {each.title} {' '.join(each.atc)}" for each in own),
        *sorted(drugs_of(rule, classes)),
        *sorted(f"{each.id} {each.title} {each.publisher}" for each in sources),
    )
    return " ".join(parts).casefold()


def rules_found(knowledge: KnowledgeBase, sought: Sought) -> Iterable[Rule]:
    """The rules that a search finds, by id."""
    classes = {each.id: each for each in knowledge.classes}
    for rule in knowledge.rules:
        if not sought.words or sought.holds(text_of(rule, classes), drugs_of(rule, classes)):
            yield rule
