"""The knowledge base as a value: rules, drug classes, and the index from ingredient to rules."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from lems_guard.clinical.medication import MedicationList
from lems_guard.clinical.overlay import Adjustment, adjusted
from lems_guard.clinical.rule import Outcome, Rule, RuleKind
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.screening.tables import Row, rows_in

NO_CLASSES: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class DrugClass:
    """A set of ingredients that share a harm, defined once.

    `excluded` holds look-alikes that do not belong, each with the reason. One with `allergy_words`
    is a group whose members a patient who is allergic to one of them is not offered; the words are
    what people call it. `atc` are groups that are the class, `compared` those that it shares with
    others: each of their members stands in one of them or is excluded. `source` is the id of the
    one that names its members, but for those that `named_by` gives to another.
    """

    id: str
    title: str
    members: frozenset[str]
    atc: tuple[str, ...] = ()
    excluded: tuple[tuple[str, str], ...] = ()
    file: str = ""
    allergy_words: tuple[str, ...] = ()
    source: str = ""
    named_by: tuple[tuple[str, frozenset[str]], ...] = ()
    compared: tuple[str, ...] = ()


class Candidate(NamedTuple):
    """A rule that names an ingredient, and by which class (empty: the ingredient itself)."""

    rule: Rule
    via: str


class Applicable(NamedTuple):
    """A rule that may speak of a drug in some list, the class by which, and its rows."""

    rule: Rule
    via: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class KnowledgeBase:
    """One immutable edition of the knowledge; `digest` covers all that can change an answer."""

    version: str
    digest: str
    rules: tuple[Rule, ...]
    classes: tuple[DrugClass, ...]
    classes_of: Mapping[str, frozenset[str]] = field(repr=False, default_factory=dict)
    candidates: Mapping[str, tuple[Candidate, ...]] = field(repr=False, default_factory=dict)
    cumulative: tuple[Rule, ...] = field(repr=False, default=())
    overlay: tuple[Adjustment, ...] = ()
    # What a site has made of it, each up to the last day on which one of its changes holds.
    dated: tuple[tuple[datetime.date, "KnowledgeBase"], ...] = field(repr=False, default=())
    # Filled as rules and drugs are met; rules live as long as this does, so `id` is a safe key.
    _rows: dict[tuple[int, Jurisdiction], tuple[Row, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )
    _applicable: dict[tuple[str, Jurisdiction, MedicationList], tuple[Applicable, ...]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    @staticmethod
    def of(
        version: str, digest: str, rules: Iterable[Rule], classes: Iterable[DrugClass]
    ) -> "KnowledgeBase":
        """Sort the rules by id and build the index."""
        ordered = tuple(sorted(rules, key=lambda rule: rule.id))
        known = tuple(sorted(classes, key=lambda drug_class: drug_class.id))
        classes_of = _classes_of(known)
        index = _index(ordered, known, classes_of)
        notes = tuple(rule for rule in ordered if rule.kind is RuleKind.CUMULATIVE)
        return KnowledgeBase(version, digest, ordered, known, classes_of, index, notes)

    def overlaid(self, overlay: tuple[Adjustment, ...], digest: str) -> "KnowledgeBase":
        """This edition under a site's overlay, by another digest."""
        dated = []
        for last in sorted({each.expires for each in overlay}):
            holding = tuple(each for each in overlay if each.expires >= last)
            rules = adjusted(self.rules, holding)
            edition = KnowledgeBase.of(self.version, digest, rules, self.classes)
            dated.append((last, replace(edition, overlay=holding)))
        dated.append((datetime.date.max, replace(self, digest=digest)))
        return replace(self, digest=digest, overlay=overlay, dated=tuple(dated))

    def on(self, day: datetime.date) -> "KnowledgeBase":
        """What holds on a day: an overlay's changes end."""
        if not self.dated:
            return self
        return next((edition for last, edition in self.dated if day <= last), self)

    def outcomes(self) -> Iterator[tuple[Rule, Outcome]]:
        """Every row that may be applied, on whichever day, once."""
        seen = set()
        for edition in (self, *(edition for _, edition in self.dated)):
            for rule in edition.rules:
                for outcome in rule.outcomes:
                    if id(outcome) not in seen:
                        seen.add(id(outcome))
                        yield rule, outcome

    def applicable(
        self, drug: str, jurisdiction: Jurisdiction, medication_list: MedicationList
    ) -> tuple[Applicable, ...]:
        """The rules that may speak of a drug in a list, under a jurisdiction."""
        key = (drug, jurisdiction, medication_list)
        found = self._applicable.get(key)
        if found is None:
            found = self._applicable[key] = tuple(
                Applicable(rule, via, self._rows_of(rule, jurisdiction))
                for rule, via in self.candidates.get(drug, ())
                if is_in_scope(rule, jurisdiction, medication_list)
                and self._rows_of(rule, jurisdiction)
            )
        return found

    def _rows_of(self, rule: Rule, jurisdiction: Jurisdiction) -> tuple[Row, ...]:
        """The rows of a rule's decision table that may apply in a jurisdiction."""
        key = (id(rule), jurisdiction)
        rows = self._rows.get(key)
        if rows is None:
            rows = self._rows[key] = rows_in(rule, jurisdiction)
        return rows

    def rule(self, rule_id: str) -> Rule | None:
        """The rule of that id, if there is one."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)


def is_in_scope(rule: Rule, jurisdiction: Jurisdiction, medication_list: MedicationList) -> bool:
    """Whether a rule speaks in a jurisdiction, of orders in a list."""
    return jurisdiction in rule.jurisdictions and medication_list in rule.lists


def named_by(rule: Rule, ingredient: str, classes: frozenset[str]) -> str | None:
    """The class by which a rule names an ingredient (empty: by itself), or `None`."""
    if not rule.drugs.include(ingredient, classes):
        return None
    return "" if ingredient in rule.drugs.ingredients else min(rule.drugs.classes & classes)


def _classes_of(classes: tuple[DrugClass, ...]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for drug_class in classes:
        for member in drug_class.members:
            found[member].add(drug_class.id)
    return {member: frozenset(ids) for member, ids in found.items()}


def _index(
    rules: tuple[Rule, ...],
    classes: tuple[DrugClass, ...],
    classes_of: Mapping[str, frozenset[str]],
) -> dict[str, tuple[Candidate, ...]]:
    members = {drug_class.id: drug_class.members for drug_class in classes}
    index: dict[str, list[Candidate]] = defaultdict(list)
    for rule in rules:
        concerned = rule.drugs.ingredients.union(*(members[name] for name in rule.drugs.classes))
        for ingredient in concerned - rule.drugs.excepted:
            via = named_by(rule, ingredient, classes_of.get(ingredient, NO_CLASSES))
            index[ingredient].append(Candidate(rule, via or ""))
    return {ingredient: tuple(found) for ingredient, found in index.items()}
