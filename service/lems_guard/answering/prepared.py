"""What of a reply depends on the knowledge base alone, serialised once when it is loaded."""

from collections.abc import Iterable
from typing import NamedTuple

from lems_guard.answering.wire import block, text, texts, whole
from lems_guard.clinical.evidence import Evidence
from lems_guard.clinical.medication import Ingredient
from lems_guard.clinical.rule import Advice, Alternative, Outcome, Rule
from lems_guard.screening.knowledge_base import NO_CLASSES, KnowledgeBase


class Told(NamedTuple):
    """What is told of an outcome: its rule; fields 6 and 7; 8; 10 and 11; 14."""

    head: bytes
    harm: bytes
    action: bytes
    grounds: bytes
    deed: bytes


class Prepared:
    """The serialised parts of one knowledge base: advice per outcome, ingredients, its name."""

    __slots__ = ("_advice", "_classes_of", "_ingredients", "digest", "knowledge_base")

    def __init__(self, knowledge: KnowledgeBase) -> None:
        """Serialise the advice of every outcome."""
        self.digest = knowledge.digest
        self.knowledge_base = block(6, text(1, knowledge.version) + text(2, knowledge.digest))
        self._classes_of = knowledge.classes_of
        # Outcomes live as long as the knowledge base does, so their identity is a safe, cheap key.
        self._advice = {
            id(outcome): told(_head(rule), outcome.advice) for rule, outcome in knowledge.outcomes()
        }
        # Filled as ingredients are met; the vocabulary bounds it.
        self._ingredients: dict[Ingredient, bytes] = {}

    def advice(self, outcome: Outcome) -> Told:
        """The parts of a `Finding` that do not vary from patient to patient."""
        return self._advice[id(outcome)]

    def ingredients(self, readings: tuple[tuple[Ingredient, ...], ...]) -> bytes:
        """The ingredients of all readings together, each once, by name."""
        if len(readings) == 1 and len(readings[0]) == 1:
            return self._ingredient(readings[0][0])
        distinct = sorted({ingredient for reading in readings for ingredient in reading})
        return b"".join([self._ingredient(ingredient) for ingredient in distinct])

    def _ingredient(self, ingredient: Ingredient) -> bytes:
        known = self._ingredients.get(ingredient)
        if known is None:
            classes = sorted(self._classes_of.get(ingredient.name, NO_CLASSES))
            parts = text(1, ingredient.name) + text(2, ingredient.rxcui) + texts(3, classes)
            known = self._ingredients[ingredient] = block(4, parts)
        return known


def _head(rule: Rule) -> bytes:
    return text(1, rule.id) + whole(2, rule.concern)


def told(head: bytes, advice: Advice) -> Told:
    """The parts of a `Finding` that advice tells, for any patient."""
    return Told(
        head,
        text(6, advice.consequence) + text(7, advice.mechanism),
        text(8, advice.action),
        grounds(advice),
        text(14, advice.deed),
    )


def offered(alternatives: Iterable[Alternative]) -> bytes:
    """Field 9 of a `Finding`: what may be given instead."""
    return texts(9, [each.text for each in alternatives])


def grounds(advice: Advice) -> bytes:
    """Fields 10 and 11 of a `Finding`: what to watch, and the evidence."""
    return texts(10, advice.monitoring) + b"".join(
        [block(11, evidence(item)) for item in advice.evidence]
    )


def evidence(item: Evidence) -> bytes:
    """An `Evidence`: the source as "publisher: title (revised)"."""
    return b"".join(
        (
            text(1, cited(item)),
            text(2, item.locator),
            text(3, item.source.url),
            text(4, item.grade),
            whole(5, item.population),
            whole(6, item.counter),
            text(7, item.says),
            whole(8, item.source.kind),
            text(9, item.source.limits),
        )
    )


def cited(item: Evidence) -> str:
    """A source as it is cited: publisher, title, revision."""
    source = item.source
    revised = f" ({source.revised})" if source.revised else ""
    return f"{source.publisher}: {source.title}{revised}"
