"""The words that stand around a drug's name, as the hand-made tables have them."""

from dataclasses import dataclass
from pathlib import Path

from lems_guard.terminology.build.rows import read_rows
from lems_guard.terminology.words import key_of

SIG_TABLES = ("routes.tsv", "forms.tsv", "frequencies.tsv", "units.tsv", "words.tsv")


@dataclass(frozen=True)
class WordsAround:
    """Keys of words by what they are; `of_sigs` holds whole phrases, `around` each word of them.

    `measures` are the words of forms and units, `no_brands` everyday words that are brands too.
    """

    salts: frozenset[str]
    qualifiers: frozenset[str]
    form_routes: dict[str, str]
    of_sigs: frozenset[str]
    around: frozenset[str]
    measures: frozenset[str]
    no_brands: frozenset[str]

    @classmethod
    def read(cls, directory: Path) -> "WordsAround":
        """The words of the tables in a directory."""
        words = read_rows(directory / "words.tsv")
        phrases = [key for file in SIG_TABLES for key in _keys(directory / file)]
        return cls(
            _of_kind(words, "salt"),
            frozenset(row["word"] for row in words if row["kind"] == "qualifier"),
            {key_of(row["word"]): row["route"] for row in read_rows(directory / "forms.tsv")},
            frozenset(phrases),
            _words_of(phrases),
            _words_of([*_keys(directory / "forms.tsv"), *_keys(directory / "units.tsv")]),
            frozenset(
                key_of(row["word"])
                for row in read_rows(directory / "by_hand" / "not_brands.tsv", optional=True)
            ),
        )


def _words_of(phrases: list[str]) -> frozenset[str]:
    return frozenset(word for phrase in phrases for word in phrase.split(" "))


def _of_kind(words: list[dict[str, str]], kind: str) -> frozenset[str]:
    return frozenset(key_of(row["word"]) for row in words if row["kind"] == kind)


def _keys(path: Path) -> list[str]:
    return [key_of(next(iter(row.values()))) for row in read_rows(path)]
