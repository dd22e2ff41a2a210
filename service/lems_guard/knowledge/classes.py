"""Drug classes: members by ingredient name, and the look-alikes that do not belong."""

import re
from collections.abc import Collection

from lems_guard.knowledge.problems import Problems
from lems_guard.knowledge.shape import Fields
from lems_guard.knowledge.tree import Node
from lems_guard.screening.knowledge_base import DrugClass

ATC_PREFIX = re.compile(r"[A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?")


CLASS_KEYS = ("id", "title", "members")
OPTIONAL_KEYS = ("atc", "excluded", "allergy_words", "source")


def read_class(
    node: Node, file: str, ingredients: Collection[str] | None, problems: Problems
) -> DrugClass:
    """One drug class."""
    fields = Fields(node, problems, "a class", CLASS_KEYS, OPTIONAL_KEYS)
    drug_class = DrugClass(
        id=fields.name("id"),
        title=fields.text("title"),
        members=frozenset(fields.references("members", "ingredient", ingredients, least=1)),
        atc=_atc(fields),
        excluded=tuple(_excluded(item, problems) for item in fields.items("excluded")),
        file=file,
        allergy_words=tuple(each.text.lower() for each in fields.texts("allergy_words", least=1)),
        source=fields.text("source"),
    )
    for name, _ in drug_class.excluded:
        if name in drug_class.members:
            shown = f"{name!r} is a member of {drug_class.id!r} and excluded from it"
            problems.add(fields.place_of("excluded"), "contradiction", shown)
    return drug_class


def _atc(fields: Fields) -> tuple[str, ...]:
    codes = fields.texts("atc", least=1)
    for code in codes:
        if not ATC_PREFIX.fullmatch(code.text):
            shown = f"{code.text!r} is no ATC code or beginning of one, such as C07A"
            fields.problems.add(code.place, "wrong-value", shown)
    return tuple(code.text for code in codes)


def _excluded(node: Node, problems: Problems) -> tuple[str, str]:
    fields = Fields(node, problems, "an exclusion", ("name", "reason"))
    return fields.text("name"), fields.text("reason")
