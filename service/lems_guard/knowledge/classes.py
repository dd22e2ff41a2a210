"""Drug classes: members by ingredient name, and the look-alikes that do not belong."""

import re
from collections.abc import Collection

from lems_guard.knowledge.problems import Problems
from lems_guard.knowledge.shape import Fields, check_reference
from lems_guard.knowledge.tree import Node
from lems_guard.screening.knowledge_base import DrugClass

ATC_PREFIX = re.compile(r"[A-Z]([0-9]{2}([A-Z]([A-Z]([0-9]{2})?)?)?)?")


CLASS_KEYS = ("id", "title", "members")
OPTIONAL_KEYS = ("atc", "excluded", "allergy_words", "source", "named_by", "compared")


def read_class(
    node: Node,
    file: str,
    ingredients: Collection[str] | None,
    sources: Collection[str],
    problems: Problems,
) -> DrugClass:
    """One drug class. `sources` are the ids of those that may name its members."""
    fields = Fields(node, problems, "a class", CLASS_KEYS, OPTIONAL_KEYS)
    drug_class = DrugClass(
        id=fields.name("id"),
        title=fields.text("title"),
        members=frozenset(fields.references("members", "ingredient", ingredients, least=1)),
        atc=_atc(fields, "atc"),
        compared=_atc(fields, "compared"),
        excluded=tuple(_excluded(item, problems) for item in fields.items("excluded")),
        file=file,
        allergy_words=tuple(each.text.lower() for each in fields.texts("allergy_words", least=1)),
        source=fields.text("source"),
        named_by=tuple(_naming(item, sources, problems) for item in fields.items("named_by")),
    )
    cited = fields.scalar("source")
    if cited is not None:
        check_reference(cited, "source", sources, problems)
    _check_naming(drug_class, fields)
    for name, _ in drug_class.excluded:
        if name in drug_class.members:
            shown = f"{name!r} is a member of {drug_class.id!r} and excluded from it"
            problems.add(fields.place_of("excluded"), "contradiction", shown)
    return drug_class


def _naming(node: Node, sources: Collection[str], problems: Problems) -> tuple[str, frozenset[str]]:
    """A source, and the members that it names."""
    fields = Fields(node, problems, "who names members", ("source", "members"))
    cited = fields.scalar("source")
    if cited is not None:
        check_reference(cited, "source", sources, problems)
    return fields.text("source"), frozenset(item.text for item in fields.texts("members", least=1))


def _check_naming(drug_class: DrugClass, fields: Fields) -> None:
    """Each member is named by one source; those that `named_by` leaves out by `source`."""
    seen: set[str] = set()
    for source, names in drug_class.named_by:
        for name in sorted((names - drug_class.members) | (names & seen)):
            shown = f"{source!r} names {name!r}, which is no member or named already"
            fields.problems.add(fields.place_of("named_by"), "contradiction", shown)
        seen |= names
    unnamed = sorted(drug_class.members - seen)
    if drug_class.named_by and unnamed and not drug_class.source:
        shown = f"no source names {', '.join(unnamed)}"
        fields.problems.add(fields.place_of("named_by"), "missing-key", shown)


def _atc(fields: Fields, key: str) -> tuple[str, ...]:
    codes = fields.texts(key, least=1)
    for code in codes:
        if not ATC_PREFIX.fullmatch(code.text):
            shown = f"{code.text!r} is no ATC code or beginning of one, such as C07A"
            fields.problems.add(code.place, "wrong-value", shown)
    return tuple(code.text for code in codes)


def _excluded(node: Node, problems: Problems) -> tuple[str, str]:
    fields = Fields(node, problems, "an exclusion", ("name", "reason"))
    return fields.text("name"), fields.text("reason")
