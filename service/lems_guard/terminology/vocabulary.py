"""The vocabulary as a value: what every known code, name, brand and sig word stands for."""

import bisect
from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from lems_guard.clinical.country import EU, MEMBERS_OF_EU
from lems_guard.clinical.dose import Dose
from lems_guard.clinical.indication import Use
from lems_guard.clinical.route import Route
from lems_guard.terminology.conditions import ConditionCode

LONGEST_CODE = 9
# How an ingredient ends that stands for a class: `macrolide (which one is not said)`.
NOT_SAID = "(which one is not said)"
# The names of the ingredients that one drug holds, sorted.
IngredientSet: TypeAlias = tuple[str, ...]
# What a name can stand for; more than one set means that the name alone does not tell.
Readings: TypeAlias = tuple[IngredientSet, ...]


class BrandMeaning(NamedTuple):
    """What a brand holds in some countries (`countries.region_of`); none: in all the others."""

    ingredients: IngredientSet
    countries: tuple[str, ...] = ()
    route: Route | None = None


class Product(NamedTuple):
    """What a product's code stands for: all of it is in the name that RxNorm gives it."""

    ingredients: IngredientSet
    route: Route | None = None
    strength: Dose | None = None


class RouteWord(NamedTuple):
    """A word for a route, and the context without which it may mean something else."""

    route: Route
    context: str = ""


class Form(NamedTuple):
    """A dose form: the route it tells, if any, and whether doses are counted in it."""

    route: Route | None
    counted: bool = False


class Frequency(NamedTuple):
    """How often: a number a day, or a formula over the number in the text (`#`, `24/#`).

    A moment (`at bedtime`) counts as one dose, unless the text says how many there are.
    """

    per_day: str = ""
    as_needed: bool = False
    moment: bool = False


@dataclass(frozen=True)
class ProductCodes:
    """Some ten thousand codes, each with a place: two rows of numbers instead of so many objects.

    `codes` are RxCUIs in ascending order, `places` those of the same rows; four bytes each.
    """

    codes: bytes = b""
    places: bytes = b""

    @classmethod
    def of(cls, places: Mapping[str, int]) -> "ProductCodes":
        """The codes of a table, each with its place."""
        rows = sorted((int(code), place) for code, place in places.items())
        return cls(
            array("I", [code for code, _ in rows]).tobytes(),
            array("I", [place for _, place in rows]).tobytes(),
        )

    def place(self, code: str) -> int | None:
        """The place of a code, if it is known."""
        if not (code.isascii() and code.isdigit()) or len(code) > LONGEST_CODE:
            return None
        codes, number = memoryview(self.codes).cast("I"), int(code)
        at = bisect.bisect_left(codes, number)
        if at == len(codes) or codes[at] != number or code[0] == "0":
            return None
        return int(memoryview(self.places).cast("I")[at])

    def __len__(self) -> int:
        """How many codes there are."""
        return len(self.codes) // array("I").itemsize


@dataclass(frozen=True)
class Vocabulary:
    """Every table of the vocabulary, keyed by normalised words (see `words.key_of`)."""

    ingredients: dict[str, str] = field(default_factory=dict)
    """INN → RxCUI of the ingredient, empty where none is known."""
    codes: dict[str, Readings] = field(default_factory=dict)
    """RxCUI → ingredients."""
    products: ProductCodes = field(default_factory=ProductCodes)
    """RxCUI of a product, brand or salt → place in `contents`."""
    contents: tuple[Product, ...] = ()
    """What products hold; ten times fewer than codes."""
    names: dict[str, Readings] = field(default_factory=dict)
    """INN, USAN, BAN, salt or abbreviation → ingredients."""
    only_routes: dict[str, Route] = field(default_factory=dict)
    """INN → the route that all its products have, of the few that are made for one alone."""
    brands: dict[str, tuple[BrandMeaning, ...]] = field(default_factory=dict)
    mixtures: tuple[tuple[IngredientSet, IngredientSet], ...] = ()
    """Composition of a bag → what it is: its magnesium is no order of magnesium."""
    routes: dict[str, RouteWord] = field(default_factory=dict)
    forms: dict[str, Form] = field(default_factory=dict)
    frequencies: dict[str, Frequency] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    """Unit as written → unit as reported."""
    fillers: dict[str, str] = field(default_factory=dict)
    """Words that change neither drug nor route → the kind of word."""
    sig: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Words of a sig that are neither route, form nor frequency → what they are, and a number."""
    numbers: dict[str, float] = field(default_factory=dict)
    """Number words → number."""
    indications: dict[str, Use | None] = field(default_factory=dict)
    """Words of an indication → the use they speak of; `None`: words that leave it open."""
    unii: dict[str, Readings] = field(default_factory=dict)
    """UNII codes → ingredients."""
    atc: dict[str, Readings] = field(default_factory=dict)
    """ATC codes → ingredients, for the classes that rules speak of."""
    cvx: dict[str, Readings] = field(default_factory=dict)
    """CVX codes → vaccines, and what else is given with them."""
    conditions: tuple[ConditionCode, ...] = ()
    """Coded diagnoses that tell a fact of the patient."""

    def ingredient_names(self) -> frozenset[str]:
        """Every ingredient that can be recognised, by INN."""
        return frozenset(self.ingredients)

    def product(self, rxcui: str) -> Product | None:
        """What an RxNorm code stands for, if it is known."""
        place = self.products.place(rxcui)
        return None if place is None else self.contents[place]

    def meaning(self, brand: str, region: str) -> Readings:
        """What a brand stands for there; several sets when nothing tells which."""
        return tuple(dict.fromkeys(m.ingredients for m in self._meanings(brand, region)))

    def brand_route(self, brand: str, region: str) -> Route | None:
        """The route that all products of the brand have, if there is one."""
        routes = {meaning.route for meaning in self._meanings(brand, region)}
        return routes.pop() if len(routes) == 1 else None

    def _meanings(self, brand: str, region: str) -> list[BrandMeaning]:
        """Those of the region, else those of no region in particular; of nowhere: all."""
        meanings = self.brands[brand]
        if not region:
            return list(meanings)
        there = [meaning for meaning in meanings if _is_in(region, meaning.countries)]
        elsewhere = [meaning for meaning in meanings if not meaning.countries]
        return there or elsewhere or list(meanings)


def is_class(readings: Readings) -> bool:
    """Whether a class stands among what is meant, in the place of a drug."""
    return any(name.endswith(NOT_SAID) for names in readings for name in names)


def without_class(names: IngredientSet) -> IngredientSet:
    """The drugs of a set, without a class that is named beside them; else the set as it is."""
    return tuple(name for name in names if not name.endswith(NOT_SAID)) or names


def _is_in(region: str, countries: tuple[str, ...]) -> bool:
    return region in countries or (region in MEMBERS_OF_EU and EU in countries)
