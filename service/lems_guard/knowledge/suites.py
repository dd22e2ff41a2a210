"""Cases as written: the file beside a rule file, read into requests and what they must give.

Cases stand by rule and by what they show. `defaults` hold the request that a case changes: the
patient fact by fact, a list as a whole.
"""

import datetime
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from dataclasses import fields as fields_of
from typing import NamedTuple

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.fact_table import FACTS
from lems_guard.clinical.facts import Interval, YesNo
from lems_guard.clinical.medication import (
    CodeSystem,
    Coding,
    Indication,
    Medication,
    MedicationList,
    Phase,
)
from lems_guard.clinical.patient import Patient, age_from_birth_date
from lems_guard.clinical.route import Route
from lems_guard.clinical.severity import Certainty, Jurisdiction, Severity
from lems_guard.knowledge.conditions import UNKNOWN
from lems_guard.knowledge.defaults import Defaults
from lems_guard.knowledge.problems import Place, Problems
from lems_guard.knowledge.shape import Fields, check_reference, named, number_of, text_of
from lems_guard.knowledge.tree import Branch, Node, Scalar, kind_of

# The day on which cases are judged unless they name another: content must not age by itself.
CASES_AS_OF = datetime.date(2026, 11, 21)
SHOWS = ("fires", "near-miss", "missing-fact")
CASE_KEYS = ("name", "reason")
DEFAULT_KEYS = ("jurisdiction", "as_of", "patient", "proposed", "active", "stopped")
OPTIONAL_KEYS = (*DEFAULT_KEYS, "expect", "gaps", "incomplete")
PATIENT_KEYS = (*(field.name for field in fields_of(Patient)), "birth_date")
AGES = frozenset({"age_years", "birth_date"})
ORDER_KEYS = (
    "id",
    "text",
    "codings",
    "form_text",
    "route",
    "route_text",
    "dose",
    "doses_per_day",
    "as_needed",
    "phase",
    "indication",
    "stopped_on",
)


@dataclass(frozen=True, slots=True, order=True)
class Expected:
    """A finding: which rule speaks of which drug, how strongly, how surely."""

    drug: str
    rule: str
    severity: Severity
    certainty: Certainty

    def __str__(self) -> str:
        return f"{self.drug}  {self.rule}  {self.severity.name}  {self.certainty.name}"


@dataclass(frozen=True, slots=True)
class Case:
    """One request and all that it must give."""

    place: Place
    name: str
    rule: str
    shows: str
    reason: str
    jurisdiction: Jurisdiction
    as_of: datetime.date
    patient: Patient
    orders: tuple[Medication, ...]
    expect: tuple[Expected, ...]
    gaps: tuple[str, ...]
    incomplete: bool


@dataclass(frozen=True, slots=True)
class Suite:
    """The cases of one rule file, with the ids of that file's rules."""

    file: str
    rules: frozenset[str]
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class CaseNames:
    """What a case may name: rules of its own file, any rule, and known ingredients."""

    own_rules: frozenset[str]
    rules: Collection[str]
    ingredients: Collection[str] | None


class _Group(NamedTuple):
    """What the cases of one list show, and of which rule."""

    rule: str
    shows: str


class _Requests:
    """The request that the cases of a file change."""

    def __init__(self, node: Node | None, problems: Problems) -> None:
        self._lists = Defaults(node, "'defaults'", DEFAULT_KEYS, problems)
        patient = self._lists.node("patient")
        self._patient = Defaults(patient, "the default patient", PATIENT_KEYS, problems)

    def put_into(self, case: Node) -> Node:
        """The case as a whole request."""
        if not isinstance(case, Branch):
            return case
        said = {key.text: (key, value) for key, value in case.entries}
        key, own = said.pop("patient", (Scalar(case.place, "patient", plain=True), None))
        own = Branch(case.place, ()) if own is None else own
        patient = self._put_into_patient(own) if isinstance(own, Branch) else own
        entries = (*said.values(), (key, patient))
        return self._lists.put_into(Branch(case.place, entries))

    def check_used(self) -> None:
        """A default that no case takes is a problem."""
        self._lists.check_used()
        self._patient.check_used()

    def _put_into_patient(self, own: Branch) -> Branch:
        """An age is said in one way: a day of birth stands instead of years, and they of it."""
        aged = not AGES.isdisjoint(key.text for key, _ in own.entries)
        return self._patient.put_into(own, instead=AGES if aged else ())


def read_cases(root: Node, names: CaseNames, problems: Problems) -> tuple[Case, ...]:
    """The cases of a file: by rule, then by what they show."""
    fields = Fields(root, problems, "the file", ("cases",), ("defaults",))
    requests = _Requests(fields.node("defaults"), problems)
    cases = tuple(
        _case(requests.put_into(node), group, names, problems)
        for group, nodes in _groups(fields.node("cases"), names, problems)
        for node in nodes
    )
    requests.check_used()
    return cases


def _groups(
    node: Node | None, names: CaseNames, problems: Problems
) -> Iterator[tuple[_Group, tuple[Node, ...]]]:
    if node is None:
        return
    if not isinstance(node, Branch):
        shown = f"'cases' is a mapping of rules, not {kind_of(node)}"
        problems.add(node.place, "wrong-shape", shown)
        return
    for rule, value in node.entries:
        check_reference(rule, "rule of this file", names.own_rules, problems)
        shown_by = Fields(value, problems, "the cases of a rule", (), SHOWS)
        for shows in SHOWS:
            yield _Group(rule.text, shows), shown_by.items(shows, least=1)


def _case(node: Node, group: _Group, names: CaseNames, problems: Problems) -> Case:
    fields = Fields(node, problems, "a case", CASE_KEYS, OPTIONAL_KEYS)
    as_of = fields.date("as_of") or CASES_AS_OF
    return Case(
        place=node.place,
        name=fields.text("name"),
        rule=group.rule,
        shows=group.shows,
        reason=fields.text("reason"),
        jurisdiction=fields.choice("jurisdiction", named(Jurisdiction), Jurisdiction.US),
        as_of=as_of,
        patient=patient_of(fields.node("patient"), as_of, problems),
        orders=orders_of(fields),
        expect=tuple(
            _expected(item, group.rule, names, problems) for item in fields.items("expect")
        ),
        gaps=fields.references("gaps", "fact", FACTS),
        incomplete=fields.truth("incomplete", default=False),
    )


def _expected(node: Node, own_rule: str, names: CaseNames, problems: Problems) -> Expected:
    """A finding; of the case's own rule where no other is named."""
    optional = ("rule", "certainty")
    fields = Fields(node, problems, "an expected finding", ("drug", "severity"), optional)
    drug, rule = fields.scalar("drug"), fields.scalar("rule")
    if drug is not None:
        check_reference(drug, "ingredient", names.ingredients, problems)
    if rule is not None:
        check_reference(rule, "rule", names.rules, problems)
    return Expected(
        drug.text if drug else "",
        rule.text if rule else own_rule,
        fields.choice("severity", named(Severity), Severity.INFORMATION),
        fields.choice("certainty", named(Certainty), Certainty.ESTABLISHED),
    )


def patient_of(node: Node | None, as_of: datetime.date, problems: Problems) -> Patient:
    """The patient of a case: what is left out is unknown."""
    if node is None:
        return Patient()
    fields = Fields(node, problems, "'patient'", (), PATIENT_KEYS)
    facts = {
        field.name: _fact(fields, field.name)
        for field in fields_of(Patient)
        if field.name in fields
    }
    birth_date = fields.scalar("birth_date")
    if birth_date is not None:
        facts["age_years"] = _age(birth_date, as_of, problems)
    return Patient(**facts)  # type: ignore[arg-type]  # each value is typed by the fact table


def _fact(fields: Fields, name: str) -> object:
    """A fact of the patient; UNKNOWN says what leaving it out says, but says it."""
    choices = FACTS[name].choices
    if choices is not None:
        unknown = {} if name == "lems_status" else {UNKNOWN: None}
        return fields.choice(name, {**named(choices), **unknown}, None)
    scalar = fields.scalar(name)
    if scalar is None or scalar.text == UNKNOWN:
        return None
    number = number_of(scalar, name, fields.problems)
    return None if number is None else Interval(number, number)


def _age(birth_date: Scalar, as_of: datetime.date, problems: Problems) -> Interval | None:
    try:
        return age_from_birth_date(birth_date.text, as_of)
    except ValueError:
        shown = f"'birth_date' is 1961, 1961-02 or 1961-02-03, not {birth_date.text!r}"
        problems.add(birth_date.place, "wrong-value", shown)
        return None


def orders_of(fields: Fields) -> tuple[Medication, ...]:
    """All orders by list, then id: the order in which screening takes them."""
    found: dict[str, Medication] = {}
    for medication_list in MedicationList:
        key = medication_list.name.lower()
        for number, node in enumerate(fields.items(key), start=1):
            order = _order(node, medication_list, f"{key}-{number}", fields.problems)
            if found.setdefault(order.id, order) is not order:
                shown = f"another order has the id {order.id!r}"
                fields.problems.add(node.place, "duplicate-id", shown)
    if not found:
        fields.problems.add(fields.place, "empty-list", "a case needs at least one order")
    return tuple(sorted(found.values(), key=lambda order: (order.list, order.id)))


def _order(
    node: Node, medication_list: MedicationList, own_id: str, problems: Problems
) -> Medication:
    if isinstance(node, Scalar):
        text = text_of(node, "an order", problems)
        return Medication(own_id, medication_list, text.text.strip() if text else "")
    fields = Fields(node, problems, "an order", (), ORDER_KEYS)
    return Medication(
        id=fields.text("id") or own_id,
        list=medication_list,
        text=fields.text("text"),
        codings=tuple(_coding(item, problems) for item in fields.items("codings")),
        form_text=fields.text("form_text"),
        route=fields.choice("route", {**named(Route)}, None),
        route_text=fields.text("route_text"),
        dose=_dose(fields.node("dose"), problems),
        doses_per_day=fields.number("doses_per_day"),
        as_needed=fields.choice("as_needed", {**named(YesNo)}, None),
        phase=fields.choice("phase", {**named(Phase)}, None),
        indication=_indication(fields.node("indication"), problems),
        stopped_on=fields.date("stopped_on"),
    )


def _coding(node: Node, problems: Problems) -> Coding:
    fields = Fields(node, problems, "a coding", ("system", "code"), ("display",))
    system = fields.choice("system", {**named(CodeSystem)}, None)
    return Coding(system, fields.text("code"), fields.text("display"))


def _dose(node: Node | None, problems: Problems) -> Dose | None:
    if node is None:
        return None
    fields = Fields(node, problems, "'dose'", ("value", "unit"))
    value = fields.number("value")
    return None if value is None else Dose(value, fields.text("unit"))


def _indication(node: Node | None, problems: Problems) -> Indication | None:
    if node is None:
        return None
    if isinstance(node, Scalar):
        return Indication(text=node.text.strip())
    fields = Fields(node, problems, "'indication'", (), ("text", "codings"))
    codings = tuple(_coding(item, problems) for item in fields.items("codings"))
    return Indication(codings, fields.text("text"))
