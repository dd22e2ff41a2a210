"""What becomes of the words that no table holds: what each may change, by where it stands.

Beside the drug's name a word may make another drug of it; behind the sig it is a reason or an
instruction, and changes what the sig left open, if anything.
"""

from typing import Final, NamedTuple

from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.bag import Bag
from lems_guard.terminology.reading.orders import is_stop
from lems_guard.terminology.reading.phrase import Phrase

# With one of these the sig has begun, and the naming of the product ended.
SIG: Final = frozenset(
    {kinds.FREQUENCY, kinds.ROUTE, kinds.COUNT, kinds.MEALS, kinds.ONCE, kinds.WEEKDAY, kinds.CLOCK}
    | {kinds.PATTERN, kinds.DAY, kinds.WEIGHT, kinds.WEIGHT_DAY, kinds.RATE, kinds.REASON}
    | {kinds.CONDITION, kinds.LIMIT, kinds.SCALE, kinds.SIDE, kinds.QUANTITY, kinds.MULTIPLE}
)
TAKING: Final = frozenset({"take", "takes", "give", "inject", "inhale", "apply", "use", "insert"})
# These behind an unknown word may be the sig of another drug.
SECOND_SIG: Final = frozenset(
    {
        kinds.AMOUNT,
        kinds.DAY,
        kinds.WEIGHT,
        kinds.WEIGHT_DAY,
        kinds.COUNT,
        kinds.RATIO,
        kinds.STRENGTH,
    }
)
PART_OF_SIG: Final = SECOND_SIG | {kinds.FREQUENCY, kinds.ROUTE, kinds.FORM, kinds.ONCE}
NAMED: Final = frozenset({kinds.NAME, kinds.BRAND, kinds.UNKNOWN})
ENDING: Final = frozenset({kinds.THEN, kinds.DURATION})
# What the table says of a stop: sure before its drug, and no more than possible behind it, or
# none at all there (`Caverject DC 20`).
BEFORE, BEFORE_ALONE = 2, 3
# In an order that stops a drug nothing else stands: what tells a day or a condition holds it on.
IN_STOP: Final = frozenset(
    {kinds.NAME, kinds.BRAND, kinds.SALT, kinds.SIGN, kinds.FILLER, kinds.LINK, kinds.COMPOUNDED}
    | {kinds.AMOUNT, kinds.STRENGTH, kinds.DAY, kinds.COUNT, kinds.FORM, kinds.ROUTE, kinds.RATIO}
    | {kinds.PATTERN, kinds.FREQUENCY, kinds.DENY, kinds.DENIED, kinds.SWITCH, kinds.JOIN}
)
# Words of a switch, and those that are harmless beside a stop.
BESIDE_STOP: Final = frozenset(
    {"to", "from", "by", "as", "auf", "von", "durch", "par", "por", "all", "this", "today"}
    | {
        "heute",
        "aujourd hui",
        "oggi",
        "hoy",
        "yesterday",
        "gestern",
        "hier",
        "ieri",
        "ayer",
        "order",
        "drug",
        "med",
        "medication",
        "now",
        "sofort",
    }
)
UNTIL: Final = frozenset({"until", "bis", "til", "till"})
CONDITIONS: Final = frozenset({kinds.CONDITION, kinds.BARE, kinds.MEASURE})
BESIDE_NAME: Final = frozenset({kinds.SALT, kinds.SIGN, kinds.FILLER, kinds.LINK, kinds.TALK})
HARD: Final = 2


class Fates(NamedTuple):
    """The unknown words of one order: those that may change the drug, and those behind its sig.

    `denied` tells that the drug is named to be denied; `maybe_denied` that this is not sure;
    `stopped` that it is surely stopped.
    """

    beside: tuple[Phrase, ...] = ()
    behind: tuple[Phrase, ...] = ()
    denied: bool = False
    maybe_denied: bool = False
    stopped: bool = False


NO_FATES: Final = Fates()
ASKS: Final = frozenset(
    {kinds.UNKNOWN, kinds.DENY, kinds.DENIED, kinds.PAST, kinds.SWITCH} | {kinds.PREFIX, kinds.SALT}
)
DENIALS: Final = frozenset({kinds.DENY, kinds.DENIED, kinds.PAST, kinds.SWITCH})


def fates_of(phrases: list[Phrase], bag: Bag, breaks: dict[int, int]) -> Fates:
    """What becomes of each word of an order that is no part of drug, dose, route or time."""
    if ASKS.isdisjoint(bag):
        return NO_FATES
    first = next((place for place, each in enumerate(phrases) if each.kind <= kinds.BRAND), None)
    if first is None:
        return Fates(tuple(bag.get(kinds.UNKNOWN, ())))
    begin = _sig_begin(phrases, first)
    beside: list[Phrase] = []
    behind: list[Phrase] = []
    for place, phrase in enumerate(phrases):
        if phrase.kind is kinds.UNKNOWN and not _is_brand_in_brackets(phrases, bag, place):
            changes = place < begin or _begins_other(phrases, place, breaks)
            (beside if changes else behind).append(phrase)
        elif _is_stray(phrases, place, first):
            beside.append(phrase)
    if DENIALS.isdisjoint(bag):
        return Fates(tuple(beside), tuple(behind))
    if not (beside or behind) and is_stopped(phrases, first):
        return Fates(stopped=True)
    denied, maybe = _denied(phrases, bag, first)
    return Fates(tuple(beside), tuple(behind), denied, maybe)


def is_stopped(phrases: list[Phrase], first: int) -> bool:
    """Whether an order says that its one drug is stopped, and nothing else.

    The stop stands before the drug, or last of all: `stop metoprolol 50 mg bid`, `Bisoprolol 5 mg
    1-0-0 absetzen`, `bisoprololo da sospendere`.
    """
    denials = [place for place, phrase in enumerate(phrases) if phrase.kind in DENIALS]
    drugs = sum(phrase.kind <= kinds.BRAND for phrase in phrases)
    if drugs != 1 or len(denials) != 1 or not all(map(is_in_stop, phrases)):
        return False
    at = denials[0]
    if not is_stop(phrases[at]):
        return False
    if phrases[at].kind is kinds.DENY and _is_side_told(phrases[at]):
        return at < first
    is_last = all(each.kind is kinds.SIGN for each in phrases[at + 1 :])
    return at < first or is_last or (phrases[at].kind is kinds.DENIED and at == first + 1)


def _is_side_told(stop: Phrase) -> bool:
    """Whether a stop is one before its drug alone: of `metoprolol hold` a condition was cut off."""
    return stop.entry is not None and stop.entry.number >= BEFORE


def is_in_stop(phrase: Phrase) -> bool:
    """Whether a phrase may stand where a drug is stopped, and leaves no doubt of it."""
    entry = phrase.entry
    if phrase.kind is kinds.FREQUENCY:
        return entry is not None and entry.pace is not None and not entry.pace.moment
    return phrase.kind in IN_STOP or (entry is not None and entry.phrase in BESIDE_STOP)


def _sig_begin(phrases: list[Phrase], first: int) -> int:
    """Where the product's naming ends and the sig begins, behind the first drug."""
    for place in range(first + 1, len(phrases)):
        phrase = phrases[place]
        is_taking = phrase.kind is kinds.INSTRUCTION and phrase.entry is not None
        if phrase.kind in SIG or (is_taking and phrase.entry.phrase in TAKING):  # type: ignore[union-attr]
            return place
    return len(phrases)


def _begins_other(phrases: list[Phrase], place: int, breaks: dict[int, int]) -> bool:
    """Whether an unknown word may be the drug of another order: an amount of its own follows."""
    kinds = PART_OF_SIG if breaks.get(phrases[place].start) == HARD else SECOND_SIG
    return any(each.kind in kinds for each in phrases[place + 1 :])


def _is_brand_in_brackets(phrases: list[Phrase], bag: Bag, place: int) -> bool:
    """Whether a word stands in the square brackets in which RxNorm's names end.

    The brand in them names the same product once more; one that is not known takes nothing away.
    """
    is_product = kinds.FORM in bag and bool(bag.get(kinds.SIGN)) and phrases[-1].value == "]"
    if not is_product:
        return False
    opened = max((at for at in range(place) if phrases[at].value == "["), default=None)
    return opened is not None and all(phrases[at].value != "]" for at in range(opened, place))


def _is_stray(phrases: list[Phrase], place: int, first: int) -> bool:
    """A salt before any drug; a maker's short prefix that stands elsewhere, or before a brand."""
    kind = phrases[place].kind
    if kind is kinds.SALT:
        return place < first
    if kind is not kinds.PREFIX:
        return False
    following = phrases[place + 1].kind if place + 1 < len(phrases) else None
    return place > 0 or following is kinds.BRAND


def _denied(phrases: list[Phrase], bag: Bag, first: int) -> tuple[bool, bool]:
    """Whether the drug is named to be denied, surely or perhaps.

    Directly beside the only drug a denial is one; elsewhere it may be of something else, or hold
    only if: `stop aspirin metoprolol 50 mg bid`, `stop smoking bupropion`, `do not stop
    metoprolol`, `hold metoprolol 50 mg bid if HR < 60`. What was taken once may still be, and so
    may what is stopped on another day: `stop metoprolol on Friday`.
    """
    denials = [place for place in range(len(phrases)) if _denies(phrases, place, first)]
    if not denials:
        return False, False
    # Denied twice is told, and of two drugs the other may be the one that is ordered.
    drugs = sum(phrase.kind <= kinds.BRAND for phrase in phrases)
    is_sure = len(denials) == 1 and drugs == 1 and _is_beside(phrases, first, denials[0])
    is_sure = is_sure and kinds.PAST not in bag and not _is_conditional(bag)
    is_sure = is_sure and not is_stop(phrases[denials[0]])
    is_sure = is_sure and (phrases[denials[0]].kind is kinds.DENIED or denials[0] < first)
    return is_sure, not is_sure


def _denies(phrases: list[Phrase], place: int, first: int) -> bool:
    """Whether a phrase may deny the drug: not all of those that deny what follows them do.

    `no`, `without` and their like stand before it; `stop` and `hold` behind it too, but not at the
    end of a course (`x 5 days then stop`). A name behind `previously` is an older one.
    """
    kind = phrases[place].kind
    if kind is kinds.DENIED:
        return True
    if kind is kinds.SWITCH:
        return sum(phrase.kind <= kinds.BRAND for phrase in phrases) > 1
    if kind is kinds.PAST:
        following = phrases[place + 1].kind if place + 1 < len(phrases) else None
        return place < first or following not in NAMED
    if kind is not kinds.DENY or place < first:
        return kind is kinds.DENY
    is_course = any(each.kind in ENDING for each in phrases[first:place])
    stop = phrases[place]
    is_part_of_name = stop.entry is not None and stop.entry.number == BEFORE_ALONE
    return is_stop(stop) and not is_part_of_name and not is_course


def _is_conditional(bag: Bag) -> bool:
    """Whether a denial holds only under a condition, `if HR < 60`; one that ends it is none."""
    reasons = (part for each in bag.get(kinds.REASON, ()) for part in each.value or ())
    named = [
        each.entry.phrase if each.entry is not None else "" for each in bag.get(kinds.CONDITION, ())
    ]
    return not UNTIL.issuperset(named) or any(part.kind in CONDITIONS for part in reasons)


def _is_beside(phrases: list[Phrase], first: int, place: int) -> bool:
    """Whether nothing but words of the name stands between a drug and a denial."""
    low, high = sorted((first, place))
    return all(phrases[at].kind in BESIDE_NAME for at in range(low + 1, high))
