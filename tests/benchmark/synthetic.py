"""Synthetic knowledge whose vocabulary grows with its rules, and prescriptions from it.

A world is made of blocks: 200 drugs in 20 classes, and 300 rules among them (60 % interactions of
a drug with a drug or a class, 20 % doses, 20 % circumstances of the patient). A prescription is
drawn from one block, so an equal number of rules apply in worlds of every size: what is compared
is what it costs that there are more rules.
"""

import datetime
import random
from collections.abc import Iterator

from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.condition import Between, Condition, Is
from lems_guard.clinical.dose import Dose
from lems_guard.clinical.facts import Answer
from lems_guard.clinical.medication import (
    Disposition,
    Ingredient,
    Medication,
    MedicationList,
    Understood,
)
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import Advice, Drugs, Outcome, Review, Rule, RuleKind
from lems_guard.clinical.severity import Concern, Jurisdiction, OverridePolicy, Severity
from lems_guard.screening.knowledge_base import DrugClass, KnowledgeBase

BLOCK_RULES, BLOCK_DRUGS, BLOCK_CLASSES = 300, 200, 20
CLASS_MEMBERS = BLOCK_DRUGS // BLOCK_CLASSES
AS_OF = datetime.date(2026, 11, 21)
CURRENT = frozenset({MedicationList.PROPOSED, MedicationList.ACTIVE})
YES = frozenset({Answer.YES})
PATIENT = Patient(
    on_dialysis=Answer.NO,
    uncontrolled_asthma=Answer.NO,
    congenital_long_qt=Answer.YES,
    ventilated=Answer.NO,
    pregnant=Answer.NO,
    breast_feeding=Answer.NO,
)
CIRCUMSTANCES = tuple(
    name for name in Patient.__slots__ if isinstance(getattr(PATIENT, name), Answer)
)
LETTERS = str.maketrans("0123456789", "abcdefghij")
DIGITS = str.maketrans("abcdefghij", "0123456789")
DOSES_MG = (5.0, 20.0, 50.0, 100.0, 200.0)
ADVICE = Advice(
    summary="{drug}: take care",
    consequence="weakness",
    mechanism="not known",
    action="ask",
    alternatives=(),
    monitoring=(),
    evidence=(),
    override_policy=OverridePolicy.REASON,
)


def drug(number: int) -> str:
    """A drug's name, in letters alone: `drugaaabcj`."""
    return f"drug{number:06}".translate(LETTERS)


def drug_class(number: int) -> str:
    """A class's name: it holds the drugs from `number` times 10 on."""
    return f"class{number:05}"


def drug_class_of(name: str) -> str:
    """The class that holds a drug."""
    return drug_class(int(name.removeprefix("drug").translate(DIGITS)) // CLASS_MEMBERS)


def world(rule_count: int) -> KnowledgeBase:
    """A knowledge base of so many rules, a multiple of 300."""
    chance = random.Random(rule_count)  # noqa: S311  # the same rules every time
    blocks = rule_count // BLOCK_RULES
    rules = [_rule(number, chance) for number in range(blocks * BLOCK_RULES)]
    classes = [_class(number) for number in range(blocks * BLOCK_CLASSES)]
    return KnowledgeBase.of("synthetic", f"{rule_count:064}", rules, classes)


def _class(number: int) -> DrugClass:
    first = number * CLASS_MEMBERS
    members = frozenset(drug(first + place) for place in range(CLASS_MEMBERS))
    return DrugClass(drug_class(number), drug_class(number), members)


def _rule(number: int, chance: random.Random) -> Rule:
    first = number // BLOCK_RULES * BLOCK_DRUGS
    # Of two different classes, so that no rule sets a drug against its own class.
    of_class, other_class = chance.sample(range(BLOCK_CLASSES), 2)
    one = first + of_class * CLASS_MEMBERS + chance.randrange(CLASS_MEMBERS)
    other = first + other_class * CLASS_MEMBERS + chance.randrange(CLASS_MEMBERS)
    match number % 10:
        case 0 | 1 | 2:
            return _rule_of(number, RuleKind.INTERACTION, one, Drugs(frozenset({drug(other)})))
        case 3 | 4 | 5:
            partners = Drugs(classes=frozenset({drug_class(other // CLASS_MEMBERS)}))
            return _rule_of(number, RuleKind.INTERACTION, one, partners)
        case 6 | 7:
            above = Between("daily_dose_mg", above=chance.choice(DOSES_MG))
            return _rule_of(number, RuleKind.DOSE, one, when=above)
        case _:
            circumstance = Is(chance.choice(CIRCUMSTANCES), YES)
            return _rule_of(number, RuleKind.PATIENT, one, when=circumstance)


def _rule_of(
    number: int,
    kind: RuleKind,
    about: int,
    partners: Drugs | None = None,
    when: Condition | None = None,
) -> Rule:
    return Rule(
        id=f"rule{number:06}",
        version=1,
        kind=kind,
        title=f"rule {number}",
        concern=Concern.NEUROMUSCULAR_WEAKNESS,
        drugs=Drugs(frozenset({drug(about)})),
        partners=partners,
        needs_lems=False,
        jurisdictions=frozenset(Jurisdiction),
        lists=CURRENT,
        outcomes=(Outcome(Severity.CAUTION, ADVICE, when=when),),
        modifiers=(),
        frequency_of_exposure="not available",
        frequency_of_harm="not available",
        review=Review("synthetic"),
        file="",
    )


def prescriptions(
    knowledge: KnowledgeBase, count: int, parts: int = 1
) -> Iterator[ScreeningRequest]:
    """Prescriptions of `parts` times ten different drugs, each ten from a block of their own."""
    chance = random.Random(count)  # noqa: S311  # the same prescriptions every time
    blocks = range(len(knowledge.rules) // BLOCK_RULES)
    for _ in range(count):
        numbers = [
            block * BLOCK_DRUGS + place
            for block in chance.sample(blocks, parts)
            for place in chance.sample(range(BLOCK_DRUGS), 10)
        ]
        yield ScreeningRequest(PATIENT, _orders(numbers, chance), Jurisdiction.US, AS_OF)


def _orders(numbers: list[int], chance: random.Random) -> tuple[tuple[Medication, Understood], ...]:
    return tuple(
        (
            Medication(f"m{place:03}", MedicationList.PROPOSED, drug(number)),
            Understood(
                Disposition.EVALUATED,
                ((Ingredient(drug(number)),),),
                Route.ORAL,
                Dose(chance.choice(DOSES_MG), "mg"),
                2.0,
            ),
        )
        for place, number in enumerate(numbers)
    )
