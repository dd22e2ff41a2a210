"""What each of the vocabulary's tables says; a row that says nothing good is named."""

import re
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping
from pathlib import Path

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.clinical.indication import Use
from lems_guard.clinical.medication import CodeSystem
from lems_guard.clinical.route import Route
from lems_guard.terminology.conditions import ConditionCode
from lems_guard.terminology.table_reader import BadRow, Row, TableReader
from lems_guard.terminology.vocabulary import (
    BrandMeaning,
    Form,
    Frequency,
    IngredientSet,
    Product,
    ProductCodes,
    Readings,
    RouteWord,
    Vocabulary,
)
from lems_guard.terminology.words import number_of

FILLER_KINDS = frozenset(
    {"filler", "join", "salt", "release", "maker", "prefix", "number", "qualifier"}
)
# What a coded diagnosis can tell: it confirms, and never rules out.
CONDITION_FACTS = {
    "lems_status": "CONFIRMED",
    "epilepsy": "YES",
    "seizure_history": "YES",
    "uncontrolled_asthma": "YES",
    "congenital_long_qt": "YES",
    "small_cell_lung_cancer": "YES",
}
CONTEXTS = frozenset({"", "eye", "ear", "skin", "field"})
# The kinds of words in `sig.tsv`; what each does is told there, at `lexicon.Kind`.
SIG_KINDS = frozenset(
    [
        "reason",
        "condition",
        "limit",
        "quantity",
        "once",
        "times",
        "total",
        "daily",
        "divided",
        "start",
        "continue",
        "deny",
        "denied",
        "scale",
        "weekday",
        "meals",
        "instruction",
        "duration",
        "indication",
        "talk",
        "join",
        "then",
        "tail",
        "compounded",
        "link",
        "unsaid",
        "step",
        "past",
        "switch",
        "number",
    ]
)
_PER_DAY = re.compile(r"#|\d+(?:\.\d+)?|(?:\d+|#)(?:/(?:#|\d+|0\.\d*[1-9]))+")


def read_vocabulary(directory: Path, *, is_past: bool = False) -> Vocabulary:
    """The vocabulary in a directory of tables, or every problem that they have.

    That of an earlier release may lack tables which came later.
    """
    reader = TableReader(directory, is_past=is_past)
    ingredients = _ingredients(reader)
    products, contents = _products(reader, ingredients)
    fillers = reader.unique("words.tsv", ("word", "kind", "value", "reason"), _filler)
    vocabulary = Vocabulary(
        ingredients=ingredients,
        codes=_codes(ingredients),
        products=ProductCodes.of(products),
        contents=contents,
        names=_readings(reader, "names.tsv", "name", ingredients),
        only_routes=_only_routes(reader, ingredients),
        brands=_brands(reader, ingredients),
        mixtures=_mixtures(reader, ingredients),
        routes=reader.unique("routes.tsv", ("word", "route", "context", "source"), _route_word),
        forms=reader.unique("forms.tsv", ("word", "route", "counted", "source"), _form),
        frequencies=reader.unique(
            "frequencies.tsv", ("phrase", "per_day", "as_needed", "moment", "source"), _frequency
        ),
        sig=reader.unique("sig.tsv", ("phrase", "kind", "value", "source"), _sig_word),
        units=reader.unique("units.tsv", ("word", "unit", "source"), lambda row: row["unit"]),
        fillers={word: kind for word, (kind, _) in fillers.items() if kind != "number"},
        numbers={word: value for word, (kind, value) in fillers.items() if kind == "number"},
        indications=reader.unique("indications.tsv", ("words", "use", "source"), _use),
        conditions=tuple(_conditions(reader)),
        unii=reader.unique(
            "unii.tsv", ("code", "ingredients", "source"), lambda row: (set_of(row, ingredients),)
        ),
        atc=reader.unique(
            "atc.tsv",
            ("code", "ingredients", "source"),
            lambda row: (set_of(row, ingredients),),
        ),
        cvx=_readings(reader, "cvx.tsv", "code", ingredients),
    )
    if reader.problems:
        raise InvalidKnowledge(tuple(reader.problems))
    return vocabulary


def _ingredients(reader: TableReader) -> dict[str, str]:
    columns = ("name", "rxcui", "source")
    table: dict[str, str] = {}
    for _, (name, rxcui) in reader.keyed("ingredients.tsv", columns, _ingredient):
        if name in table:
            reader.problems.append(f"ingredients.tsv: duplicate: '{name}' stands twice")
        table[name] = rxcui
    return table


def _ingredient(row: Row) -> tuple[str, str]:
    if row["rxcui"] and not row["rxcui"].isdigit():
        raise BadRow(f"rxcui: '{row['rxcui']}' is no number")
    if not row["source"]:
        raise BadRow("source: every row says where it comes from")
    return row["name"], row["rxcui"]


def _codes(ingredients: dict[str, str]) -> dict[str, Readings]:
    """One code may stand for several ingredients, which then cannot be told apart by it."""
    found: dict[str, list[IngredientSet]] = defaultdict(list)
    for name, rxcui in ingredients.items():
        if rxcui:
            found[rxcui].append((name,))
    return {rxcui: tuple(readings) for rxcui, readings in found.items()}


def _readings(
    reader: TableReader, file: str, key_column: str, known: dict[str, str]
) -> dict[str, Readings]:
    """What each name or code stands for; in several rows, for one of several things."""
    found: dict[str, dict[IngredientSet, None]] = defaultdict(dict)
    columns = (key_column, "ingredients", "source")
    for key, names in reader.keyed(file, columns, lambda row: set_of(row, known)):
        found[key][names] = None
    return {key: tuple(readings) for key, readings in found.items()}


def _brands(reader: TableReader, known: dict[str, str]) -> dict[str, tuple[BrandMeaning, ...]]:
    def meaning(row: Row) -> BrandMeaning:
        return BrandMeaning(
            set_of(row, known), _countries(row["countries"]), _route_or_none(row["route"])
        )

    found: dict[str, dict[BrandMeaning, None]] = defaultdict(dict)
    columns = ("brand", "ingredients", "countries", "route", "source")
    for key, value in reader.keyed("brands.tsv", columns, meaning):
        found[key][value] = None
    return {key: tuple(meanings) for key, meanings in found.items()}


def _mixtures(
    reader: TableReader, known: dict[str, str]
) -> tuple[tuple[IngredientSet, IngredientSet], ...]:
    columns = ("ingredients", "mixture", "source")

    def meaning(row: Row) -> tuple[IngredientSet, IngredientSet]:
        return set_of(row, known), set_of(row | {"ingredients": row["mixture"]}, known)

    return tuple(found for _, found in reader.keyed("mixtures.tsv", columns, meaning))


def _products(
    reader: TableReader, known: dict[str, str]
) -> tuple[dict[str, int], tuple[Product, ...]]:
    places: dict[Product, int] = {}

    def place(row: Row) -> int:
        route, strength = _route_or_none(row["route"]), _strength(row["strength"])
        return places.setdefault(Product(set_of(row, known), route, strength), len(places))

    columns = ("rxcui", "ingredients", "route", "strength", "source")
    products = reader.unique("products.tsv", columns, place)
    return products, tuple(places)


def _strength(cell: str) -> Dose | None:
    if not cell:
        return None
    value, _, unit = cell.partition(" ")
    number = number_of(value)
    if number is None or not unit:
        raise BadRow(f"strength: '{cell}' is no number with a unit")
    return Dose(number, unit)


def _route_or_none(cell: str) -> Route | None:
    return _route(cell) if cell else None


def _only_routes(reader: TableReader, ingredients: Mapping[str, str]) -> dict[str, Route]:
    columns = ("ingredient", "route", "source")
    table: dict[str, Route] = {}
    for line, row in reader.rows("only_routes.tsv", columns):
        try:
            [name] = set_of({**row, "ingredients": row["ingredient"]}, ingredients)
            table[name] = _route(row["route"])
        except BadRow as problem:
            reader.complain("only_routes.tsv", line, str(problem))
    return table


def set_of(row: Row, known: Container[str]) -> IngredientSet:
    """The ingredients that a row names, all of which must be known."""
    names = tuple(sorted(set(row["ingredients"].split(";"))))
    unknown = [name for name in names if name not in known]
    if unknown:
        raise BadRow(f"ingredient: '{unknown[0]}' is not in ingredients.tsv")
    if not row["source"]:
        raise BadRow("source: every row says where it comes from")
    return names


def _countries(cell: str) -> tuple[str, ...]:
    places = tuple(cell.split())
    wrong = [place for place in places if not (len(place) == 2 and place.isupper())]
    if wrong:
        raise BadRow(f"countries: '{wrong[0]}' is no code of two capital letters")
    return places


def _route(cell: str) -> Route:
    try:
        return Route[cell]
    except KeyError:
        raise BadRow(f"route: '{cell}' is no route") from None


def _route_word(row: Row) -> RouteWord:
    if row["context"] not in CONTEXTS:
        raise BadRow(f"context: '{row['context']}' is none of eye, ear, skin, field")
    return RouteWord(_route(row["route"]), row["context"])


def _form(row: Row) -> Form:
    return Form(_route_or_none(row["route"]), _yes(row, "counted"))


def _frequency(row: Row) -> Frequency:
    per_day = row["per_day"]
    if per_day and not _PER_DAY.fullmatch(per_day):
        raise BadRow(f"per_day: '{per_day}' is neither a number nor a formula over #")
    if "#" in per_day and "#" not in row["phrase"]:
        raise BadRow("per_day: the formula needs a # in the phrase")
    return Frequency(per_day, _yes(row, "as_needed"), _yes(row, "moment"))


def _yes(row: Row, column: str) -> bool:
    if row[column] not in {"", "yes"}:
        raise BadRow(f"{column}: '{row[column]}' is neither yes nor empty")
    return row[column] == "yes"


def _conditions(reader: TableReader) -> Iterator[ConditionCode]:
    columns = ("system", "code", "fact", "value", "meaning", "source")
    for line, row in reader.rows("conditions.tsv", columns):
        try:
            yield _condition(row)
        except BadRow as problem:
            reader.complain("conditions.tsv", line, str(problem))


def _condition(row: Row) -> ConditionCode:
    """A code, or with a star the category of all codes that begin with it."""
    if row["system"] not in CodeSystem.__members__:
        raise BadRow(f"system: '{row['system']}' is no code system")
    told = CONDITION_FACTS.get(row["fact"])
    if told is None or row["value"] != told:
        raise BadRow(f"fact: no code tells '{row['fact']}' to be '{row['value']}'")
    code = row["code"].removesuffix("*")
    return ConditionCode(CodeSystem[row["system"]], code, row["code"] != code, row["fact"])


def _use(row: Row) -> Use | None:
    if row["use"] and row["use"] not in Use.__members__:
        raise BadRow(f"use: '{row['use']}' is no use")
    return Use[row["use"]] if row["use"] else None


def _sig_word(row: Row) -> tuple[str, float]:
    if row["kind"] not in SIG_KINDS:
        raise BadRow(f"kind: '{row['kind']}' is none of {', '.join(sorted(SIG_KINDS))}")
    if not row["source"]:
        raise BadRow("source: every row says where it comes from")
    return row["kind"], float(row["value"] or 0)


def _filler(row: Row) -> tuple[str, float]:
    if row["kind"] not in FILLER_KINDS:
        raise BadRow(f"kind: '{row['kind']}' is none of {', '.join(sorted(FILLER_KINDS))}")
    return row["kind"], float(row["value"] or 0)
