"""Phrases that take in what stands behind them: reasons, conditions, maxima, quantities, scales.

`for back pain`, `hold for HR < 60`, `max 8 tablets a day`, `dispense 90 tablets`: the words and
numbers in them are theirs, whoever may know the words, and say nothing of drug, dose and time.
"""

from collections.abc import Callable, Mapping
from typing import Final

from lems_guard.terminology.lexicon import Kind
from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.hours import hours_joined
from lems_guard.terminology.reading.orders import is_stop
from lems_guard.terminology.reading.phrase import Phrase

# What may stand in a reason: words known or not, and numbers that are no amounts.
IN_REASON: Final = frozenset(
    {
        kinds.UNKNOWN,
        kinds.FILLER,
        kinds.TALK,
        kinds.LINK,
        kinds.INDICATION,
        kinds.SALT,
        kinds.REASON,
    }
    | {kinds.JOIN, kinds.DENIED, kinds.CONDITION, kinds.SIGN, kinds.PREFIX, kinds.INSTRUCTION}
    | {kinds.CONTINUE, kinds.DENY}
)
NUMBERS: Final = frozenset(
    {
        kinds.BARE,
        kinds.RATIO,
        kinds.MEASURE,
        kinds.RATE,
        kinds.VOLUME,
        kinds.PATTERN,
        kinds.DURATION,
    }
)
IN_CONDITION: Final = IN_REASON | NUMBERS | {kinds.STRENGTH, kinds.TIMES, kinds.TOTAL}
IN_LIMIT: Final = frozenset(
    {kinds.BARE, kinds.AMOUNT, kinds.DAY, kinds.COUNT, kinds.FORM, kinds.FREQUENCY, kinds.MEASURE}
    | {kinds.RATE, kinds.VOLUME, kinds.WEIGHT, kinds.WEIGHT_DAY, kinds.LINK, kinds.TALK, kinds.JOIN}
    | {
        kinds.DURATION,
        kinds.SIGN,
        kinds.DAILY,
        kinds.TOTAL,
        kinds.RATIO,
        kinds.ONCE,
        kinds.STRENGTH,
    }
)
IN_QUANTITY: Final = frozenset(
    {kinds.BARE, kinds.COUNT, kinds.VOLUME, kinds.MEASURE, kinds.AMOUNT, kinds.FORM, kinds.LINK}
    | {kinds.DURATION, kinds.QUANTITY, kinds.SIGN}
)
# By how much a dose changes, and how soon: `increase by 5 mg every 3 days`.
IN_STEP: Final = frozenset(
    {kinds.AMOUNT, kinds.DAY, kinds.BARE, kinds.COUNT, kinds.FORM, kinds.LINK, kinds.FREQUENCY}
    | {kinds.DURATION, kinds.MEASURE, kinds.WEIGHT, kinds.WEIGHT_DAY, kinds.STRENGTH}
)
# The numbers of a day's pattern: morning, noon, evening, night.
MOST_TIMES: Final = 4
NUMBERED: Final = frozenset({kinds.BARE, kinds.COUNT})
FIRMS: Final = frozenset({"ltd", "limited", "plc", "gmbh", "inc", "pharma"})
# Behind one of these a stop ends the course.
ENDING: Final = frozenset({kinds.THEN, kinds.DURATION})
# A place in the body is the reason's own before another word of it: `for eye infection`.
PLACES: Final = frozenset({kinds.ROUTE, kinds.SIDE, kinds.FORM})
WORDS_OF_REASON: Final = frozenset({kinds.UNKNOWN, kinds.INDICATION})
SIG_BEHIND_DRUG: Final = frozenset(
    {kinds.AMOUNT, kinds.DAY, kinds.COUNT, kinds.FREQUENCY, kinds.ROUTE, kinds.FORM, kinds.WEIGHT}
)

End = Callable[[list[Phrase], int], int]


def spans_taken(phrases: list[Phrase], words: list[str]) -> list[Phrase]:
    """The phrases with those that take others in, each as one."""
    phrases = hours_joined(_without_maker(phrases, words), words)
    if sum(phrase.kind in NUMBERED for phrase in phrases) > 2:
        phrases = _patterns_joined(phrases, words)
    found: list[Phrase] = []
    at, named = 0, False
    while at < len(phrases):
        phrase = phrases[at]
        named = named or phrase.kind <= kinds.BRAND
        end = _end(phrases, at, named=named)
        if end == at + 1:
            found.append(_ending(phrase) if at and _ends_course(phrases, at) else phrase)
        elif phrase.kind is kinds.FREQUENCY:
            found += [phrase, *_joined(kinds.REASON, phrases[at + 1 : end])]
        else:
            found += _joined(_kind_of(phrases, at), phrases[at:end])
        at = end
    return found


def _without_maker(phrases: list[Phrase], words: list[str]) -> list[Phrase]:
    """`Ibuprofen 400mg tablets (Accord Healthcare Ltd)`: who makes it, said last in brackets."""
    if len(words) < 2 or words[-1] != ")" or words[-2] not in FIRMS:
        return phrases
    depth = 0
    for at in range(len(phrases) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(words[phrases[at].start], 0)
        if depth == 0:
            return [*phrases[:at], _one(kinds.TALK, phrases[at:])]
    return phrases


def _kind_of(phrases: list[Phrase], at: int) -> Kind:
    """What a phrase is with all that it takes in; `for 90 tablets` is a quantity."""
    kind = phrases[at].kind
    if kind is kinds.REASON and _is_quantity(phrases, at + 1):
        return kinds.QUANTITY
    return kinds.CONDITION if kind is kinds.DENY else kind


def _end(phrases: list[Phrase], at: int, *, named: bool) -> int:
    """Where what a phrase takes in ends."""
    phrase = phrases[at]
    kind = phrase.kind
    if kind is kinds.FREQUENCY:
        is_prn = phrase.entry is not None and phrase.entry.pace is not None
        is_prn = is_prn and phrase.entry.pace.as_needed  # type: ignore[union-attr]
        return _prn_reason_end(phrases, at + 1) if is_prn and named else at + 1
    if kind is kinds.DENY:
        return _denial_end(phrases, at + 1) if named and not _stops(phrases, at) else at + 1
    end = ENDS.get(kind)
    return at + 1 if end is None else max(end(phrases, at + 1), at + 1)


def _ends_course(phrases: list[Phrase], at: int) -> bool:
    """`x 5 days then stop`: what ends with the course is what stands before it."""
    return phrases[at - 1].kind in ENDING and is_stop(phrases[at])


def _ending(phrase: Phrase) -> Phrase:
    return phrase._replace(kind=kinds.CONDITION, value=(phrase,))


def _stops(phrases: list[Phrase], at: int) -> bool:
    """Whether a drug behind another one is stopped; `then stop` ends the first."""
    follows = at + 1 < len(phrases) and phrases[at + 1].kind <= kinds.BRAND
    return is_stop(phrases[at]) and (follows or _ends_course(phrases, at))


def _prn_reason_end(phrases: list[Phrase], at: int) -> int:
    is_reason = at < len(phrases) and phrases[at].kind in WORDS_OF_REASON | {kinds.CONDITION}
    return _reason_end(phrases, at) if is_reason else at


def _denial_end(phrases: list[Phrase], at: int) -> int:
    """`never at bedtime`, `not with milk`: what is denied is no part of the sig."""
    denied = {kinds.FREQUENCY, kinds.MEALS, kinds.ROUTE, kinds.FORM, kinds.INSTRUCTION}
    if at < len(phrases) and phrases[at].kind in denied:
        return at + 1
    return _run(phrases, at, IN_REASON)


def _reason_end(phrases: list[Phrase], at: int) -> int:
    if _is_quantity(phrases, at):
        return _quantity_end(phrases, at)
    return _run(phrases, at, IN_CONDITION)


def _run(phrases: list[Phrase], at: int, members: frozenset[Kind]) -> int:
    """The end of a run of such phrases; a drug named first in it is only spoken of."""
    begin = at
    while at < len(phrases):
        phrase = phrases[at]
        following = phrases[at + 1].kind if at + 1 < len(phrases) else None
        is_place = phrase.kind in PLACES and following in WORDS_OF_REASON
        is_mention = at == begin and phrase.kind <= kinds.BRAND and following not in SIG_BEHIND_DRUG
        if not (phrase.kind in members or is_place or (is_mention and at > 1)):
            break
        at += 1
    return _before_bracket(phrases, begin, at)


def _before_bracket(phrases: list[Phrase], begin: int, at: int) -> int:
    """A bracket or a joining word at the end of a run belongs to what stands behind it."""
    while (
        at > begin
        and phrases[at - 1].kind in {kinds.SIGN, kinds.JOIN, kinds.LINK}
        and at < len(phrases)
    ):
        at -= 1
    return at


def _is_quantity(phrases: list[Phrase], at: int) -> bool:
    return at < len(phrases) and phrases[at].kind is kinds.COUNT


def _limit_end(phrases: list[Phrase], at: int) -> int:
    while at < len(phrases) and phrases[at].kind in IN_LIMIT:
        at += 1
    return at


def _quantity_end(phrases: list[Phrase], at: int) -> int:
    while at < len(phrases) and phrases[at].kind in IN_QUANTITY:
        at += 1
    return at


def _step_end(phrases: list[Phrase], at: int) -> int:
    """Behind the amount of a step, and how soon the next one comes; a daily amount is no step."""
    begin = at
    while at < len(phrases) and phrases[at].kind in IN_STEP:
        timed = phrases[at].kind in {kinds.FREQUENCY, kinds.DURATION}
        at += 1
        if timed:
            break
    return max(begin, at)


def _score_end(phrases: list[Phrase], at: int) -> int:
    """`pain 7-10`, `moderate pain (4-6)`: how strong it is."""
    begin = at
    while at < len(phrases) and phrases[at].kind in {kinds.BARE, kinds.SIGN, kinds.INDICATION}:
        at += 1
    scored = any(phrase.kind is kinds.BARE for phrase in phrases[begin:at])
    return at if scored else begin


def _scale_end(phrases: list[Phrase], at: int) -> int:
    while at < len(phrases) and phrases[at].kind > kinds.BRAND:
        at += 1
    return at


ENDS: Final[Mapping[Kind, End]] = {
    kinds.REASON: _reason_end,
    kinds.CONDITION: lambda phrases, at: _run(phrases, at, IN_CONDITION),
    kinds.LIMIT: _limit_end,
    kinds.QUANTITY: _quantity_end,
    kinds.STEP: _step_end,
    kinds.INDICATION: _score_end,
    kinds.SCALE: _scale_end,
}
TAKES_IN: Final = frozenset(ENDS) | {kinds.DENY}


def _joined(kind: Kind, phrases: list[Phrase]) -> list[Phrase]:
    """Neighbouring phrases as one of a kind; a drug that is spoken of in them stays visible."""
    found: list[Phrase] = []
    begin = 0
    for place, phrase in enumerate(phrases):
        if phrase.kind <= kinds.BRAND:
            if place > begin:
                found.append(_one(kind, phrases[begin:place]))
            found.append(phrase._replace(kind=kinds.MENTION))
            begin = place + 1
    if begin < len(phrases):
        found.append(_one(kind, phrases[begin:]))
    return found


def _one(kind: Kind, phrases: list[Phrase]) -> Phrase:
    first, last = phrases[0], phrases[-1]
    return Phrase(kind, first.start, last.stop, first.entry, tuple(phrases))


def _patterns_joined(phrases: list[Phrase], words: list[str]) -> list[Phrase]:
    """`2+1+2`, `1/0/1` and `1 0 1` as the pattern of a day that they are."""
    found: list[Phrase] = []
    at = 0
    while at < len(phrases):
        run = _numbers_from(phrases, at, words)
        numbers = tuple(each.value[0] for each in run if each.kind in NUMBERED)
        if _is_pattern(numbers, run):
            found.append(Phrase(kinds.PATTERN, run[0].start, run[-1].stop, None, numbers))
        else:
            run = run[:1] or [phrases[at]]
            found.append(run[0])
        at += len(run)
    return found


def _is_pattern(numbers: tuple[float, ...], run: list[Phrase]) -> bool:
    """Whether numbers tell the pieces of a day: signs between them, or a time without any."""
    if len(numbers) not in {3, 4} or not any(numbers) or max(numbers) >= 10:
        return False
    in_halves = all(number * 2 == int(number * 2) for number in numbers)
    return in_halves and (len(run) == 2 * len(numbers) - 1 or 0.0 in numbers)


def _numbers_from(phrases: list[Phrase], at: int, words: list[str]) -> list[Phrase]:
    """The bare numbers that follow each other here, with the signs between them."""
    end, numbers = at, 0
    while end < len(phrases) and numbers <= MOST_TIMES:
        phrase = phrases[end]
        is_sign = end > at and words[phrase.start] in {"+", "/"}
        is_number = phrase.kind in NUMBERED and phrase.value is not None
        if not (is_sign or is_number):
            break
        numbers += is_number
        end += 1
    while end > at and phrases[end - 1].kind not in NUMBERED:
        end -= 1
    return phrases[at:end]
