"""RxNorm codes of every kind → ingredients, route and strength, by reading their names."""

from collections.abc import Iterator
from pathlib import Path

from lems_guard.terminology.lexicon import Lexicons
from lems_guard.terminology.reading.reading import Reading
from lems_guard.terminology.reading.text import read_text
from lems_guard.terminology.tables import read_vocabulary

ProductRow = tuple[str, str, str, str, str]


def product_rows(names: dict[str, str], directory: Path) -> Iterator[ProductRow]:
    """A row for each code whose name is understood to its last word as one set of ingredients."""
    vocabulary = read_vocabulary(directory)
    lexicon = Lexicons(vocabulary).anywhere
    for rxcui, name in names.items():
        reading, *others = read_text(name, lexicon)
        is_one = len(reading.readings) == 1 and not (others or reading.unread)
        if is_one and rxcui not in vocabulary.codes:
            yield _row(rxcui, reading)


def _row(rxcui: str, reading: Reading) -> ProductRow:
    route = reading.route or reading.implied_route
    dose = None if reading.other_doses else reading.dose or reading.strength
    strength = f"{dose.value:g} {dose.unit}" if dose is not None else ""
    ingredients = ";".join(reading.readings[0])
    return rxcui, ingredients, route.name if route is not None else "", strength, "rxnorm_names"
