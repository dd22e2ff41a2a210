"""Whole knowledge bases and requests, generated, from which facts can be hidden again.

The world is small on purpose: few drugs, routes and numbers, so that rules meet often.
"""

import datetime
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from hypothesis import strategies as st

from builders import (
    AS_OF,
    CURRENT,
    EVERYWHERE,
    Order,
    drugs,
    knowledge,
    note,
    order,
    request,
    row,
    rule,
)
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.condition import All, Between, Condition, Either, Is, Not
from lems_guard.clinical.dose import Dose, DoseBasis
from lems_guard.clinical.facts import Interval, YesNo
from lems_guard.clinical.indication import Use
from lems_guard.clinical.medication import Disposition, MedicationList, Phase, Understood
from lems_guard.clinical.patient import LemsStatus, Patient
from lems_guard.clinical.route import ROUTE_SETS, Route
from lems_guard.clinical.rule import Drugs, Outcome, Rule, RuleKind, WhenUnknown
from lems_guard.clinical.severity import Certainty, Concern, Jurisdiction, Severity
from lems_guard.screening.knowledge_base import KnowledgeBase

NAMES = ("a", "b", "c", "d")
CLASSES = {"k": ("a", "b"), "l": ("b", "c"), "m": ("c", "d")}
ROUTES = (Route.ORAL, Route.INTRAVENOUS, Route.OPHTHALMIC)
ANSWERED = ("seizure_history", "epilepsy", "respiratory_compromise")
MASKS = tuple(itertools.product((False, True), repeat=5))
WITH_PARTNERS = frozenset({RuleKind.INTERACTION, RuleKind.DUPLICATE})
KINDS = tuple(kind for kind in RuleKind if kind is not RuleKind.CUMULATIVE)


class Story(NamedTuple):
    """A knowledge base, a request, and the same request with some of its facts hidden."""

    known: KnowledgeBase
    told: ScreeningRequest
    hidden: ScreeningRequest


def ranges(fact: str, *numbers: float) -> Iterator[Condition]:
    for number in numbers:
        yield Between(fact, above=number)
        yield Between(fact, at_most=number)
        yield Between(fact, at_least=number, below=2 * number)


def simple_conditions() -> Iterator[Condition]:
    for fact in ANSWERED:
        for values in (frozenset({YesNo.YES}), frozenset({YesNo.NO}), frozenset[YesNo]()):
            yield Is(fact, values, or_unknown=not values)
        yield Is(fact, frozenset({YesNo.YES}), or_unknown=True)
    yield Is("as_needed", frozenset({YesNo.YES}))
    yield from ranges("age_years", 18)
    for fact in ("single_dose_mg", "daily_dose_mg", "combined_daily_dose_mg"):
        yield from ranges(fact, 20, 40, 60)
    yield from ranges("partner_daily_dose_mg", 20)
    yield from ranges("days_since_stopped", 5)
    yield from ranges("doses_per_day", 2)
    yield from ranges("dose_step_mg", 0, 20)
    for fact in ("phase", "partner_phase"):
        yield from (Is(fact, frozenset({phase})) for phase in Phase)
        yield Is(fact, frozenset({Phase.START}), or_unknown=True)
    yield Is("partner_indication", frozenset({Use.SEIZURES}))
    yield Is("dose_basis", frozenset({DoseBasis.SALT}))
    yield Is("other_product", frozenset({YesNo.YES}))
    yield Is("indication", frozenset({Use.ECLAMPSIA}))
    yield Is("indication", frozenset({Use.ECLAMPSIA}), or_unknown=True)


# Single draws from lists made beforehand keep the generation of a world fast.
SIMPLE = tuple(simple_conditions())
PAIRS = tuple(itertools.combinations(SIMPLE, 2))
# "Not unknown" is how a rule is written to be silent about an unknown: here none is.
PLAIN = tuple(each for each in SIMPLE if not (isinstance(each, Is) and each.or_unknown))
PLAIN_PAIRS = tuple(itertools.combinations(PLAIN, 2))
CONDITIONS: st.SearchStrategy[Condition] = st.one_of(
    st.sampled_from(SIMPLE),
    st.sampled_from(SIMPLE),
    st.sampled_from(PLAIN).map(Not),
    st.sampled_from(PAIRS).map(All),
    st.sampled_from(PAIRS).map(Either),
    st.sampled_from(PLAIN_PAIRS).map(All).map(Not),
)
TAKEN = (
    None,
    ROUTE_SETS["systemic"],
    ROUTE_SETS["any"],
    *(frozenset({route}) for route in ROUTES),
    frozenset({Route.ORAL, Route.OPHTHALMIC}),
)
CERTAINTIES = (*[Certainty.ESTABLISHED] * 4, Certainty.POSSIBLE)
ROWS = tuple(itertools.product(Severity, TAKEN, WhenUnknown, CERTAINTIES))
SINGLE_DRUGS = tuple(map(drugs, NAMES))
SETS = tuple(
    drug_set
    for name, drug_class in itertools.product(NAMES, CLASSES)
    for drug_set in (
        drugs(classes=[drug_class]),
        drugs(classes=[drug_class], excepted=[name]),
        drugs(name, classes=[drug_class]),
    )
)
SOME_DRUGS: st.SearchStrategy[Drugs] = st.one_of(
    st.sampled_from(SINGLE_DRUGS), st.sampled_from(SETS)
)
SCOPES = tuple(
    itertools.product(KINDS, Concern, (False, True), (EVERYWHERE, frozenset({Jurisdiction.US})))
)
NOTES = ((), tuple(note(concern, f"note-{concern}") for concern in Concern))
WHAT = (*NAMES, *NAMES, *NAMES, "a+b", "c+d", "a|c", "b|c+d")
DOSES = (None, Dose(20, "mg"), Dose(40, "mg"), Dose(2, "g"), Dose(1, "drop"))
STOPPED_ON = (None, *(AS_OF - datetime.timedelta(days) for days in (0, 5, 10)))
WAYS = tuple(itertools.product((*ROUTES, Route.OTHER, None), DOSES, (None, 1, 2, 3)))
USES = (None, Use.ECLAMPSIA, Use.SEIZURES, Use.OTHER)
CIRCUMSTANCES = tuple(itertools.product((None, *YesNo), (None, *Phase), STOPPED_ON, USES))
PRODUCTS = ("", "", "brand", "other brand")
PLACES = tuple(itertools.product(WHAT, (*MedicationList, MedicationList.ACTIVE)))
AGES = (None, Interval(17, 17), Interval(17, 18), Interval(18, 18), Interval(40, 40))
STATUSES = (LemsStatus.CONFIRMED, *LemsStatus)
PATIENTS = tuple(
    Patient(
        lems_status=status,
        age_years=age,
        seizure_history=seizures,
        epilepsy=epilepsy,
        respiratory_compromise=breathless,
    )
    for status, age, seizures, epilepsy, breathless in itertools.product(
        STATUSES, AGES, *[(None, *YesNo)] * 3
    )
)


@st.composite
def rows(draw: st.DrawFn) -> Outcome:
    severity, routes, unknown, certainty = draw(st.sampled_from(ROWS))
    when = draw(st.none() | CONDITIONS)
    return row(severity, routes, when, unknown=unknown, certainty=certainty)


@st.composite
def rules(draw: st.DrawFn, number: int) -> Rule:
    kind, concern, needs_lems, jurisdictions = draw(st.sampled_from(SCOPES))
    about = draw(SOME_DRUGS)
    return rule(
        about,
        *draw(st.lists(rows(), min_size=1, max_size=3)),
        rule_id=f"rule-{number}",
        kind=kind,
        concern=concern,
        partners=draw(st.just(about) | SOME_DRUGS) if kind in WITH_PARTNERS else None,
        needs_lems=needs_lems,
        jurisdictions=jurisdictions,
        lists=frozenset({MedicationList.STOPPED}) if kind is RuleKind.STOP else CURRENT,
        modifiers=draw(st.just([]) | st.lists(CONDITIONS, max_size=2)),
    )


@st.composite
def knowledge_bases(draw: st.DrawFn) -> KnowledgeBase:
    numbers = range(draw(st.integers(1, 4)))
    own = [draw(rules(number)) for number in numbers]
    return knowledge(*own, *draw(st.sampled_from(NOTES)), classes=CLASSES)


@st.composite
def orders(draw: st.DrawFn, number: int) -> Order:
    """Numbered by an id that does not follow the lists."""
    what, medication_list = draw(st.sampled_from(PLACES))
    route, dose, per_day = draw(st.sampled_from(WAYS))
    as_needed, phase, stopped_on, use = draw(st.sampled_from(CIRCUMSTANCES))
    medication, understood = order(
        what,
        medication_list,
        medication_id=str(number),
        route=route,
        dose=dose,
        per_day=per_day,
        as_needed=as_needed,
        phase=phase,
        stopped_on=stopped_on,
        use=use,
    )
    return medication, understood._replace(product=draw(st.sampled_from(PRODUCTS)))


@st.composite
def requests(draw: st.DrawFn) -> ScreeningRequest:
    sent = [draw(orders(number)) for number in range(draw(st.integers(1, 4)))]
    jurisdiction = draw(st.sampled_from([Jurisdiction.US, *Jurisdiction]))
    return request(*sent, patient=draw(st.sampled_from(PATIENTS)), jurisdiction=jurisdiction)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """What was told, and the same with less said: the told is one way the hidden may be."""
    told = draw(requests())
    told = replace(told, patient=told.patient.with_implications())
    hidden = [draw(hidden_orders(sent, told)) for sent in told.orders]
    patient = draw(hidden_patients(told.patient))
    return Story(
        draw(knowledge_bases()), told, replace(told, patient=patient, orders=tuple(hidden))
    )


@st.composite
def hidden_patients(draw: st.DrawFn, patient: Patient) -> Patient:
    hides = draw(st.sampled_from(MASKS))
    age = patient.age_years
    if age is not None and hides[0]:
        age = None if hides[1] else Interval(age.low - 1, age.high + 3)
    return replace(
        patient,
        age_years=age,
        seizure_history=None if hides[2] else patient.seizure_history,
        epilepsy=None if hides[3] else patient.epilepsy,
        respiratory_compromise=None if hides[4] else patient.respiratory_compromise,
    )


@st.composite
def hidden_orders(draw: st.DrawFn, sent: Order, told: ScreeningRequest) -> Order:
    medication, understood = sent
    hides = draw(st.sampled_from(MASKS))
    # An order without a phase beside an active one for the drug is read as CONTINUE (by contract),
    # and one without word of "as needed" as regular: hiding the opposite would be a falsehood.
    if hides[0] and (medication.phase is Phase.CONTINUE or not _is_active(understood, told)):
        medication = medication._replace(phase=None)
    if hides[0] and understood.as_needed is YesNo.NO:
        understood = understood._replace(as_needed=None)
    if hides[1]:
        medication = medication._replace(stopped_on=None)
        understood = understood._replace(doses_per_day=None, use=None, dose_basis=None)
    if hides[2]:
        understood = understood._replace(route=draw(st.sampled_from([None, Route.OTHER])))
    if hides[3]:
        understood = understood._replace(dose=draw(st.sampled_from([None, Dose(1, "drop")])))
    return medication, _unsure(draw, understood) if hides[4] else understood


def _unsure(draw: st.DrawFn, understood: Understood) -> Understood:
    """With another reading besides, which the order is not; or recognised beside unknown words."""
    if draw(st.booleans()):
        return understood._replace(
            disposition=Disposition.UNRESOLVED, dose=None, doses_per_day=None, as_needed=None
        )
    _, wrong = order(draw(st.sampled_from(NAMES)))
    if wrong.readings[0] in understood.readings:
        return understood
    disposition = understood.disposition
    if disposition is Disposition.EVALUATED:
        disposition = Disposition.AMBIGUOUS
    readings = (*understood.readings, *wrong.readings)
    return understood._replace(disposition=disposition, readings=readings)


def _is_active(understood: Understood, told: ScreeningRequest) -> bool:
    mine = names_in(understood)
    return any(
        medication.list is MedicationList.ACTIVE and mine & names_in(other)
        for medication, other in told.orders
    )


def names_in(understood: Understood) -> set[str]:
    """The ingredients of all readings of an order."""
    return {each.name for reading in understood.readings for each in reading}


def shuffled(asked: ScreeningRequest) -> st.SearchStrategy[ScreeningRequest]:
    """The same orders sent in another order, and sorted again as the edges do."""

    def again(sent: list[Order]) -> ScreeningRequest:
        return request(*sent, patient=asked.patient, jurisdiction=asked.jurisdiction)

    return st.permutations(asked.orders).map(again)


def renamed(asked: ScreeningRequest, name: Callable[[str], str]) -> ScreeningRequest:
    """The same orders under other ids."""
    sent = [
        (medication._replace(id=name(medication.id)), understood)
        for medication, understood in asked.orders
    ]
    return request(*sent, patient=asked.patient, jurisdiction=asked.jurisdiction)
