"""The facts of one request, arranged as rules ask for them: per patient, per order, per drug."""

import operator
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace

from lems_guard.clinical.alert import Exposure, ScreeningRequest, parted
from lems_guard.clinical.facts import Facts, FactValue, YesNo
from lems_guard.clinical.indication import Use
from lems_guard.clinical.medication import Disposition, Medication, MedicationList
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.route import KNOWN_ROUTES, Route
from lems_guard.clinical.rule import Rule, RuleKind
from lems_guard.screening.facts_beside import DrugPartners, FactsBeside, Partners
from lems_guard.screening.knowledge_base import NO_CLASSES, KnowledgeBase
from lems_guard.screening.order_facts import CURRENT, OrderFacts
from lems_guard.screening.same_drug import SameDrug

PATIENT_FACTS = tuple(Patient.__slots__)
PROPOSED, ACTIVE = MedicationList.PROPOSED, MedicationList.ACTIVE
UNRESOLVED = Disposition.UNRESOLVED
UNSURE = frozenset({UNRESOLVED, Disposition.AMBIGUOUS})
# Of which list an order gives way, and to the same drug in which lists: a dose to its renewal, and
# a stop to an order that goes on, since a change of dose stops nothing.
SUPERSEDED = {
    RuleKind.DOSE: (ACTIVE, frozenset({PROPOSED})),
    RuleKind.STOP: (MedicationList.STOPPED, CURRENT),
}
_values = operator.attrgetter(*PATIENT_FACTS)


class Situation:
    """One request against one knowledge base: its exposures, and the facts of each."""

    __slots__ = (
        "_order_facts",
        "_same_drug",
        "by_class",
        "by_ingredient",
        "classes_of",
        "exposures",
        "partners",
        "patient",
        "patient_facts",
        "proposed_ids",
        "request",
    )

    def __init__(self, request: ScreeningRequest, knowledge: KnowledgeBase) -> None:
        """Lay out the current and stopped exposures; facts of orders are worked out when asked."""
        orders = parted(request.orders)
        if orders is not request.orders:
            request = replace(request, orders=orders)
        self.request = request
        self.patient = patient_of(request)
        self.patient_facts = facts_of_patient(self.patient, request)
        self.classes_of = knowledge.classes_of
        self.proposed_ids = {order.id for order, _ in request.orders if order.list is PROPOSED}
        self.exposures = tuple(exposures_of(request))
        self.by_ingredient: dict[str, list[Exposure]] = defaultdict(list)
        self.by_class: dict[str, list[Exposure]] = defaultdict(list)
        self._order_facts: dict[tuple[int, str], Facts] = {}
        self._same_drug: dict[str, SameDrug] = {}
        # By rule, by whether a proposed order offends, and by the drug where it is one of them.
        self.partners: dict[tuple[str, bool, str], DrugPartners] = {}
        for exposure in self.exposures:
            self.by_ingredient[exposure.ingredient.name].append(exposure)
            for name in self.classes_of.get(exposure.ingredient.name, NO_CLASSES):
                self.by_class[name].append(exposure)

    def order_of(self, exposure: Exposure) -> Medication:
        """The order line an exposure comes from."""
        return self.request.orders[exposure.order][0]

    def same_drug(self, drug: str) -> SameDrug:
        """All exposures to a drug together."""
        found = self._same_drug.get(drug)
        if found is None:
            weight = self.patient_facts["weight_kg"]
            found = SameDrug(self.by_ingredient[drug], self.request.orders, weight)
            self._same_drug[drug] = found
        return found

    def facts_of(self, exposure: Exposure, partners: Partners | None = None) -> Facts:
        """Every fact that a condition may read about an exposure, its patient and its partners."""
        key = (exposure.order, exposure.ingredient.name)
        facts = self._order_facts.get(key)
        if facts is None:
            same_drug = self.same_drug(exposure.ingredient.name)
            facts = OrderFacts(self.patient_facts, exposure, same_drug, self.request)
            self._order_facts[key] = facts
        return FactsBeside(facts, partners, self.facts_of) if partners else facts

    def is_superseded(self, kind: RuleKind, exposure: Exposure) -> bool | None:
        """Whether, for rules of a kind, another order of the drug counts in place of this one.

        `None` where that depends on what an ambiguous order means.
        """
        if kind not in SUPERSEDED:
            return False
        mine, theirs = SUPERSEDED[kind]
        if self.order_of(exposure).list is not mine:
            return False
        same_drug = self.same_drug(exposure.ingredient.name)
        if same_drug.surely_stands_in(theirs):
            return True
        return None if same_drug.stands_in(theirs) else False

    def is_replaced(self, rule: Rule, exposure: Exposure) -> bool:
        """Whether a current order of another drug takes the place of a stopped one.

        Their likeness is a class that the rule names, and the other acts by a route of the rule:
        eye drops are no substitute for tablets.
        """
        routes = frozenset[Route]().union(*[each.routes or KNOWN_ROUTES for each in rule.outcomes])
        mine = self.classes_of.get(exposure.ingredient.name, NO_CLASSES) & rule.drugs.classes
        return any(
            other.sure
            and other.ingredient.name not in rule.drugs.excepted
            and self.order_of(other).list in CURRENT
            and (other.route is None or other.route in routes)
            for name in mine
            for other in self.by_class[name]
        )

    def are_together(self, exposure: Exposure, other: Exposure) -> bool:
        """Whether two exposures can both be true: not so in two readings of the same order."""
        if exposure.order != other.order or exposure.sure:
            return True
        both = {exposure.ingredient.name, other.ingredient.name}
        readings = self.request.orders[exposure.order][1].readings
        return any(both <= {each.name for each in reading} for reading in readings)


def patient_of(request: ScreeningRequest) -> Patient:
    """The patient with what follows from the facts, and from what an order is for."""
    patient = request.patient.with_implications()
    if patient.small_cell_lung_cancer is None and any(
        understood.use is Use.SMALL_CELL_LUNG_CANCER for _, understood in request.orders
    ):
        return replace(patient, small_cell_lung_cancer=YesNo.YES)
    return patient


def exposures_of(request: ScreeningRequest) -> Iterator[Exposure]:
    """Every ingredient of every reading of every order, in the request's order.

    What all readings of an ambiguous order hold is sure: TPN with magnesium sulfate holds that.
    Nothing is sure of an order that was not understood, whatever was recognised in it.
    """
    for index, (_, understood) in enumerate(request.orders):
        readings = understood.readings
        if len(readings) == 1 and len(readings[0]) == 1:
            sure = understood.disposition not in UNSURE
            yield Exposure(readings[0][0], understood.route, index, sure, understood.routes)
            continue
        is_read = readings and understood.disposition is not UNRESOLVED
        certain = set(readings[0]).intersection(*readings) if is_read else set()
        seen = set()
        for reading in readings:
            for ingredient in reading:
                if ingredient.name not in seen:
                    seen.add(ingredient.name)
                    sure = ingredient in certain
                    yield Exposure(ingredient, understood.route, index, sure, understood.routes)


def facts_of_patient(patient: Patient, request: ScreeningRequest) -> dict[str, FactValue]:
    """The patient's facts by name, with the jurisdiction partners them."""
    facts: dict[str, FactValue] = dict(zip(PATIENT_FACTS, _values(patient), strict=True))
    facts["jurisdiction"] = request.jurisdiction
    return facts
