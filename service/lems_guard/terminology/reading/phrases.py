"""Words to phrases: each word of a text belongs to exactly one phrase, and says what it is.

Nothing is decided here about what the phrases mean together.
"""

from typing import Final

from lems_guard.clinical.route import Route
from lems_guard.terminology.lexicon import NUMBER_SIGN, Entry, Lexicon
from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.numbers import number_phrase, shaped
from lems_guard.terminology.reading.phrase import BRACKETS, DIGITS, Phrase, Words, new_phrase
from lems_guard.terminology.reading.tables import longest
from lems_guard.terminology.reading.units import is_lone_unit, lone_unit, units_settled

NAME, BRAND, SALT = kinds.NAME, kinds.BRAND, kinds.SALT
NUMBER, FORM, SIGN, UNKNOWN = kinds.NUMBER, kinds.FORM, kinds.SIGN, kinds.UNKNOWN
# `hold for HR < 60` is a condition, `60 mg = 6 tab` two ways to say one amount.
COMPARISONS: Final = {"<": kinds.CONDITION, ">": kinds.CONDITION, "=": SIGN}
PLUS: Final = "plus"
# Beside a form that is swallowed these may count its pieces: `tabs iv qid`.
ROMAN: Final = {"iv": 4.0, "v": 5.0, "vi": 6.0}
# Forms behind a count alone: elsewhere `comp` tells of a second drug (`Enalapril comp`).
COUNTED_FORMS: Final = {"comp": "compr", "t": "tab", "gel": "gelule"}
# What is a form of its own without an amount before it: `50 mg 1 gél.` is a capsule.
OWN_FORM: Final = "gel"
MOST_PIECES: Final = 6
MAY_COUNT: Final = ROMAN.keys() | COUNTED_FORMS.keys()
MAY_BE_ROMAN: Final = frozenset({UNKNOWN, kinds.ROUTE})
# Behind these a drug's name is one more drug, whatever else it may mean behind a drug.
JOINS: Final = frozenset({"/", "+", "and", "with", "plus", "&"})
# Behind a brand these make another product: `Tylenol PM`, `Tylenol Sinus`.
BRAND_TAILS: Final = frozenset(
    {"total", "plus", "am", "pm", "hs", "morning", "evening", "night", "bedtime", "ac"}
)
# What may stand between a brand and its tail: `Tylenol extra strength PM`.
KEEPS_BRAND: Final = frozenset({BRAND, SALT, kinds.FILLER, kinds.TALK, kinds.LINK})
# What a salt may follow directly: a drug, another salt, a bracket.
BESIDE_DRUG: Final = frozenset({NAME, BRAND, SALT, SIGN, kinds.FILLER})


def phrases_of(words: list[str], lexicon: Lexicon) -> list[Phrase]:
    """The phrases of a text, in its order."""
    entries, longer = lexicon.entries, lexicon.longer
    end = len(words)
    text = Words(words, end, entries, longer, lexicon.units, longer.get(NUMBER_SIGN, {}))
    found: list[Phrase] = []
    at = bracket = 0
    behind_brand = has_lone_unit = False
    while at < end:
        word = words[at]
        after = longer.get(word)
        phrase = _longer(text, at, after) if after is not None and at + 1 < end else None
        if phrase is None:
            entry = None if word[0] in DIGITS else entries.get(word)
            if entry is not None and entry[0] is not NUMBER:
                phrase = new_phrase((entry[0], at, at + 1, entry, entry.always))
            else:
                phrase = _of_word(text, at, lexicon)
        kind = phrase[0]
        if kind <= BRAND:
            phrase = _drug(phrase, found, bracket, words)
            behind_brand = phrase[0] is BRAND
        elif kind >= SIGN or behind_brand or word in MAY_COUNT:
            bracket = BRACKETS.get(word, bracket)
            has_lone_unit = has_lone_unit or (kind is UNKNOWN and phrase[4] is not None)
            phrase = _in_context(phrase, found, text, behind_brand=behind_brand)
            behind_brand = behind_brand and kind in KEEPS_BRAND
        found.append(phrase)
        at = phrase[2]
    if has_lone_unit:
        found = units_settled(found, words, entries)
    return [*map(_lacking_second, found, _is_no_tail(found))] if PLUS in words else found


def _of_word(text: Words, at: int, lexicon: Lexicon) -> Phrase:
    """What one word is that no table holds: a number, a name by its spelling, a unit, a sign."""
    word = text.words[at]
    if word[0] in DIGITS or word in text.entries:
        return number_phrase(text, at)
    entry = lexicon.spelled(word)
    if entry is not None:
        return new_phrase((entry.kind, at, at + 1, entry, entry.always))
    return lone_unit(text, at) if is_lone_unit(word, text.units) else _sign(word, at)


def _in_context(phrase: Phrase, before: list[Phrase], text: Words, *, behind_brand: bool) -> Phrase:
    """A word by what stands before it: a number, a form, a brand."""
    if text.words[phrase.start] in MAY_COUNT:
        return _counting(phrase, before, text)
    return _behind_brand(phrase) if behind_brand else phrase


def _counting(phrase: Phrase, before: list[Phrase], text: Words) -> Phrase:
    """A form behind the number that counts it, or a Roman numeral beside a form."""
    word, at = text.words[phrase.start], phrase.start
    if word in COUNTED_FORMS:
        is_own = phrase.kind is not UNKNOWN and not _is_dosed_gel(word, before)
        if is_own or not before or not _is_few(before[-1]):
            return phrase
        before[-1] = before[-1]._replace(kind=kinds.COUNT)
        return new_phrase((FORM, at, at + 1, text.entries[COUNTED_FORMS[word]], None))
    if phrase.kind not in MAY_BE_ROMAN or not _is_count(text, at, before):
        return phrase
    return new_phrase((kinds.BARE, at, at + 1, phrase.entry, (ROMAN[word], ROMAN[word])))


def _is_dosed_gel(word: str, before: list[Phrase]) -> bool:
    """`50 mg 1 gél.`: a gel is not counted behind an amount, a `gélule` is."""
    return word == OWN_FORM and len(before) > 1 and before[-2].kind is kinds.AMOUNT


def _is_few(phrase: Phrase) -> bool:
    """Whether a number may count pieces that are swallowed at a time."""
    return phrase.kind is kinds.BARE and bool(phrase.value) and phrase.value[1] <= MOST_PIECES


def _is_count(text: Words, at: int, before: list[Phrase]) -> bool:
    """Whether a Roman numeral stands beside tablets or capsules that nothing else counts."""
    if before and before[-1].kind is FORM:
        is_counted = len(before) > 1 and before[-2].kind is kinds.COUNT
        return _is_swallowed(before[-1].entry) and not is_counted
    following = text.words[at + 1] if at + 1 < text.end else ""
    return _is_swallowed(text.entries.get(following))


def _is_swallowed(entry: Entry | None) -> bool:
    form = entry.form if entry is not None else None
    return form is not None and form.counted and form.route is Route.ORAL


def _is_no_tail(phrases: list[Phrase]) -> list[bool]:
    """Of each phrase, whether a drug is named behind it, or how often it is given before it."""
    drugs = [place for place, phrase in enumerate(phrases) if phrase.kind <= BRAND]
    times = [place for place, phrase in enumerate(phrases) if phrase.kind is kinds.FREQUENCY]
    last, first = max(drugs, default=-1), min(times, default=len(phrases))
    return [place < last or place > first for place in range(len(phrases))]


def _lacking_second(phrase: Phrase, is_no_tail: bool) -> Phrase:  # noqa: FBT001 - mapped
    """`Candesartan Plus` holds a diuretic too: a `plus` that adds nothing is not understood."""
    is_plus = phrase.kind is kinds.JOIN and phrase.entry is not None
    if is_plus and not is_no_tail and phrase.entry.phrase == PLUS:  # type: ignore[union-attr]
        return phrase._replace(kind=UNKNOWN)
    return phrase


def _longer(text: Words, at: int, after: dict[str, tuple[int, ...]]) -> Phrase | None:
    """The longest phrase of several words that begins here."""
    plain = after.get(text.words[at + 1])
    if plain is not None:
        entry, stop = longest(text, at, plain)
        if entry is not None:
            if entry.kind is NUMBER:
                return number_phrase(text, at)
            return new_phrase((entry.kind, at, stop, entry, entry.always))
    found = shaped(text, at, after[NUMBER_SIGN]) if NUMBER_SIGN in after else None
    if found is None and plain is not None:
        return shaped(text, at, plain)
    return found


def _sign(word: str, at: int) -> Phrase:
    """A bracket, a comparison, or a word that no table holds."""
    kind = SIGN if word in BRACKETS else COMPARISONS.get(word, UNKNOWN)
    return Phrase(kind, at, at + 1, None, word if kind is SIGN else None)


def _drug(phrase: Phrase, before: list[Phrase], bracket: int, words: list[str]) -> Phrase:
    """A drug's name, or what it means behind a drug: a salt, a route."""
    if len(before) > 1 and before[-2].kind is FORM and words[phrase.start - 1] == "/":
        # `amp/gent` are two drugs: a form is joined to none.
        before[-2] = before[-2]._replace(kind=UNKNOWN)
    other = phrase.entry.after_drug if phrase.entry is not None else None
    if other is not None and _follows_drug(other, phrase, before, words):
        return phrase._replace(kind=other.kind, entry=other, value=other.always)
    return phrase._replace(value=bracket) if bracket else phrase


def _follows_drug(other: Entry, phrase: Phrase, before: list[Phrase], words: list[str]) -> bool:
    """Whether a name stands where it means something else: `losartan potassium`, `2 puffs INH`.

    A salt stands beside its drug, or behind `as`; further on its name is that of a drug.
    """
    if not before or words[phrase.start - 1] in JOINS:
        return False
    is_beside = before[-1].kind in BESIDE_DRUG or words[phrase.start - 1] == "as"
    if other.kind is SALT and not is_beside:
        return False
    if other.kind is kinds.ROUTE and _is_ordered(phrase, before, words):
        return False
    return any(each.kind <= BRAND for each in before)


def _is_ordered(phrase: Phrase, before: list[Phrase], words: list[str]) -> bool:
    """Whether a name is a drug where it may be a route: `rifampin 600 mg, INH 300 mg`.

    Behind an amount another one follows it, or it names the same drug once more.
    """
    if any(each.entry is not None and _is_same(each.entry, phrase.entry) for each in before):
        return True
    has_own = phrase.stop + 1 < len(words) and words[phrase.stop][0] in DIGITS
    return has_own and any(each.kind is kinds.AMOUNT for each in before)


def _is_same(one: Entry, other: Entry | None) -> bool:
    return other is not None and bool(one.readings) and one.readings == other.readings


def _behind_brand(phrase: Phrase) -> Phrase:
    """A word that makes another product of a brand is none that is understood."""
    entry = phrase.entry
    is_tail = phrase.kind in {kinds.INDICATION, kinds.LIMIT} or (
        entry is not None and entry.phrase in BRAND_TAILS
    )
    return phrase._replace(kind=UNKNOWN) if is_tail else phrase
