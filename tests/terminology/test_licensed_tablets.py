"""A tablet is 10 mg, and a mL 1 mg, only for licensed amifampridine (clinical facts, H4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.medication import Medication, MedicationList, Understood
from lems_guard.terminology.resolver import Resolver
from searching import examples

QUICK = examples(200)
LICENSED = st.sampled_from(["Firdapse", "amifampridine", "amifampridine phosphate", "Ruzurgi"])
COMPOUNDED = st.sampled_from(
    [
        "compounded 3,4-DAP",
        "3,4-diaminopyridine (compounded)",
        "3,4-DAP",
        "compounded amifampridine",
    ]
)
FREQUENCIES = st.sampled_from(["qid", "4x/day", "four times daily", "q6h"])
TABLETS = st.sampled_from(["tablets", "tabs", "TAB", "tablet"])
COUNTS = st.integers(1, 80).map(lambda halves: halves / 2)


def understood(
    resolver: Resolver, text: str, dose: Dose | None = None, form: str = ""
) -> Understood:
    order = Medication("p1", MedicationList.PROPOSED, text, dose=dose, form_text=form)
    return resolver.understand(order)


@pytest.mark.parametrize(
    ("text", "sent", "form", "read", "reason"),
    [
        ("Firdapse", Dose(3, "tablet"), "", Dose(30, "mg"), "the licensed tablet holds 10 mg"),
        ("amifampridine", Dose(2, "Tablets"), "", Dose(20, "mg"), "no other tablet is made"),
        (
            "3,4-DAP compounded",
            Dose(2, "tablet"),
            "",
            Dose(2, "tablet"),
            "what a compounded piece holds is not known",
        ),
        ("3,4-DAP", Dose(2, "tablet"), "", Dose(2, "tablet"), "the name of compounded products"),
        ("metoprolol", Dose(2, "tablet"), "", Dose(2, "tablet"), "made in many strengths"),
        ("Firdapse 10 mg", Dose(3, "tablet"), "", Dose(30, "mg"), "the text names the strength"),
        ("Firdapse 3 tablets", Dose(20, "mg"), "", Dose(20, "mg"), "the field stands beside 30 mg"),
        ("amifampridine", Dose(20, "mL"), "oral suspension", Dose(20, "mg"), "1 mg in a mL"),
        ("amifampridine susp", Dose(20, "mL"), "", Dose(20, "mg"), "the text names the form"),
        ("amifampridine", Dose(20, "mL"), "", Dose(20, "mL"), "of what, is not said"),
        (
            "amifampridine 2 mg/mL susp",
            Dose(20, "mL"),
            "",
            Dose(20, "mL"),
            "not the suspension of the label",
        ),
    ],
)
def test_sent_pieces(
    resolver: Resolver, text: str, sent: Dose, form: str, read: Dose | None, reason: str
) -> None:
    assert understood(resolver, text, sent, form).dose == read, reason


@pytest.mark.parametrize(
    ("text", "read", "reason"),
    [
        ("Firdapse 3 tablets 4x/day", 30, "three of 10 mg"),
        ("Firdapse take 3 tablets by mouth four times a day", 30, "as US systems print it"),
        ("Firdapse three tabs qid", 30, "a number in words"),
        ("Firdapse 1/2 tab tid", 5, "half a tablet"),
        ("Firdapse 10 mg x 3 tabs qid", 30, "strength times tablets"),
        ("Firdapse 10 mg x3 tabs qid", 30, "without a space"),
        ("Firdapse 3 tablets (30 mg) qid", 30, "tablets and their sum agree"),
        ("Firdapse 20 mg (2 tablets) qid", 20, "the sum, then the tablets that make it"),
        ("Firdapse 2 tablets 20 mg qid", 20, "a tablet of 20 mg is not made"),
        ("Firdapse tablets 3-3-3-3", 30, "a day's pattern of tablets"),
        ("amifampridine (3,4-DAP) 2 tablets tid", 20, "the licensed name stands before it"),
        ("Firdapse 3 tablets once daily", 30, "once is once"),
        ("Firdapse 1 tablet daily", 10, "one a day is one at once"),
        ("Firdapse 30 tablets qid", 300, "a slip for 3.0 must not pass as unknown"),
        ("amifampridine suspension 20 mL qid", 20, "1 mg in a mL"),
        ("amifampridine 1 mg/mL suspension 20 mL qid", 20, "the strength is said"),
        ("amifampridine 1 mg/mL 10 mL qid", 10, "the strength tells the suspension"),
        ("Firdapse 3 tablets 5 mg qid", 30, "a tablet of 5 mg is not made: the larger is judged"),
        ("Firdapse 10 mg x 3 qid", 30, "tablets at once, or three doses in all?"),
        ("Firdapse 3 qid", None, "three of what?"),
        ("Firdapse 3-3-3-3", None, "three of what?"),
        ("Firdapse 1-2 tablets qid", 20, "of a range the largest is judged"),
        ("Firdapse 8 tablets daily", 80, "at once, or over the day?"),
        ("Firdapse 120 tablets", None, "a supply, not a dose"),
        ("Firdapse 10 mg, 120 tablets", 10, "a supply beside the strength of one"),
        ("amifampridine suspension 80 mL daily", 80, "at once, or over the day?"),
        ("Firdapse 20 mL qid", None, "a mL of what, is not said"),
        ("amifampridine oral solution 20 mL qid", None, "no solution is made after the label"),
        ("amifampridine 2 mg/mL suspension 20 mL qid", 40, "a volume of a strength that is told"),
        ("amifampridine 3 capsules qid", None, "no licensed capsule is made"),
        ("amifampridine 3 tablets qid (compounded)", None, "a compounded piece"),
        ("Firdapse compounded suspension 20 mL qid", None, "a compounded mL"),
        ("3,4-DAP 3 tablets qid", None, "the name of compounded products"),
    ],
)
def test_counted_in_the_text(
    resolver: Resolver, text: str, read: float | None, reason: str
) -> None:
    expected = None if read is None else Dose(read, "mg")
    assert understood(resolver, text).dose == expected, reason


def test_a_compounded_product_is_told_wherever_it_is_said(resolver: Resolver) -> None:
    [[ingredient]] = understood(resolver, "amifampridine 10 mg tid, compounded").readings
    assert ingredient.name == "amifampridine (compounded)"
    [[ingredient]] = understood(resolver, "metoprolol 10 mg tid, compounded").readings
    assert ingredient.name == "metoprolol"


@QUICK
@given(name=LICENSED, count=COUNTS, form=TABLETS, often=FREQUENCIES)
def test_licensed_tablets_are_10_mg_each(
    resolver: Resolver, name: str, count: float, form: str, often: str
) -> None:
    said = understood(resolver, f"{name} {count:g} {form} {often}")
    assert said.dose == Dose(10 * count, "mg")
    assert said.doses_per_day == 4
    turned = understood(resolver, f"{name} {often} {count:g} {form}")
    assert said._replace(words="") == turned._replace(words="")
    times = understood(resolver, f"{name} 10 mg x {count:g} {form} {often}")
    assert times.dose == said.dose


@QUICK
@given(name=LICENSED, count=COUNTS, often=FREQUENCIES)
def test_the_suspension_holds_1_mg_in_a_ml(
    resolver: Resolver, name: str, count: float, often: str
) -> None:
    said = understood(resolver, f"{name} oral suspension {count:g} mL {often}")
    assert said.dose == Dose(count, "mg")


@QUICK
@given(
    name=COMPOUNDED,
    count=COUNTS,
    form=TABLETS | st.sampled_from(["capsules", "mL suspension"]),
    often=FREQUENCIES,
)
def test_compounded_pieces_hold_nobody_knows_what(
    resolver: Resolver, name: str, count: float, form: str, often: str
) -> None:
    assert understood(resolver, f"{name} {count:g} {form} {often}").dose is None
