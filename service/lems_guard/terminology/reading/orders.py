"""Phrases to orders: what stands with one order of a text belongs to that one alone."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.phrase import Phrase
from lems_guard.terminology.vocabulary import IngredientSet

AMOUNTS: Final = frozenset(
    {kinds.AMOUNT, kinds.DAY, kinds.WEIGHT, kinds.WEIGHT_DAY, kinds.COUNT, kinds.PATTERN}
)
TIMES: Final = frozenset({kinds.FREQUENCY, kinds.MEALS, kinds.WEEKDAY, kinds.ONCE, kinds.CLOCK})
PLACES: Final = frozenset({kinds.ROUTE, kinds.SIDE, kinds.FORM})
# These behind an unknown word may be the sig of another drug.
SECOND_SIG: Final = AMOUNTS | {kinds.RATIO, kinds.STRENGTH}
# These stand before the drug that they belong to.
LEADS: Final = frozenset(
    {
        kinds.INSTRUCTION,
        kinds.START,
        kinds.CONTINUE,
        kinds.DENY,
        kinds.LINK,
        kinds.PREFIX,
        kinds.TALK,
    }
    | {kinds.SIGN}
)
MAY_LEAD: Final = LEADS | AMOUNTS | PLACES | {kinds.BARE, kinds.MULTIPLE, kinds.TIMES, kinds.FILLER}
# Behind a drug that is stopped these tell of another one that is taken.
GOES_ON: Final = frozenset({kinds.START, kinds.CONTINUE})
FIRM_JOIN, BAG_JOIN, WEAK_JOIN = 1, 2, 3
SWITCHED, HARD, SOFT = 3, 2, 1


class Since(NamedTuple):
    """What was said since a drug was named: what it makes of the next drug."""

    amount: bool = False
    time: bool = False
    place: bool = False
    joined: bool = False


def is_head(phrase: Phrase) -> bool:
    """Whether a phrase names a drug, and not the same once more in brackets."""
    return phrase.kind <= kinds.BRAND and not phrase.value


def orders_of(
    phrases: list[Phrase], breaks: dict[int, int], combinations: frozenset[IngredientSet]
) -> list[list[Phrase]]:
    """The phrases of each order; `breaks` tells before which words a text is parted, how hard."""
    starts = list(_starts(phrases, breaks, combinations))
    ends = [*starts[1:], len(phrases)]
    return [phrases[start:end] for start, end in zip(starts, ends, strict=True)]


def _starts(
    phrases: list[Phrase], breaks: dict[int, int], combinations: frozenset[IngredientSet]
) -> Iterator[int]:
    """Where each order begins."""
    yield 0
    last: int | None = None
    made = is_one_product(phrases, combinations)
    since = Since()
    for place, phrase in enumerate(phrases):
        if last is not None and since.time and is_unknown_drug(phrases, place):
            yield _start_of(phrases, last, place, breaks)
            since, last = Since(), place
        elif is_head(phrase):
            firm = made and not (since.time or since.place)
            if last is not None and not firm and _parts(phrases, last, place, since, breaks):
                yield _start_of(phrases, last, place, breaks)
                since = Since()
            elif last is not None:
                since = since._replace(joined=False)
            last = place
        elif last is not None:
            since = _heard(since, phrase)


def is_unknown_drug(phrases: list[Phrase], place: int) -> bool:
    """Whether a word that no table holds may be the drug of another order: an amount follows it."""
    if phrases[place].kind is not kinds.UNKNOWN:
        return False
    for phrase in phrases[place + 1 :]:
        if phrase.kind in SECOND_SIG:
            return True
        if phrase.kind is not kinds.UNKNOWN and phrase.kind not in LEADS:
            return False
    return False


def _heard(since: Since, phrase: Phrase) -> Since:
    kind = phrase.kind
    if kind in AMOUNTS:
        return since._replace(amount=True, joined=False)
    if kind in TIMES:
        return since._replace(time=True, joined=False)
    if kind in PLACES:
        return since._replace(place=True)
    if kind is kinds.JOIN and phrase.entry is not None and phrase.entry.number != WEAK_JOIN:
        return since._replace(joined=True)
    return since


def _parts(
    phrases: list[Phrase], last: int, place: int, since: Since, breaks: dict[int, int]
) -> bool:
    """Whether the drug at a place begins an order of its own."""
    between = phrases[last + 1 : place]
    broken = _broken(phrases, last, place, breaks)
    if broken == SWITCHED or any(map(is_stop, between)):
        return True
    if not since.time and _is_same(phrases[last], phrases[place]):
        return False
    goes_on = bool(broken) or any(phrase.kind in GOES_ON for phrase in between)
    if since.time or (goes_on and any(map(is_stop, phrases[:last]))):
        return True
    if since.joined:
        return False
    if broken == HARD or since.amount or any(phrase.kind is kinds.THEN for phrase in between):
        return True
    return since.place and (bool(broken) or any(map(_is_weak_join, between)))


def is_stop(phrase: Phrase) -> bool:
    """Whether a phrase stops a drug: `stop`, `absetzen`, `arrêter`."""
    is_denial = phrase.kind is kinds.DENY or phrase.kind is kinds.DENIED
    return is_denial and phrase.entry is not None and bool(phrase.entry.number)


def is_one_product(phrases: list[Phrase], combinations: frozenset[IngredientSet]) -> bool:
    """Whether one product is made of all drugs that are named: `paracetamol 500 mg + codeine`."""
    names = {name for each in phrases if is_head(each) for name in _only(each)}
    return tuple(sorted(names)) in combinations


def _only(phrase: Phrase) -> IngredientSet:
    """The one set of ingredients that a name means, or none."""
    readings = phrase.entry.readings if phrase.entry is not None else ()
    return readings[0] if len(readings) == 1 else ()


def _is_same(one: Phrase, other: Phrase) -> bool:
    """Whether two phrases name the same drug: a product, and then what is taken of it."""
    if one.entry is None or other.entry is None:
        return False
    return one.entry.readings == other.entry.readings


def _broken(phrases: list[Phrase], last: int, place: int, breaks: dict[int, int]) -> int:
    """How hard the text is parted between two phrases."""
    words = range(phrases[last].stop, phrases[place].start + 1)
    return max((breaks.get(word, 0) for word in words), default=0)


def _is_weak_join(phrase: Phrase) -> bool:
    is_join = phrase.kind is kinds.JOIN and phrase.entry is not None
    return is_join and phrase.entry.number == WEAK_JOIN  # type: ignore[union-attr]


def _start_of(phrases: list[Phrase], last: int, place: int, breaks: dict[int, int]) -> int:
    """Where the order of a drug begins: behind the nearest sign that parts, or at the drug."""
    at = place
    while at > last + 1 and not breaks.get(phrases[at].start):
        before = phrases[at - 1]
        if before.kind is kinds.THEN or _is_weak_join(before):
            return at
        if before.kind not in MAY_LEAD:
            break
        at -= 1
    if breaks.get(phrases[at].start):
        return at
    at = place
    while at > last + 1 and phrases[at - 1].kind in LEADS:
        at -= 1
    return at
