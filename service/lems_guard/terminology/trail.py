"""How an order was understood, in words: which code or phrase was found in which table."""

from typing import Final

from lems_guard.clinical.medication import Coding, TextPhrase
from lems_guard.terminology.codes import Coded
from lems_guard.terminology.lexicon import Kind, Lexicon
from lems_guard.terminology.reading.phrase import Phrase
from lems_guard.terminology.reading.phrases import phrases_of
from lems_guard.terminology.reading.text import phrases_in
from lems_guard.terminology.vocabulary import Readings
from lems_guard.terminology.words import spans_of, words_of

FIRST_NUMBER: Final = Kind.AMOUNT
DRUG, DOSE, TIMES, ROUTE = "drug", "dose", "doses_per_day", "route"
CHANGES: Final = {
    **dict.fromkeys((Kind.NAME, Kind.BRAND, Kind.SALT, Kind.MENTION, Kind.COMPOUNDED), (DRUG,)),
    **dict.fromkeys((Kind.DENY, Kind.DENIED, Kind.PAST, Kind.SWITCH, Kind.PREFIX), (DRUG,)),
    **dict.fromkeys((Kind.ROUTE, Kind.FORM), (ROUTE,)),
    Kind.SIDE: (ROUTE, TIMES),
    **dict.fromkeys((Kind.AMOUNT, Kind.STRENGTH, Kind.WEIGHT, Kind.WEIGHT_DAY, Kind.DAY), (DOSE,)),
    **dict.fromkeys((Kind.VOLUME, Kind.COUNT, Kind.BARE, Kind.TOTAL, Kind.DAILY), (DOSE,)),
    **dict.fromkeys((Kind.FREQUENCY, Kind.CLOCK, Kind.MEALS, Kind.WEEKDAY), (TIMES,)),
    **dict.fromkeys((Kind.ONCE, Kind.LIMIT), (TIMES,)),
    **dict.fromkeys((Kind.MULTIPLE, Kind.PATTERN, Kind.TIMES, Kind.DIVIDED), (DOSE, TIMES)),
    **dict.fromkeys((Kind.START, Kind.CONTINUE), ("phase",)),
    Kind.STEP: (DOSE, TIMES),
    Kind.UNKNOWN: (DRUG, DOSE, TIMES, ROUTE),
}


def unknown_words(text: str, lexicon: Lexicon) -> tuple[list[str], list[int]]:
    """The words of a text, and the places of those that no table holds."""
    words = words_of(text)
    unknown = [
        place
        for phrase in phrases_of(words, lexicon)
        if phrase.kind is Kind.UNKNOWN and phrase.entry is None
        for place in range(phrase.start, phrase.stop)
    ]
    return words, unknown


def coding_in_words(coding: Coding, coded: Coded) -> str:
    """What a code was taken for, and where that was found."""
    system = coding.system.name if coding.system is not None else "code"
    if not coded.readings:
        return f"{system} {coding.code}: not known"
    return f"{system} {coding.code}: {coded.source} → {sets_in_words(coded.readings)}"


def phrases_in_words(text: str, lexicon: Lexicon) -> tuple[str, ...]:
    """What each phrase of a text was taken for."""
    words = words_of(text)
    return tuple(_in_words(each, words) for each in phrases_in(words, lexicon))


def _in_words(phrase: Phrase, words: list[str]) -> str:
    said = " ".join(words[phrase.start : phrase.stop])
    entry = phrase.entry
    if phrase.kind is Kind.UNKNOWN:
        return f"'{said}': not understood"
    if entry is None or phrase.kind >= FIRST_NUMBER:
        return f"'{said}': {phrase.kind.name.lower().replace('_', ' ')}"
    origin = "site " if entry.of_site else "spelling of a " if entry.spelled else ""
    kind = f"{origin}{phrase.kind.name.lower()}"
    if entry.readings:
        return f"'{said}': {kind} → {sets_in_words(entry.readings)}"
    return f"'{said}': {kind}"


def told_by(text: str, lexicon: Lexicon) -> tuple[TextPhrase, ...]:
    """A text in phrases: every character belongs to exactly one, spaces to the one before them."""
    spans = list(spans_of(text))
    phrases = phrases_in(words_of(text), lexicon)
    starts = [0, *(spans[each.start][0] for each in phrases[1:])]
    ends = [*starts[1:], len(text)]
    if not phrases:
        return (TextPhrase(0, len(text), text, "sign", ()),) if text else ()
    return tuple(
        TextPhrase(start, end, text[start:end], _kind(phrase), changes_of(phrase))
        for start, end, phrase in zip(starts, ends, phrases, strict=True)
    )


def changes_of(phrase: Phrase) -> tuple[str, ...]:
    """What a phrase tells, or may change where it is not understood."""
    return CHANGES.get(phrase.kind, ())


def _kind(phrase: Phrase) -> str:
    return phrase.kind.name.lower().replace("_", " ")


def sets_in_words(readings: Readings) -> str:
    """Sets of ingredients, the alternatives parted by `or`."""
    return " or ".join(" + ".join(names) for names in readings)
