"""One name per substance: which of several names is the ingredient, and what the rest mean."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from lems_guard.terminology.build.rows import parts, read_rows
from lems_guard.terminology.words import key_of

_BRACKETED_SOURCES = re.compile(r"(\w+)\[((?:[^\[\]]|\[[^\]]*\])*)\]")


@dataclass
class Substances:
    """The ingredients found so far, with their codes and every name that means them.

    Names written by hand are final: what the facts say about the same name is not taken.
    """

    rxcui: dict[str, str] = field(default_factory=dict)
    source: dict[str, str] = field(default_factory=dict)
    names: dict[str, dict[tuple[str, ...], tuple[str, str]]] = field(default_factory=dict)
    final: set[str] = field(default_factory=set)
    renamed: dict[str, str] = field(default_factory=dict)
    skipped: frozenset[str] = frozenset()

    def ingredient(self, name: str) -> str:
        """The ingredient that a substance counts as."""
        return self.renamed.get(name, name)

    def holds(self, name: str) -> bool:
        """Whether a name, or the one it is filed under, is an ingredient already."""
        return self.ingredient(name) in self.rxcui

    def add(self, name: str, rxcui: str, source: str) -> None:
        """Take in a substance, under its own name or the one that it is filed under."""
        if name in self.skipped:
            return
        ingredient = self.ingredient(name)
        if not self.rxcui.get(ingredient):
            self.rxcui[ingredient] = rxcui
        self.source.setdefault(ingredient, source)
        for spelling in (name, ingredient):
            self.call(spelling, (ingredient,), source)

    def call(self, name: str, ingredients: tuple[str, ...], source: str) -> None:
        """Let a name mean these ingredients, unless it was settled by hand."""
        key = key_of(name)
        if key and key not in self.final:
            self.names.setdefault(key, {}).setdefault(ingredients, (name, source))

    def lookup(self, name: str) -> tuple[str, ...] | None:
        """The ingredients that a name means, if exactly one set is known."""
        found = self.names.get(key_of(name), {})
        return next(iter(found)) if len(found) == 1 else None


def sources_in(cell: str, of: str) -> str:
    """What a source column says of one thing: `ema,hand` of `brands[ema,hand] atc[…]`."""
    return next((found for kind, found in _BRACKETED_SOURCES.findall(cell) if kind == of), "")


def collect_substances(sources: Path, by_hand: Path) -> Substances:
    """Every ingredient of the facts and its names, hand-made rows first."""
    skipped = frozenset(row["name"] for row in read_rows(by_hand / "not_substances.tsv"))
    substances = Substances(skipped=skipped)
    for row in read_rows(by_hand / "same_substance.tsv"):
        substances.renamed[row["name"]] = row["ingredient"]
    for row in read_rows(by_hand / "ingredients.tsv"):
        substances.add(row["ingredient"], row["rxcui"], "hand")
    for row in read_rows(by_hand / "names.tsv"):
        substances.call(row["name"], tuple(sorted(parts(row["ingredients"]))), "hand")
    # Only now: a name written twice by hand has two meanings.
    substances.final.update(key_of(row["name"]) for row in read_rows(by_hand / "names.tsv"))
    _add_what_is_no_drug(substances, by_hand)
    _add_vocabulary_facts(substances, sources)
    _add_clinical_facts(substances, sources)
    for row in read_rows(by_hand / "same_substance.tsv"):
        substances.add(row["name"], "", f"hand: {row['reason']}")
    return substances


def _add_what_is_no_drug(substances: Substances, by_hand: Path) -> None:
    """Vaccines, blood, gases, devices, and lists that say there is nothing on them."""
    for row in read_rows(by_hand / "not_drugs.tsv", optional=True):
        substances.add(row["ingredient"], "", f"hand: {row['reason']}")
        substances.call(row["name"], (row["ingredient"],), "hand")
        substances.final.add(key_of(row["name"]))


def _add_vocabulary_facts(substances: Substances, sources: Path) -> None:
    for row in read_rows(sources / "drug_facts.tsv"):
        name = row["ingredient_inn"]
        rxcui_source = sources_in(row["source"], "rxcui")
        substances.add(name, row["rxcui_in"], f"drug_facts rxcui[{rxcui_source}]")
        if name not in substances.skipped:
            for synonym in parts(row["synonyms"]):
                substances.call(synonym, (substances.ingredient(name),), "drug_facts synonym")


def _add_clinical_facts(substances: Substances, sources: Path) -> None:
    """The rules speak of substances that the vocabulary facts lack."""
    for row in read_rows(sources / "rule_substances.tsv"):
        name = row["ingredient"]
        if not substances.holds(name):
            substances.add(name, "", "rule_substances")
        elif substances.ingredient(name) == name and name not in substances.skipped:
            substances.call(name, (name,), "rule_substances")
        _note_rule_name(substances, name)


def _note_rule_name(substances: Substances, name: str) -> None:
    ingredient = substances.ingredient(name)
    if ingredient != name and ingredient in substances.rxcui:
        substances.call(name, (ingredient,), "rule_substances")
