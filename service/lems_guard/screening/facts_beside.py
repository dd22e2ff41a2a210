"""The facts of one order beside other drugs: its own, and what those drugs' orders tell.

All orders of a drug stand beside the same orders of other drugs, but for what cannot be true
together with one of them. So what partners tell is gathered once for all of a drug's orders.
"""

import functools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import ClassVar, NamedTuple, TypeAlias

from lems_guard.clinical.alert import Exposure
from lems_guard.clinical.fact_table import FACTS
from lems_guard.clinical.facts import Elsewhere, Facts, FactValue, Interval, Lack, Unknown
from lems_guard.clinical.indication import Use
from lems_guard.clinical.medication import Phase

FactsOf: TypeAlias = Callable[[Exposure], Facts]


class PartnerFact(NamedTuple):
    """What all partners tell of one fact.

    `telling` is what one tells for certain that settles the fact; `unknown` are the places of the
    orders that do not tell it.
    """

    telling: FactValue
    values: Counter[FactValue]
    unknown: frozenset[int]


def place_of(exposure: Exposure) -> tuple[int, str]:
    """Where an exposure stands among all: by its order, then by the drug's name."""
    return exposure.order, exposure.ingredient.name


def lack_of(root: Lack, partner: Exposure) -> Lack:
    """What is missing of a partner, as the drug beside it sees it."""
    if isinstance(root, Elsewhere) or not FACTS[root].of_order:
        return root
    return Elsewhere(root, frozenset({partner.order}))


class DrugPartners:
    """What a drug interacts with by a rule: other drugs that are taken now."""

    def __init__(self, exposures: Iterable[Exposure]) -> None:
        """Each exposure counts once, by however many classes it was found."""
        self.exposures = tuple(dict.fromkeys(exposures))
        self.has_sure = any(each.sure for each in self.exposures)
        self.unsure = frozenset(each.order for each in self.exposures if not each.sure)
        self.of_order: dict[int, list[Exposure]] = defaultdict(list)
        for each in self.exposures:
            self.of_order[each.order].append(each)
        self._told: dict[str, PartnerFact] = {}

    @functools.cached_property
    def in_order(self) -> list[Exposure]:
        """All of them, in the order of the request."""
        return sorted(self.exposures, key=place_of)

    def told(self, fact: str, telling: frozenset[FactValue], facts_of: FactsOf) -> PartnerFact:
        """What all of them tell of a fact."""
        found = self._told.get(fact)
        if found is None:
            values = [(each, facts_of(each)[fact]) for each in self.exposures]
            found = self._told[fact] = PartnerFact(
                next((value for each, value in values if each.sure and value in telling), None),
                Counter(value for _, value in values),
                frozenset(each.order for each, value in values if value is None),
            )
        return found


class Partners(NamedTuple):
    """The partners of one exposure: those of its drug, but for other readings of its own order.

    Those are never sure: what is sure is true in every reading.
    """

    of_drug: DrugPartners
    place: int
    left_out: tuple[Exposure, ...] = ()

    def elsewhere(
        self, fact: str, orders: frozenset[int], lacks: Callable[[Exposure], bool]
    ) -> Iterable[Elsewhere]:
        """The lack of a fact, without that of what is left out."""
        if not self.left_out or self.place not in orders:
            is_own = False
        else:
            own = self.of_drug.of_order[self.place]
            is_own = not any(lacks(each) for each in own if each not in self.left_out)
        if len(orders) > is_own:
            yield Elsewhere(fact, orders, self.place if is_own else None)


class FactsBeside(dict[str, FactValue]):
    """The facts of an exposure in an interaction: its own, and some of its partners."""

    __slots__ = ("_facts_of", "_own", "_partners")

    def __init__(self, own: Facts, partners: Partners, facts_of: FactsOf) -> None:
        """`facts_of` gives the facts of a partner."""
        super().__init__()
        self._own = own
        self._partners = partners
        self._facts_of = facts_of

    def __missing__(self, fact: str) -> FactValue:
        """A fact of the exposure, or of its partners."""
        if fact == "partner_daily_dose_mg":
            return self._largest_daily_dose()
        told = self._TOLD_BY_ONE.get(fact)
        return self._own[fact] if told is None else self._of_partners(*told)

    def _largest_daily_dose(self) -> Interval:
        """The largest daily dose of a partner: what a limit is held against."""
        left_out = self._partners.left_out
        doses = [
            (each, self._facts_of(each)["daily_dose_mg"])
            for each in self._partners.of_drug.exposures
            if each not in left_out
        ]
        known = [(each, dose) for each, dose in doses if isinstance(dose, Interval)]
        lacks = [lack_of(root, each) for each, dose in known for root in dose.roots]
        return Interval(
            max([dose.low if each.sure else 0.0 for each, dose in known]),
            max([dose.high for _, dose in known]),
            tuple(dict.fromkeys(lacks)),
        )

    # The fact of a partner, and what it is for all of them as soon as it is so for one.
    _TOLD_BY_ONE: ClassVar[dict[str, tuple[str, frozenset[FactValue]]]] = {
        "partner_phase": ("phase", frozenset({Phase.START})),
        "partner_indication": (
            "indication",
            frozenset({Use.SEIZURES, Use.STATUS_EPILEPTICUS}),
        ),
    }

    def _of_partners(self, fact: str, telling: frozenset[FactValue]) -> FactValue:
        """What one partner tells for certain, as that it starts; else what all have in common."""
        partners, facts_of = self._partners, self._facts_of
        told = partners.of_drug.told(fact, telling, facts_of)
        if told.telling is not None:
            return told.telling
        values = told.values
        if partners.left_out:
            values = values - Counter(facts_of(each)[fact] for each in partners.left_out)
        if len(values) == 1 and None not in values:
            return next(iter(values))
        return Unknown(
            (
                *partners.elsewhere(fact, told.unknown, lambda each: facts_of(each)[fact] is None),
                *partners.elsewhere(
                    "identity", partners.of_drug.unsure, lambda each: not each.sure
                ),
            )
        )
