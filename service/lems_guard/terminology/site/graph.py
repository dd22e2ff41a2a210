"""From the relations of a release to the ingredients and routes of its concepts.

A row of RXNREL reads "the second concept RELA the first": read the other way round, a drug would
become a part of its own ingredient. So the direction is counted and checked before any use.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lems_guard.clinical.route import Route
from lems_guard.terminology.words import key_of

# The ways from each kind of concept to what it consists of; the first that is complete counts.
PATHS = {
    "PIN": ("form_of",),
    "MIN": ("has_part",),
    "BN": ("tradename_of", "has_precise_ingredient"),
    "SCDC": ("has_ingredient", "has_precise_ingredient"),
    "SCD": ("consists_of", "has_ingredients", "has_ingredient"),
    "SBDC": ("tradename_of", "has_ingredient"),
    "SBD": ("tradename_of", "consists_of", "has_ingredient"),
    **dict.fromkeys(("SCDF", "SCDG", "SCDGP", "SCDFP"), ("has_ingredient", "has_ingredients")),
    **dict.fromkeys(("SBDF", "SBDG", "SBDFP"), ("tradename_of", "has_ingredient")),
    "GPCK": ("contains",),
    "BPCK": ("tradename_of", "contains"),
}
RELATIONS = frozenset(name for path in PATHS.values() for name in path) | {"has_dose_form", "isa"}
OF_PRODUCTS = frozenset(PATHS) - {"PIN", "MIN", "BN"}
INGREDIENTS = frozenset({"IN", "PIN", "MIN", "BN"})
DEEPEST = 6
# Dose form groups that tell a route; "Injectable Product" does not.
GROUPS = {
    "buccal product": Route.BUCCAL,
    "inhalant product": Route.INHALED,
    "irrigation product": Route.IRRIGATION,
    "nasal product": Route.NASAL,
    "ophthalmic product": Route.OPHTHALMIC,
    "oral product": Route.ORAL,
    "otic product": Route.OTIC,
    "rectal product": Route.RECTAL,
    "sublingual product": Route.SUBLINGUAL,
    "topical product": Route.TOPICAL,
    "transdermal product": Route.TRANSDERMAL,
    "vaginal product": Route.VAGINAL,
}


@dataclass
class Graph:
    """Kinds of concepts, and the relations between them in one direction."""

    kinds: dict[int, str] = field(default_factory=dict)
    edges: dict[str, dict[int, list[int]]] = field(
        default_factory=lambda: {name: {} for name in RELATIONS}
    )
    form_names: dict[int, str] = field(default_factory=dict)
    inert: set[int] = field(default_factory=set)
    directed: int = 0
    misdirected: int = 0
    _found: dict[int, frozenset[int]] = field(default_factory=dict)
    # Thousands of products hold the same ingredients: each set is kept once.
    _sets: dict[frozenset[int], frozenset[int]] = field(default_factory=dict)

    def add(self, subject: int, relation: str, other: int) -> None:
        """Take in "subject relation other"."""
        kind = self.kinds.get(subject)
        if relation == "has_ingredient":
            self._count(kind, self.kinds.get(other))
        if kind is None or (relation == "isa" and kind != "DF"):
            return
        self.edges[relation].setdefault(subject, []).append(other)

    def _count(self, subject: str | None, other: str | None) -> None:
        if subject in OF_PRODUCTS and other in INGREDIENTS:
            self.directed += 1
        elif subject is not None and other is not None:
            self.misdirected += 1

    def ingredients(self, rxcui: int, depth: int = 0) -> frozenset[int]:
        """The ingredients of a concept; empty where one of its parts leads nowhere.

        A drug of which a part is not known is not known: half a combination hides the other.
        """
        if rxcui in self._found:
            return self._found[rxcui]
        kind = self.kinds.get(rxcui, "")
        found = frozenset({rxcui}) if kind == "IN" else frozenset[int]()
        if depth < DEEPEST:
            for relation in PATHS.get(kind, ()):
                found = found or self._together(self.edges[relation].get(rxcui, ()), depth)
            found = self._found[rxcui] = self._sets.setdefault(found, found)
        return found

    def _together(self, parts: Iterable[int], depth: int) -> frozenset[int]:
        sets = [self.ingredients(part, depth + 1) for part in parts]
        return frozenset().union(*sets) if all(sets) else frozenset()

    def routes(self, rxcui: int, forms: Mapping[str, Route | None]) -> set[Route | None]:
        """The routes that the dose forms of a product tell; a pack has those of all it holds."""
        dose_forms = self.edges["has_dose_form"].get(rxcui, ())
        found = {self._form_route(form, forms) for form in dose_forms}
        for item in self.edges["contains"].get(rxcui, ()):
            found |= self.routes(item, forms) or {None}
        return found

    def _form_route(self, form: int, forms: Mapping[str, Route | None]) -> Route | None:
        """The route of a dose form by our own table, else by the groups that it belongs to."""
        name = key_of(self.form_names.get(form, ""))
        if name in forms:
            return forms[name]
        groups = self.edges["isa"].get(form, ())
        told = {GROUPS.get(self.form_names.get(group, "").lower()) for group in groups} - {None}
        return told.pop() if len(told) == 1 else None
