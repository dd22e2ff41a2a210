"""Synthetic rules whose vocabulary grows with them, and prescriptions that are about them.

A world is made of blocks: 200 drugs in 20 classes, and 300 rules among them (60 % interactions of
a drug with a drug or a class, 20 % doses, 20 % circumstances of the patient). A prescription is
drawn from one block, so an equal number of rules apply in worlds of every size: what is compared
is what it costs that there are more rules.
"""

import random
from typing import NamedTuple, TypeAlias

from builders import drugs, knowledge, order, request, row, rule
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.condition import Between, Condition, Is
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.rule import Rule, RuleKind
from lems_guard.clinical.severity import Severity
from lems_guard.screening.knowledge_base import KnowledgeBase

BLOCK_RULES, BLOCK_DRUGS, BLOCK_CLASSES = 300, 200, 20
CLASS_MEMBERS = BLOCK_DRUGS // BLOCK_CLASSES
YES = frozenset({YesNo.YES})
PATIENT = Patient(
    on_dialysis=YesNo.NO,
    uncontrolled_asthma=YesNo.NO,
    congenital_long_qt=YesNo.YES,
    ventilated=YesNo.NO,
    pregnant=YesNo.NO,
    breast_feeding=YesNo.NO,
)
CIRCUMSTANCES = {
    name: getattr(PATIENT, name) is YesNo.YES
    for name in Patient.__slots__
    if isinstance(getattr(PATIENT, name), YesNo)
}
DOSES_MG = (5.0, 20.0, 50.0, 100.0, 200.0)
TIMES_A_DAY = 2.0
# Drugs by their daily dose in mg.
Prescription: TypeAlias = dict[str, float]


class Premise(NamedTuple):
    """When a rule applies: its drug is there, and one thing more holds."""

    rule_id: str
    drug: str
    other_drug: str = ""
    other_class: str = ""
    above_mg: float | None = None
    fact: str = ""


def drug(number: int) -> str:
    return f"drug{number:06}"


def drug_class(number: int) -> str:
    return f"class{number:05}"


def class_of(name: str) -> str:
    """The class that holds a drug."""
    return drug_class(int(name.removeprefix("drug")) // CLASS_MEMBERS)


def premises(rule_count: int) -> list[Premise]:
    """The premises of so many rules, a multiple of 300."""
    chance = random.Random(rule_count)  # noqa: S311  # the same rules every time
    return [_premise(number, chance) for number in range(rule_count)]


def _premise(number: int, chance: random.Random) -> Premise:
    first = number // BLOCK_RULES * BLOCK_DRUGS
    # Of two different classes, so that no rule sets a drug against its own class.
    one, other = (
        drug(first + place * CLASS_MEMBERS + chance.randrange(CLASS_MEMBERS))
        for place in chance.sample(range(BLOCK_CLASSES), 2)
    )
    about = Premise(f"rule{number:06}", one)
    match number % 10:
        case 0 | 1 | 2:
            return about._replace(other_drug=other)
        case 3 | 4 | 5:
            return about._replace(other_class=class_of(other))
        case 6 | 7:
            return about._replace(above_mg=chance.choice(DOSES_MG))
        case _:
            return about._replace(fact=chance.choice(list(CIRCUMSTANCES)))


def world(of: list[Premise]) -> KnowledgeBase:
    """Rules with these premises, and the classes of their drugs."""
    number = len(of) // BLOCK_RULES * BLOCK_CLASSES
    members = {
        drug_class(each): [drug(each * CLASS_MEMBERS + place) for place in range(CLASS_MEMBERS)]
        for each in range(number)
    }
    return knowledge(*map(_rule, of), classes=members)


def _rule(premise: Premise) -> Rule:
    kind, partners = RuleKind.INTERACTION, None
    when: Condition | None = None
    if premise.above_mg is not None:
        kind, when = RuleKind.DOSE, Between("daily_dose_mg", above=premise.above_mg)
    elif premise.fact:
        kind, when = RuleKind.PATIENT, Is(premise.fact, YES)
    elif premise.other_drug:
        partners = drugs(premise.other_drug)
    else:
        partners = drugs(classes=[premise.other_class])
    says = row(Severity.CAUTION, when=when)
    return rule(premise.drug, says, rule_id=premise.rule_id, kind=kind, partners=partners)


def prescriptions(rule_count: int, count: int, parts: int = 1) -> list[Prescription]:
    """Prescriptions of `parts` times ten different drugs, each ten from a block of their own."""
    chance = random.Random(count)  # noqa: S311  # the same prescriptions every time
    blocks = range(rule_count // BLOCK_RULES)
    return [
        {
            drug(block * BLOCK_DRUGS + place): chance.choice(DOSES_MG) * TIMES_A_DAY
            for block in chance.sample(blocks, parts)
            for place in chance.sample(range(BLOCK_DRUGS), 10)
        }
        for _ in range(count)
    ]


def asked(prescription: Prescription) -> ScreeningRequest:
    """A prescription as our screening is asked."""
    orders = (
        order(name, mg=daily / TIMES_A_DAY, per_day=TIMES_A_DAY)
        for name, daily in prescription.items()
    )
    return request(*orders, patient=PATIENT)
