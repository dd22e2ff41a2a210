"""Codes and structured fields beside the text; the last column is the clinical reason."""

import pytest

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.medication import (
    CodeSystem,
    Coding,
    Disposition,
    MatchedBy,
    Medication,
    MedicationList,
)
from lems_guard.clinical.route import Route
from lems_guard.terminology.resolver import Resolver
from lems_guard.terminology.vocabulary import Vocabulary

METOPROLOL = Coding(CodeSystem.RXNORM, "6918")
ATENOLOL = Coding(CodeSystem.RXNORM, "1202")
METOPROLOL_50 = Coding(CodeSystem.RXNORM, "866514")
ORDER = Medication("1", MedicationList.PROPOSED)


def readings(resolver: Resolver, order: Medication) -> list[str]:
    answer = resolver.understand(order)
    return [" + ".join(item.name for item in reading) for reading in answer.readings]


@pytest.mark.parametrize(
    ("codings", "text", "expected", "note", "reason"),
    [
        ((METOPROLOL,), "", ["metoprolol"], "", "an ingredient's code"),
        ((METOPROLOL_50,), "", ["metoprolol"], "", "a product's code"),
        ((METOPROLOL,), "Lopressor", ["metoprolol"], "", "code and brand agree"),
        ((METOPROLOL,), "metoprolol succinate", ["metoprolol"], "", "salt and base agree"),
        ((METOPROLOL,), "Toprol qqq", ["metoprolol"], "", "what was understood agrees"),
        ((METOPROLOL,), "qqq", ["metoprolol"], "", "the text says nothing against the code"),
        (
            (METOPROLOL,),
            "amoxicillin",
            ["metoprolol", "amoxicillin"],
            "code and text",
            "one of the two is wrong: both are checked",
        ),
        (
            (METOPROLOL,),
            "amoxicillin qqq",
            ["metoprolol", "amoxicillin"],
            "code and text",
            "even a half understood text can speak against the code",
        ),
        (
            (METOPROLOL, ATENOLOL),
            "",
            ["metoprolol", "atenolol"],
            "codes do not tell",
            "two codes that disagree",
        ),
        (
            (METOPROLOL, ATENOLOL),
            "atenolol",
            ["atenolol"],
            "codes do not tell",
            "the text decides between two codes",
        ),
        (
            (Coding(CodeSystem.RXNORM, "0"),),
            "metoprolol",
            ["metoprolol"],
            "code not known",
            "an unknown code beside a known text",
        ),
        ((Coding(CodeSystem.RXNORM, "0"),), "", [], "code not known", "nothing is known"),
        ((Coding(CodeSystem.NDC, "6918"),), "", [], "code not known", "not the same system"),
        ((Coding(None, "6918"),), "", [], "code not known", "no system named"),
        (
            (Coding(CodeSystem.NDC, "1", "atenolol 50 mg"),),
            "",
            ["atenolol"],
            "code not known",
            "the display stands in for the text",
        ),
    ],
)
def test_codes_and_text_are_held_against_each_other(
    resolver: Resolver,
    codings: tuple[Coding, ...],
    text: str,
    expected: list[str],
    note: str,
    reason: str,
) -> None:
    order = ORDER._replace(codings=codings, text=text)
    assert readings(resolver, order) == expected, reason
    notes = resolver.understand(order).notes
    assert any(note in said for said in notes) if note else not notes, reason


def test_a_code_is_said_to_have_told(resolver: Resolver) -> None:
    answer = resolver.understand(ORDER._replace(codings=(METOPROLOL,)))
    assert answer.matched_by is MatchedBy.CODE
    assert answer.readings[0][0].rxcui == "6918"


def test_a_product_code_tells_route_and_strength(resolver: Resolver) -> None:
    order = ORDER._replace(codings=(METOPROLOL_50,), dose=Dose(2, "tablet"), doses_per_day=2)
    answer = resolver.understand(order)
    assert answer.route is Route.ORAL
    assert answer.dose == Dose(100, "mg")


@pytest.mark.parametrize(
    ("code", "expected", "route", "reason"),
    [
        ("C07AB02", ["metoprolol"], None, "by mouth or into a vein"),
        ("c07ab02 ", ["metoprolol"], None, "letter case and spaces do not matter"),
        ("S01ED01", ["timolol"], Route.OPHTHALMIC, "the group tells the eye"),
        ("S02AA15", ["ciprofloxacin"], Route.OTIC, "the group tells the ear"),
        ("A07AA01", ["neomycin"], Route.ORAL, "the group tells the bowel"),
        ("D06AX04", ["neomycin"], Route.TOPICAL, "the group tells the skin"),
        ("N07XX05", ["amifampridine"], None, "the drug of LEMS"),
        ("C07BB02", [], None, "a combination: its code does not tell the diuretic"),
        ("C07AB", [], None, "a group is no drug"),
        ("N02BE01", [], None, "not ours to ship: the site's release has it"),
    ],
)
def test_atc_codes_of_the_great_classes(
    resolver: Resolver, code: str, expected: list[str], route: Route | None, reason: str
) -> None:
    order = ORDER._replace(codings=(Coding(CodeSystem.ATC, code),))
    assert readings(resolver, order) == expected, reason
    assert resolver.understand(order).route is route, reason


def test_codes_of_different_routes_leave_it_open(resolver: Resolver) -> None:
    eye_and_ear = (Coding(CodeSystem.ATC, "S01AE03"), Coding(CodeSystem.ATC, "S02AA15"))
    order = ORDER._replace(codings=eye_and_ear)
    answer = resolver.understand(order)
    assert answer.route is None
    assert answer.notes == ("the codes tell different routes: the route is not known",)


def test_a_code_of_several_ingredients_is_ambiguous(resolver: Resolver) -> None:
    botulinum_toxin_a = Coding(CodeSystem.RXNORM, "1712")
    answer = resolver.understand(ORDER._replace(codings=(botulinum_toxin_a,)))
    assert answer.disposition is Disposition.AMBIGUOUS
    assert len(answer.readings) > 1


@pytest.mark.parametrize(
    ("changes", "route", "note", "reason"),
    [
        ({"text": "gentamicin", "route": Route.INTRAVENOUS}, Route.INTRAVENOUS, "", "structured"),
        ({"text": "gentamicin", "route_text": "IVPB"}, Route.INTRAVENOUS, "", "route text"),
        ({"text": "gentamicin iv", "route_text": "IV"}, Route.INTRAVENOUS, "", "both agree"),
        (
            {"text": "timolol", "route_text": "OD"},
            Route.OPHTHALMIC,
            "",
            "in a route field: the eye",
        ),
        ({"text": "timolol", "form_text": "ophthalmic solution"}, Route.OPHTHALMIC, "", "form"),
        (
            {"text": "timolol tablets", "route_text": "OU"},
            Route.OPHTHALMIC,
            "",
            "the route comes before the form",
        ),
        (
            {"text": "gentamicin iv", "route": Route.OPHTHALMIC},
            None,
            "contradict",
            "never guessed: the worst route counts",
        ),
        (
            {"text": "gentamicin cream", "route_text": "zzz"},
            None,
            "route text not understood",
            "what was sent may speak against the form",
        ),
        ({"text": "gentamicin", "form_text": "zzz"}, None, "form not understood", "unknown form"),
        ({"text": "gentamicin", "route": Route.OTHER}, Route.OTHER, "", "said to be another"),
    ],
)
def test_route_fields(
    resolver: Resolver, changes: dict[str, object], route: Route | None, note: str, reason: str
) -> None:
    answer = resolver.understand(ORDER._replace(**changes))  # type: ignore[arg-type]
    assert answer.disposition is Disposition.EVALUATED
    assert answer.route is route, reason
    assert note in " ".join(answer.notes), reason


@pytest.mark.parametrize(
    ("changes", "dose", "per_day", "note", "reason"),
    [
        ({"dose": Dose(20, "mg")}, Dose(20, "mg"), None, "", "structured"),
        ({"dose": Dose(0.02, "g"), "text": "Firdapse 20 mg"}, Dose(0.02, "g"), None, "", "equal"),
        (
            {"dose": Dose(20, "mg"), "text": "Firdapse 10 mg qid"},
            Dose(20, "mg"),
            4,
            "dose and text",
            "the field stands, and both are judged",
        ),
        (
            {"dose": Dose(20, "mg"), "text": "Firdapse 10 mg tablet"},
            Dose(20, "mg"),
            None,
            "",
            "two tablets of the strength named",
        ),
        (
            {"dose": Dose(2, "tablets"), "text": "Firdapse 10 mg tablet"},
            Dose(20, "mg"),
            None,
            "",
            "tablets times strength",
        ),
        ({"dose": Dose(2, "tablets")}, Dose(20, "mg"), None, "", "the licensed tablet: 10 mg"),
        ({"dose": Dose(20, "zz")}, None, None, "unit not understood", "unknown unit"),
        ({"doses_per_day": 4.0}, None, 4, "", "structured"),
        (
            {"doses_per_day": 3.0, "text": "Firdapse 10 mg qid"},
            Dose(10, "mg"),
            3,
            "frequency and text",
            "the field stands, and both are judged",
        ),
    ],
)
def test_dose_fields(
    resolver: Resolver,
    changes: dict[str, object],
    dose: Dose | None,
    per_day: float | None,
    note: str,
    reason: str,
) -> None:
    order = ORDER._replace(**{"text": "Firdapse", **changes})  # type: ignore[arg-type]
    answer = resolver.understand(order)
    assert (answer.dose, answer.doses_per_day) == (dose, per_day), reason
    assert note in " ".join(answer.notes), reason


@pytest.mark.parametrize(
    ("given", "text", "expected"),
    [
        (YesNo.YES, "ibuprofen", YesNo.YES),
        (YesNo.NO, "ibuprofen", YesNo.NO),
        (None, "ibuprofen prn", YesNo.YES),
        (YesNo.NO, "ibuprofen prn", None),
    ],
)
def test_as_needed_field(
    resolver: Resolver, given: YesNo | None, text: str, expected: YesNo | None
) -> None:
    order = ORDER._replace(text=text, as_needed=given)
    assert resolver.understand(order).as_needed is expected


def test_a_stopped_order_is_not_current_but_keeps_its_drug(resolver: Resolver) -> None:
    order = ORDER._replace(text="metoprolol 50 mg", list=MedicationList.STOPPED)
    answer = resolver.understand(order)
    assert answer.disposition is Disposition.NOT_CURRENT
    assert answer.readings[0][0].name == "metoprolol"


def test_the_trail_names_every_phrase(resolver: Resolver) -> None:
    order = ORDER._replace(text="Cosopt 1 gtt OU qqq", codings=(METOPROLOL,))
    assert resolver.explain(order) == (
        "RXNORM 6918: ingredients → metoprolol",
        "'cosopt': brand → dorzolamide + timolol",
        "'1': count",
        "'gtt': form",
        "'ou': route",
        "'qqq': not understood",
    )


def test_every_ingredient_is_named_and_every_code_is_an_ingredient_s(
    vocabulary: Vocabulary,
) -> None:
    names = vocabulary.ingredient_names()
    assert {"metoprolol", "amifampridine (compounded)", "magnesium", "rifampicin"} <= names
    assert "magnesium cation" not in names
    assert all(name in names for sets in vocabulary.codes.values() for (name,) in sets)


def test_no_bag_takes_magnesium_sulfate_away(vocabulary: Vocabulary) -> None:
    assert vocabulary.mixtures
    made = {bag for held, bag in vocabulary.mixtures if "magnesium sulfate" in held}
    # Taken by mouth; the rule for it says AVOID of a vein, as that for magnesium sulfate does.
    assert made == {("bowel preparation with magnesium",)}
    assert all(
        any(name.startswith("magnesium ") for name in held) for held, _ in vocabulary.mixtures
    )


@pytest.mark.parametrize(
    ("codings", "expected", "doubts", "reason"),
    [
        (
            (METOPROLOL, Coding(CodeSystem.ATC, "C99ZZ99")),
            ["metoprolol"],
            [("", "ATC C99ZZ99")],
            "the known code tells, and the other one has its fate",
        ),
        (
            (Coding(CodeSystem.ATC, "C99ZZ99"), METOPROLOL),
            ["metoprolol"],
            [("", "ATC C99ZZ99")],
            "in any order",
        ),
        ((METOPROLOL, ATENOLOL), ["metoprolol", "atenolol"], [("drug", "")], "they disagree"),
        ((METOPROLOL, METOPROLOL), ["metoprolol"], [], "they agree"),
    ],
)
def test_each_of_several_codings_has_a_fate(
    resolver: Resolver,
    codings: tuple[Coding, ...],
    expected: list[str],
    doubts: list[tuple[str, str]],
    reason: str,
) -> None:
    order = ORDER._replace(codings=codings)
    assert readings(resolver, order) == expected, reason
    told = resolver.understand(order).doubts
    assert [(each.field, each.words) for each in told] == doubts, reason
