"""The orders that a record has told of: which of them say already what an entry says again."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import TypeAlias

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.route import Route
from lems_guard.fhir.orders import Order, RecordLine
from lems_guard.fhir.same_drug import Contents, Matcher

# What stands for a dose, so that equal ones are equal: mg where it is a mass; `ANY` for all doses.
DoseKey: TypeAlias = float | Dose | str | None
ANY = "any"
Alike: TypeAlias = dict[tuple[Contents, Route | None], Order]


class ToldOrders:
    """Orders by the names of their drugs, and under each name by dose.

    Hundreds of doses that were given are so compared with a few orders each, not with hundreds.
    """

    def __init__(self, matcher: Matcher) -> None:
        """None is known."""
        self._matcher = matcher
        # By name and all that was read of it: what repeats an order need not be understood.
        self._verbatim: dict[tuple[object, bytes], Order] = {}
        # By name; they are understood when somebody first asks for that name.
        self._new: dict[object, list[Order]] = defaultdict(list)
        self._known: dict[tuple[object, DoseKey], Alike] = defaultdict(dict)

    def add(self, order: Order, names: Collection[object]) -> None:
        """One order more, by all that its drug is known by."""
        for name in names:
            self._new[name].append(order)
            self._verbatim.setdefault((name, order.line.content), order)

    def telling(self, line: RecordLine, names: Collection[object]) -> Iterator[Order]:
        """The orders that tell all that a line does."""
        same = [self._verbatim.get((name, line.content)) for name in names]
        yield from (order for order in same if order)
        dose = _key(self._matcher.use(line).dose)
        for name in names:
            for order in self._new.pop(name, ()):
                self._understand(name, order)
            for each in (ANY,) if dose is None else (dose, None):
                for order in self._known.get((name, each), {}).values():
                    if self._matcher.tells_all(order.line, line):
                        yield order

    def _understand(self, name: object, order: Order) -> None:
        """Of orders that are alike but for how often, the one that tells most is kept."""
        use = self._matcher.use(order.line)
        alike = self._matcher.contents_of(order.line), use.route
        for dose in (_key(use.dose), ANY):
            kept = self._known[name, dose].setdefault(alike, order)
            if self._is_more_often(order, kept):
                self._known[name, dose][alike] = order

    def _is_more_often(self, order: Order, than: Order) -> bool:
        """How often it is taken; where an order does not say, it is any number of times."""
        again, said = (self._matcher.use(each.line).doses_per_day for each in (order, than))
        return said is not None and (again is None or again > said)


def _key(dose: Dose | None) -> DoseKey:
    if dose is None:
        return None
    mass = dose.milligrams()
    return dose if mass is None else mass
