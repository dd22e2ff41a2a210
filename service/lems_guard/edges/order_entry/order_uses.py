"""What orders are for, so that only what serves it is offered in their place."""

import functools
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import NamedTuple

from lems_guard.clinical.facts import FactValue
from lems_guard.clinical.indication import Use
from lems_guard.clinical.medication import Indication
from lems_guard.clinical.rule import Alternative
from lems_guard.fhir.diagnoses import standing_words
from lems_guard.fhir.orders import Order
from lems_guard.fhir.shapes import Resource

UseOf = Callable[[Indication], Use | None]


class ToldUses(NamedTuple):
    """What an order may be for. Where `must_serve` nothing else than what serves it is offered."""

    uses: frozenset[Use]
    must_serve: bool

    @property
    def are_told(self) -> bool:
        """Whether anything tells what it is for."""
        return bool(self.uses)

    def fitting(self, offered: Iterable[Alternative]) -> list[Alternative]:
        """What may serve it: what is for it, and what is for no use in particular.

        A problem list is not complete: where it tells of no use that anything is for, all may.
        """
        every = list(offered)
        if not self.must_serve and not any(map(self.are_served_by, every)):
            return every
        return [each for each in every if not is_for_a_use(each) or self.are_served_by(each)]

    def are_served_by(self, alternative: Alternative) -> bool:
        """Whether an alternative is for one of the uses."""
        return is_for_a_use(alternative) and any(_serves(alternative, use) for use in self.uses)


class OrderUses:
    """Tells what the orders of one patient are for: by their own reason, else by the diagnoses."""

    def __init__(self, use_of: UseOf, conditions: Iterable[Resource]) -> None:
        """`use_of` reads a reason."""
        self._use_of = use_of
        self._conditions = conditions

    def of(self, order: Order) -> ToldUses:
        """What one order is for. A reason that is not understood may be any."""
        if order.line.use:
            return ToldUses(frozenset({order.line.use}), must_serve=True)
        if order.message.HasField("indication"):
            return ToldUses(frozenset(), must_serve=True)
        return ToldUses(self._diagnosed, must_serve=False)

    @functools.cached_property
    def _diagnosed(self) -> frozenset[Use]:
        found = (self._use_of(Indication(text=each)) for each in standing_words(self._conditions))
        return frozenset(use for use in found if use)


def is_for_a_use(alternative: Alternative) -> bool:
    """Whether an alternative is not for just any use."""
    return alternative.suits is not None and not _serves(alternative, Use.OTHER)


def _serves(alternative: Alternative, use: Use) -> bool:
    facts: defaultdict[str, FactValue] = defaultdict(lambda: None, indication=use)
    return alternative.suits is None or alternative.suits.judge(facts).truth is not False
