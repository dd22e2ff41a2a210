"""Numbers with a plus between them: `10 mg + 10 mg + 10 mg`, `100 + 50 mg`, `1 + 1 tablets`.

They are taken together, or each at a time of its own: the range from the least to the whole.
"""

from typing import Final

from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.phrase import Amount, Phrase

SIGN: Final = "+"
NUMBERS: Final = frozenset({kinds.BARE, kinds.COUNT, kinds.AMOUNT})
BEFORE_NAME: Final = frozenset({kinds.LINK, kinds.FILLER, kinds.SIGN, kinds.TALK})


def sums_joined(phrases: list[Phrase], words: list[str]) -> list[Phrase]:
    """The phrases with each sum as one."""
    found: list[Phrase] = []
    at = 0
    while at < len(phrases):
        run = _run_from(phrases, at, words)
        added = _sum(run) if len(run) > 1 and not _is_another_s(phrases, at + len(run)) else None
        run = run or [phrases[at]]
        found += run if added is None else [added]
        at += len(run)
    return found


def _run_from(phrases: list[Phrase], at: int, words: list[str]) -> list[Phrase]:
    """The numbers that begin here, each with a plus before the next."""
    end = at
    while end < len(phrases) and phrases[end].kind in NUMBERS:
        end += 1
        if end + 1 >= len(phrases) or words[phrases[end].start] != SIGN:
            break
        if phrases[end + 1].kind not in NUMBERS:
            break
        end += 1
    return phrases[at:end]


def _is_another_s(phrases: list[Phrase], at: int) -> bool:
    """Whether the last amount is that of a second drug: `codeine 8 mg + 500 mg paracetamol`."""
    named = any(each.kind <= kinds.BRAND for each in phrases[:at])
    while at < len(phrases) and phrases[at].kind in BEFORE_NAME:
        at += 1
    return named and at < len(phrases) and phrases[at].kind <= kinds.BRAND


def _sum(run: list[Phrase]) -> Phrase | None:
    """What numbers come to together, in the unit of the last; nothing where they do not fit."""
    first, last, numbers = run[0], run[-1], run[::2]
    ends = [_ends(each, last) for each in numbers]
    told = [each for each in ends if each is not None]
    is_pattern = last.kind is kinds.COUNT and len(numbers) > 2
    if len(told) < len(ends) or last.kind is kinds.BARE or is_pattern:
        return None
    low, high = min(each[0] for each in told), sum(each[1] for each in told)
    value = Amount(low, high, last.value.unit) if last.kind is kinds.AMOUNT else (low, high)
    return Phrase(last.kind, first.start, last.stop, None, value)


def _ends(number: Phrase, last: Phrase) -> tuple[float, float] | None:
    """A number from its least to its largest reading, where it can have the unit of the last."""
    if number.value is None:
        return None
    if number.kind is kinds.AMOUNT:
        fits = last.kind is kinds.AMOUNT and number.value.unit == last.value.unit
        return (number.value.low, number.value.high) if fits else None
    low, high = number.value
    return low, high
