"""What share of a site's own orders is read, and which words keep the rest from it."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import NamedTuple

from lems_guard.clinical.medication import Disposition, Medication, Understood


class Unread(NamedTuple):
    """Orders that are not read: the text or code, how many there are, and the unknown words."""

    order: str
    times: int
    words: tuple[str, ...]


class Coverage(NamedTuple):
    """How many orders became what, and what is not read, the most frequent first.

    `lines` are the unknown words that would each explain the most orders, with their number: a line
    for each in a table of `rules/vocabulary/by_hand/` closes the gap.
    """

    orders: int
    became: dict[Disposition, int]
    unread: tuple[Unread, ...]
    lines: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float:
        """The share that is EVALUATED; 1.0 of nothing."""
        return self.became.get(Disposition.EVALUATED, 0) / self.orders if self.orders else 1.0


def coverage_of(
    orders: Iterable[Medication],
    understand: Callable[[Medication], Understood],
    unknown_in: Callable[[Medication], tuple[str, ...]],
) -> Coverage:
    """Read every order; equal ones are read once and counted."""
    counted = Counter(order._replace(id="") for order in orders)
    became: Counter[Disposition] = Counter()
    unread: list[Unread] = []
    words: Counter[str] = Counter()
    for order, times in counted.items():
        disposition = understand(order).disposition
        became[disposition] += times
        if disposition is Disposition.UNRESOLVED:
            found = unknown_in(order)
            unread.append(Unread(in_words(order), times, found))
            words.update({" ".join(found): times} if found else {})
    unread.sort(key=lambda each: (-each.times, each.order))
    lines = sorted(words.items(), key=lambda each: (-each[1], each[0]))
    return Coverage(counted.total(), dict(became), tuple(unread), tuple(lines))


def in_words(order: Medication) -> str:
    """An order's text, else its codes."""
    codes = (
        f"{coding.system.name if coding.system else 'code'} {coding.code}"
        for coding in order.codings
    )
    return order.text or ", ".join(codes) or "(nothing)"
