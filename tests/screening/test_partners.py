"""Interactions and duplicates: who offends, and with whom."""

import pytest

from builders import (
    Order,
    drugs,
    findings_of,
    knowledge,
    not_understood,
    order,
    request,
    row,
    rule,
    said,
    screen,
)
from lems_guard.clinical.condition import Between
from lems_guard.clinical.medication import Ingredient, MedicationList
from lems_guard.clinical.rule import Rule, RuleKind
from lems_guard.clinical.severity import Concern, Severity

PROPOSED, ACTIVE, STOPPED = MedicationList
AVOID, CONTRAINDICATED = Severity.AVOID, Severity.CONTRAINDICATED


def interaction(precipitant: str = "bupropion", partner: str = "amifampridine") -> Rule:
    return rule(
        precipitant,
        row(AVOID),
        kind=RuleKind.INTERACTION,
        concern=Concern.SEIZURE,
        partners=partner,
    )


@pytest.mark.parametrize(
    ("orders", "found", "reason"),
    [
        (
            [order("bupropion"), order("amifampridine", ACTIVE)],
            [("bupropion", "AVOID", "ESTABLISHED")],
            "the other drug offends, not amifampridine",
        ),
        (
            [order("amifampridine"), order("bupropion", ACTIVE)],
            [("bupropion", "AVOID", "ESTABLISHED")],
            "also where amifampridine is the new one",
        ),
        ([order("bupropion")], [], "nothing to interact with"),
        ([order("bupropion"), order("amifampridine", STOPPED)], [], "no longer taken"),
        ([order("bupropion", STOPPED), order("amifampridine")], [], "nor the other way round"),
        (
            [order("bupropion"), order("amifampridine|amantadine", ACTIVE)],
            [("bupropion", "AVOID", "POSSIBLE")],
            "the partner may be another drug",
        ),
        (
            [
                order("bupropion"),
                order("amifampridine", ACTIVE),
                order("amifampridine|amantadine", ACTIVE),
            ],
            [("bupropion", "AVOID", "ESTABLISHED")],
            "one certain partner is enough, whatever the other is",
        ),
        (
            [order("bupropion|amifampridine")],
            [],
            "two readings of one order are never taken together",
        ),
        (
            [order("bupropion+amifampridine")],
            [("bupropion", "AVOID", "ESTABLISHED")],
            "two ingredients of one order are",
        ),
        (
            [order("bupropion+amifampridine|amantadine")],
            [("bupropion", "AVOID", "POSSIBLE")],
            "so they are in one reading of it",
        ),
        (
            [not_understood("bupropion"), order("amifampridine", ACTIVE)],
            [("bupropion", "AVOID", "POSSIBLE")],
            "what was recognised beside unknown words may be what is ordered",
        ),
        (
            [order("bupropion"), not_understood("amifampridine")],
            [("bupropion", "AVOID", "POSSIBLE")],
            "also where it is the partner",
        ),
    ],
)
def test_interactions(orders: list[Order], found: list[tuple[str, str, str]], reason: str) -> None:
    assert said(screen(request(*orders), interaction())) == found, reason


def test_a_finding_names_all_orders_involved() -> None:
    orders = order("bupropion"), order("amifampridine", ACTIVE)
    [(alert, finding)] = findings_of(screen(request(*orders), interaction()))
    assert alert.medication_ids == ("proposed bupropion",)
    assert finding.medication_ids == ("proposed bupropion", "active amifampridine")
    assert alert.involves_proposed
    assert finding.why == (
        "proposed bupropion → bupropion → rule",
        "active amifampridine → amifampridine",
    )


def test_a_drug_is_never_its_own_partner() -> None:
    about = rule(
        drugs(classes=["qt"]), row(AVOID), kind=RuleKind.INTERACTION, partners=drugs(classes=["qt"])
    )
    known = knowledge(about, classes={"qt": ["sotalol", "haloperidol"]})
    twice = order("sotalol"), order("sotalol", ACTIVE)
    assert not screen(request(*twice), known).alerts
    medication, understood = order("sotalol", ACTIVE)
    coded = understood._replace(readings=((Ingredient("sotalol", "9947"),),))
    assert not screen(request(order("sotalol"), (medication, coded)), known).alerts
    both = screen(request(order("sotalol"), order("haloperidol", ACTIVE)), known)
    assert {drug for drug, *_ in said(both)} == {"sotalol", "haloperidol"}


def test_every_partner_of_a_combination_is_named() -> None:
    partners = drugs("zolpidem", classes=["opioid"])
    about = rule("a", row(AVOID), kind=RuleKind.INTERACTION, partners=partners)
    known = knowledge(about, classes={"opioid": ["codeine", "zolpidem"]})
    orders = order("a"), order("codeine+zolpidem", ACTIVE)
    [(_, finding)] = findings_of(screen(request(*orders), known))
    assert finding.medication_ids == ("proposed a", "active codeine+zolpidem")
    assert finding.why == (
        "proposed a → a → rule",
        "active codeine+zolpidem → codeine",
        "active codeine+zolpidem → zolpidem",
    )


def test_an_excepted_partner_is_none() -> None:
    partners = drugs(classes=["aminopyridine"], excepted=["dalfampridine"])
    about = rule("bupropion", row(AVOID), kind=RuleKind.INTERACTION, partners=partners)
    known = knowledge(about, classes={"aminopyridine": ["dalfampridine", "amifampridine"]})
    assert not screen(request(order("bupropion"), order("dalfampridine")), known).alerts
    assert screen(request(order("bupropion"), order("amifampridine")), known).alerts


AMINOPYRIDINES = drugs(classes=["aminopyridine"])
DUPLICATES = knowledge(
    rule(
        AMINOPYRIDINES,
        row(CONTRAINDICATED),
        kind=RuleKind.DUPLICATE,
        concern=Concern.DUPLICATE_THERAPY,
        partners=AMINOPYRIDINES,
    ),
    classes={"aminopyridine": ["amifampridine", "dalfampridine", "fampridine"]},
)


@pytest.mark.parametrize(
    ("orders", "offenders", "reason"),
    [
        (
            [order("dalfampridine"), order("amifampridine", ACTIVE)],
            {"dalfampridine": ["amifampridine"]},
            "the proposed one offends",
        ),
        (
            [order("dalfampridine"), order("amifampridine")],
            {"dalfampridine": ["amifampridine"], "amifampridine": ["dalfampridine"]},
            "each, if both are proposed",
        ),
        (
            [order("dalfampridine", ACTIVE), order("amifampridine", ACTIVE)],
            {"dalfampridine": ["amifampridine"], "amifampridine": ["dalfampridine"]},
            "each, if neither is",
        ),
        (
            [order("fampridine"), order("dalfampridine", ACTIVE), order("amifampridine", ACTIVE)],
            {
                "fampridine": ["dalfampridine", "amifampridine"],
                "dalfampridine": ["amifampridine"],
                "amifampridine": ["dalfampridine"],
            },
            "dropping the proposed one would leave the other two together",
        ),
        ([order("amifampridine"), order("amifampridine", ACTIVE)], {}, "H3: a renewal"),
        ([order("dalfampridine"), order("amifampridine", STOPPED)], {}, "H3: a switch"),
    ],
)
def test_duplicates(orders: list[Order], offenders: dict[str, list[str]], reason: str) -> None:
    screening = screen(request(*orders), DUPLICATES)
    found = {
        alert.drug: {line.partition(" → ")[2] for line in finding.why[1:]}
        for alert, finding in findings_of(screening)
    }
    assert found == {drug: set(others) for drug, others in offenders.items()}, reason


def test_a_duplicate_that_only_one_drug_can_answer_for_is_never_silent() -> None:
    about = rule("dalfampridine", row(AVOID), kind=RuleKind.DUPLICATE, partners="amifampridine")
    orders = order("amifampridine"), order("dalfampridine", ACTIVE)
    assert said(screen(request(*orders), about)) == [("dalfampridine", "AVOID", "ESTABLISHED")]


@pytest.mark.parametrize(
    ("partners", "found", "reason"),
    [
        ([order("b", mg=20, per_day=1)], ["AVOID ESTABLISHED"], "at the limit"),
        ([order("b", mg=10, per_day=1)], [], "below it"),
        ([order("b", mg=10, per_day=2)], ["AVOID ESTABLISHED"], "what counts is the day"),
        ([order("b", mg=10, per_day=1), order("c", mg=30, per_day=1)], ["AVOID ESTABLISHED"],
         "one partner is enough"),
        ([order("b")], ["AVOID POSSIBLE"], "it may be so much"),
    ],
)  # fmt: skip
def test_the_largest_daily_dose_of_a_partner(
    partners: list[Order], found: list[str], reason: str
) -> None:
    limit = Between("partner_daily_dose_mg", at_least=20)
    beside = rule(
        "a", row(Severity.AVOID, when=limit), kind=RuleKind.INTERACTION, partners=drugs("b", "c")
    )
    screening = screen(request(order("a"), *partners), beside)
    assert [f"{severity} {sure}" for _, severity, sure in said(screening)] == found, reason
