"""The names of a site's release in the text of an order."""

from collections import ChainMap
from collections.abc import Callable

from lems_guard.terminology.lexicon import Entry, Kind, Lexicon, longer_of
from lems_guard.terminology.suggest import phrases_around
from lems_guard.terminology.vocabulary import Readings

MOST_WORDS = 5
# A text of more unknown words than this is not looked up word by word.
MOST_UNKNOWN = 6


def widened(
    lexicon: Lexicon,
    words: list[str],
    unknown: list[int],
    named: Callable[[str], tuple[Readings, bool]],
) -> Lexicon:
    """The lexicon with those phrases of a text that only the release knows; itself if none.

    A phrase counts only if it holds a word that we do not know: a brand of the release that is
    an everyday word (`Daily`) would otherwise add a drug to orders that hold none of it.
    """
    if not unknown or len(unknown) > MOST_UNKNOWN:
        return lexicon
    found: dict[str, Entry] = {}
    for phrase in phrases_around(words, unknown, MOST_WORDS):
        key = " ".join(phrase)
        readings, is_brand = named(key)
        if readings and key not in lexicon.entries:
            found[key] = Entry(Kind.BRAND if is_brand else Kind.NAME, key, readings, of_site=True)
    if not found:
        return lexicon
    longer = {
        first: {**lexicon.longer.get(first, {}), **_joined(lexicon.longer.get(first, {}), after)}
        for first, after in longer_of(found).items()
    }
    return Lexicon(
        ChainMap(found, dict(lexicon.entries)),
        ChainMap(longer, dict(lexicon.longer)),
        lexicon.units,
        lexicon.mixtures,
        lexicon.spelling,
        lexicon.combinations,
        lexicon.classes,
    )


def _joined(
    known: dict[str, tuple[int, ...]], new: dict[str, tuple[int, ...]]
) -> dict[str, tuple[int, ...]]:
    """Lengths of phrases by their second word, those of both, longest first."""
    return {
        second: tuple(sorted({*known.get(second, ()), *lengths}, reverse=True))
        for second, lengths in new.items()
    }
