"""What a person is told: the texts of a rule, and where one of its outcomes says otherwise."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lems_guard.clinical.evidence import Source
from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import Advice, Alternative
from lems_guard.clinical.severity import Jurisdiction, OverridePolicy
from lems_guard.knowledge.conditions import read_condition
from lems_guard.knowledge.problems import Problems
from lems_guard.knowledge.shape import Fields, named
from lems_guard.knowledge.sources import read_evidence
from lems_guard.knowledge.tree import Node
from lems_guard.screening.knowledge_base import DrugClass

TEXTS = ("summary", "consequence", "mechanism", "action")
ADVICE_KEYS = (*TEXTS, "alternatives", "monitoring", "evidence", "override_policy", "deed")
ALTERNATIVE_KEYS = ("ingredients", "route", "jurisdictions", "unless", "for", "together")
PLACEHOLDER = "{drug}"
SENTENCE_ENDS = re.compile(r"(?<=[.!?]) (?=[A-Z0-9])")


@dataclass(frozen=True, slots=True)
class Names:
    """What a rule may refer to; `ingredients` is `None` where the vocabulary cannot be read."""

    sources: dict[str, Source]
    classes: dict[str, DrugClass]
    ingredients: Collection[str] | None


def read_advice(fields: Fields, names: Names, base: Advice | None = None) -> Advice:
    """The texts that a mapping states; what it leaves out is taken from `base`."""
    stated = _stated(fields, names)
    if base is not None:
        stated = {key: getattr(base, key) for key in ADVICE_KEYS if key not in fields} | {
            key: value for key, value in stated.items() if key in fields
        }
    advice = Advice(**stated)
    if "deed" in fields or ("action" not in fields and base is not None):
        return advice
    return replace(advice, deed=first_sentence(advice.action))


def first_sentence(text: str) -> str:
    """A text as far as its first full stop: what to do comes first."""
    return SENTENCE_ENDS.split(text, maxsplit=1)[0]


def _stated(fields: Fields, names: Names) -> Mapping[str, Any]:
    problems = fields.problems
    return {
        **{key: _text(fields, key) for key in TEXTS},
        "alternatives": tuple(
            _alternative(node, names, problems) for node in fields.items("alternatives")
        ),
        "monitoring": tuple(item.text.strip() for item in fields.texts("monitoring")),
        "evidence": tuple(
            read_evidence(node, names.sources, problems)
            for node in fields.items("evidence", least=1)
        ),
        "deed": fields.text("deed"),
        "override_policy": fields.choice(
            "override_policy", named(OverridePolicy), OverridePolicy.REASON
        ),
    }


def _text(fields: Fields, key: str) -> str:
    """A text; only the summary may hold the drug's name, and nothing else in braces."""
    text = fields.text(key)
    rest = text.replace(PLACEHOLDER, "") if key == "summary" else text
    if "{" in rest or "}" in rest:
        shown = "braces: only '{drug}' may be put in, and only in the summary"
        fields.problems.add(fields.place_of(key), "wrong-placeholder", shown)
    return text


def _alternative(node: Node, names: Names, problems: Problems) -> Alternative:
    fields = Fields(node, problems, "an alternative", ("text",), ALTERNATIVE_KEYS)
    stated = fields.choices("jurisdictions", named(Jurisdiction))
    unless, suits = fields.node("unless"), fields.node("for")
    return Alternative(
        text=fields.text("text"),
        ingredients=fields.references("ingredients", "ingredient", names.ingredients, least=1),
        route=fields.choice("route", {**named(Route)}, None),
        jurisdictions=stated or frozenset(Jurisdiction),
        unless=read_condition(unless, problems) if unless else None,
        suits=read_condition(suits, problems) if suits else None,
        together=fields.truth("together", default=False),
    )
