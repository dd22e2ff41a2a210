"""The facts of one order beside other drugs: its own, and what those drugs' orders tell."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from lems_guard.clinical.alert import Exposure
from lems_guard.clinical.facts import Elsewhere, Facts, FactValue, Lack, Unknown
from lems_guard.clinical.indication import NecessaryUse
from lems_guard.clinical.medication import Phase


class FactsBeside(dict[str, FactValue]):
    """The facts of an exposure in an interaction: its own, and two of its partners."""

    __slots__ = ("_facts_of", "_own", "_partners")

    def __init__(
        self,
        own: Facts,
        partners: Sequence[Exposure],
        facts_of: Callable[[Exposure], Facts],
    ) -> None:
        """`facts_of` gives the facts of a partner."""
        super().__init__()
        self._own = own
        self._partners = partners
        self._facts_of = facts_of

    def __missing__(self, fact: str) -> FactValue:
        """A fact of the exposure, or of its partners."""
        told = self._TOLD_BY_ONE.get(fact)
        return self._own[fact] if told is None else self._of_partners(*told)

    # The fact of a partner, and what it is for all of them as soon as it is so for one.
    _TOLD_BY_ONE: ClassVar[dict[str, tuple[str, frozenset[FactValue]]]] = {
        "partner_phase": ("phase", frozenset({Phase.START})),
        "partner_indication": (
            "indication",
            frozenset({NecessaryUse.SEIZURES, NecessaryUse.STATUS_EPILEPTICUS}),
        ),
    }

    def _of_partners(self, fact: str, telling: frozenset[FactValue]) -> FactValue:
        """What one partner tells for certain, as that it starts; else what all have in common."""
        values = {partner: self._facts_of(partner)[fact] for partner in self._partners}
        told = [value for partner, value in values.items() if partner.sure and value in telling]
        if told:
            return told[0]
        if len(set(values.values())) == 1 and None not in values.values():
            return next(iter(values.values()))
        roots: list[Lack] = []
        for partner, value in values.items():
            if value is None:
                roots.append(Elsewhere(fact, partner.order))
            if not partner.sure:
                roots.append(Elsewhere("identity", partner.order))
        return Unknown(tuple(dict.fromkeys(roots)))
