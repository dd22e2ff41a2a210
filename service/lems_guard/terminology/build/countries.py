"""Brands by country, from national lists of products.

A brand that means one thing everywhere gets one row without a country. Where it means different
things, each country's meaning says so, and an order is read by the country it comes from.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lems_guard.terminology.build.generic import Generics
from lems_guard.terminology.build.listed import Listed
from lems_guard.terminology.build.rows import parts, read_rows
from lems_guard.terminology.build.substances import Substances
from lems_guard.terminology.words import key_of

# In this order: the spelling of the first that has a brand is taken.
COUNTRIES = ("US", "CA", "EU", "FR", "IT", "AU", "BR")
# Its copy has errors: it never contradicts another list.
WEAK = "BR"
SHORTEST = 4

Ingredients = tuple[str, ...]
# Brand as spelt, ingredients, countries, route.
CountryRow = tuple[str, str, str, str]


@dataclass
class Brand:
    """What a brand means, and where."""

    spelling: str
    countries: dict[Ingredients, set[str]] = field(default_factory=lambda: defaultdict(set))
    routes: dict[Ingredients, set[str]] = field(default_factory=lambda: defaultdict(set))


class NationalLists:
    """The brands of all countries, put together."""

    def __init__(
        self, sources: Path, substances: Substances, listed: Listed, generics: Generics
    ) -> None:
        """Read every list; brands that are ingredients with a maker are left to the reader."""
        self._substances = substances
        self._listed = listed
        self._generics = generics
        self._brands: dict[str, Brand] = {}
        for country in COUNTRIES:
            path = sources / f"brands_{country.lower()}.tsv"
            self._take(country, read_rows(path, optional=True))

    def rows(
        self, known: Mapping[str, set[Ingredients]], settled: Iterable[str]
    ) -> Iterator[CountryRow]:
        """The rows to add, beside brands `known` from elsewhere; hand-made ones are `settled`."""
        final = frozenset(settled)
        for key, brand in self._brands.items():
            if key not in final:
                yield from _rows(brand, known.get(key, set()))

    def _take(self, country: str, rows: list[dict[str, str]]) -> None:
        found = [(row, self._ingredients(row)) for row in rows]
        named = [(row, names) for row, names in found if names]
        groups: dict[str, set[Ingredients]] = defaultdict(set)
        for row, names in named:
            for key in self._generics.shortened(row["brand"]):
                groups[key].add(names)
        for row, names in named:
            keys = self._generics.shortened(row["brand"])
            # The shortest form that means one thing; what follows it is a strength or a form.
            key = next((key for key in keys if len(groups[key]) == 1), keys[-1])
            if len(key) >= SHORTEST and not self._generics.tells(key):
                self._add(country, key, row, names)

    def _add(self, country: str, key: str, row: dict[str, str], names: Ingredients) -> None:
        spelling = row["brand"] if key == key_of(row["brand"]) else key.title()
        brand = self._brands.setdefault(key, Brand(spelling))
        if country == WEAK and brand.countries and names not in brand.countries:
            return
        brand.countries[names].add(country)
        brand.routes[names].add(row["route"])

    def _ingredients(self, row: dict[str, str]) -> Ingredients:
        names = {self._substances.ingredient(name) for name in parts(row["ingredients"])}
        if names and names <= self._substances.rxcui.keys():
            return tuple(sorted(names))
        return self._listed.ingredients(row["substances"])


def _rows(brand: Brand, known: set[Ingredients]) -> Iterator[CountryRow]:
    one_meaning = len(brand.countries.keys() | known) == 1
    for names, countries in sorted(brand.countries.items()):
        if names in known or (known and countries == {WEAK}):
            continue
        routes = brand.routes[names]
        route = next(iter(routes)) if len(routes) == 1 else ""
        places = "" if one_meaning else " ".join(sorted(countries))
        yield brand.spelling, ";".join(names), places, route
