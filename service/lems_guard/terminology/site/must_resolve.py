"""The list of names without which no release is taken into service."""

from pathlib import Path

from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.terminology.site.checks import MustResolve
from lems_guard.terminology.table_reader import BadRow, Row, TableReader
from lems_guard.terminology.tables import set_of
from lems_guard.terminology.vocabulary import Vocabulary

TABLE = "must_resolve.tsv"
COLUMNS = ("name", "what", "ingredients", "source")
WHATS = frozenset({"name", "product"})


def read_must_resolve(directory: Path, vocabulary: Vocabulary) -> tuple[MustResolve, ...]:
    """The list beside the vocabulary's tables; raises `InvalidKnowledge` with every bad row."""
    reader = TableReader(directory)
    rows = [each for _, each in reader.keyed(TABLE, COLUMNS, lambda row: _read(row, vocabulary))]
    if reader.problems:
        raise InvalidKnowledge(tuple(reader.problems))
    return tuple(rows)


def _read(row: Row, vocabulary: Vocabulary) -> MustResolve:
    if row["what"] not in WHATS:
        raise BadRow(f"what: '{row['what']}' is neither name nor product")
    names = set_of(row, vocabulary.ingredients)
    return MustResolve(row["name"], names, row["what"] == "product")
