"""Orders as people write them; the last column is the clinical reason."""

import pytest

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.medication import (
    Disposition,
    MatchedBy,
    Medication,
    MedicationList,
    Understood,
)
from lems_guard.clinical.route import Route
from lems_guard.terminology.resolver import Resolver

PEG = "polyethylene glycol + potassium chloride + sodium bicarbonate + sodium chloride"
BALANCED = "balanced crystalloid with magnesium"
NUTRITION = "parenteral nutrition with magnesium"
MULTIPLE_ELECTROLYTES = (
    "magnesium chloride 0.00148 MEQ/ML / potassium chloride 0.00497 MEQ/ML / sodium acetate 0.027 "
    "MEQ/ML / sodium chloride 0.0899 MEQ/ML / sodium gluconate 5.02 MG/ML Injectable Solution"
)


def understood(resolver: Resolver, text: str, country: str = "") -> Understood:
    return resolver.understand(Medication("1", MedicationList.PROPOSED, text=text, country=country))


def names(answer: Understood) -> list[str]:
    return [" + ".join(item.name for item in reading) for reading in answer.readings]


@pytest.mark.parametrize(
    ("text", "ingredients", "reason"),
    [
        ("metoprolol", "metoprolol", "a β-blocker by its INN"),
        ("METOPROLOL SUCCINATE", "metoprolol", "a salt is the drug"),
        ("TOPROL-XL", "metoprolol", "a release suffix is no other drug"),
        ("Cosopt", "dorzolamide + timolol", "a β-blocker inside an eye-drop combination"),
        ("Combigan", "brimonidine + timolol", "a β-blocker inside an eye-drop combination"),
        ("Ziac", "bisoprolol + hydrochlorothiazide", "UNII lists the diuretic alone"),
        ("Contrave", "bupropion + naltrexone", "bupropion lowers the seizure threshold"),
        ("Zithromax Z-Pak", "azithromycin", "a macrolide by its pack"),
        ("esomeprazole magnesium", "esomeprazole", "a counter-ion is no magnesium"),
        ("omeprazole magnesium 20 mg po daily", "omeprazole", "a counter-ion is no magnesium"),
        ("pantoprazole magnesium", "pantoprazole", "a counter-ion is no magnesium"),
        ("magnesium valproate", "valproic acid", "a counter-ion is no magnesium"),
        ("pitavastatin magnesium", "pitavastatin", "a counter-ion is no magnesium"),
        ("magnesium", "magnesium", "the salt is not said, the element is"),
        ("sibutramine 10 MG Oral Capsule [Zzz]", "sibutramine", "RxNorm name, brand not known"),
        ("PEG 3350 w/ electrolytes", PEG, "a bowel preparation without magnesium"),
        ("Aminosyn II 7% w/ electrolytes", NUTRITION, "a nutrition bag"),
        ("Plasma-Lyte 148 1000 mL IV", BALANCED, "a bag is judged as a bag"),
        ("Normosol-R in 5 % Dextrose", f"{BALANCED} + glucose", "a bag with glucose"),
        (f"{MULTIPLE_ELECTROLYTES} [Plasmalyte A]", BALANCED, "RxNorm name of a bag"),
        (MULTIPLE_ELECTROLYTES, BALANCED, "all that a bag holds, and nothing else"),
        ("MgSO4 2 g in Plasma-Lyte A", f"{BALANCED} + magnesium sulfate", "what is added counts"),
        ("magnesium chloride + normal saline", "magnesium chloride + sodium chloride", "no bag"),
        ("Milk of Magnesia", "magnesium hydroxide", "a laxative that holds magnesium"),
        ("Epsom salt", "magnesium sulfate", "magnesium by a household name"),
        ("Mag-Ox 400", "magnesium oxide", "a magnesium supplement"),
        ("Slow-Mag", "magnesium chloride", "a magnesium supplement"),
        ("magnesium oxide 400 mg (241 mg magnesium)", "magnesium oxide", "the salt's element"),
        ("mag sulf 2 g IV", "magnesium sulfate", "magnesium as wards write it"),
        ("3,4-DAP", "amifampridine", "amifampridine by its abbreviation"),
        ("3,4-diaminopyridine", "amifampridine", "amifampridine by its chemical name"),
        ("amifampridine phosphate", "amifampridine", "strengths are base strengths"),
        ("3,4-DAP (compounded)", "amifampridine (compounded)", "a duplicate beside Firdapse"),
        ("compounded 3,4-diaminopyridine", "amifampridine (compounded)", "as above"),
        ("4-AP 10 mg bid", "fampridine", "another aminopyridine"),
        ("4-aminopyridine", "fampridine", "another aminopyridine"),
        ("dalfampridine", "fampridine", "another aminopyridine"),
        ("amoxicillin", "amoxicillin", "recognised and not flagged is an answer"),
        ("HYDROmorphone", "hydromorphone", "tall-man letters"),
        ("MetRONIDAZOLE (FLagyl)", "metronidazole", "the brand in brackets is the same drug"),
        ("tylenol #3", "acetaminophen + codeine", "a number can be part of the brand"),
        ("Tylenol PM", "acetaminophen + diphenhydramine", "PM is part of the brand"),
        ("INH 300 mg daily", "isoniazid", "an abbreviation that is also a route"),
        ("albuterol 2 puffs INH q6h", "albuterol", "INH behind a drug is a route"),
        ("losartan potassium 50 mg", "losartan", "a salt behind a drug"),
        ("Metoprolol Tartrate 50 MG Oral Tablet [Lopressor]", "metoprolol", "RxNorm name"),
        ("Lopressor HCT", "hydrochlorothiazide + metoprolol", "a combination before its brand"),
        (
            "timolol 5 MG/ML / dorzolamide 20 MG/ML Ophthalmic Solution",
            "dorzolamide + timolol",
            "RxNorm name of a combination",
        ),
        ("succinylcholine", "suxamethonium", "USAN of a neuromuscular blocker"),
        ("*NF* Levofloxacin", "levofloxacin", "non-formulary mark of a hospital"),
        ("APO-METOPROLOL (TYPE L)", "metoprolol", "a maker's prefix"),
        ("pms-clarithromycin", "clarithromycin", "a maker's prefix"),
        ("carbidopa/levodopa 25-100 mg po tid", "carbidopa + levodopa", "parts by a slash"),
        (
            "Neomycin-Polymyxin-Dexameth Ophth. Oint",
            "dexamethasone + neomycin + polymyxin b",
            "an aminoglycoside among shortened names",
        ),
        (
            "{6 (azithromycin 250 MG Oral Tablet) } Pack [Z-PAK]",
            "azithromycin",
            "an RxNorm pack",
        ),
    ],
)
def test_the_drug_is_recognised(
    resolver: Resolver, text: str, ingredients: str, reason: str
) -> None:
    answer = understood(resolver, text)
    assert names(answer) == [ingredients], reason
    assert answer.disposition is Disposition.EVALUATED, reason


@pytest.mark.parametrize(
    ("text", "route", "reason"),
    [
        ("gentamicin iv", Route.INTRAVENOUS, "said"),
        ("metoprolol tab", Route.ORAL, "the dose form tells it"),
        ("timolol eye drops", Route.OPHTHALMIC, "the dose form tells it"),
        ("timolol 0.5% 1 gtt OU bid", Route.OPHTHALMIC, "both eyes"),
        ("timolol 0.5% 1 drop od", Route.OPHTHALMIC, "right eye, since drops"),
        ("ciprofloxacin 3 drops AS bid", Route.OTIC, "left ear, since drops"),
        ("metoprolol 50 mg od", None, "once daily, not the right eye"),
        ("gentamicin injection", None, "parenteral, which way is not told"),
        ("gentamicin cream", Route.TOPICAL, "the dose form tells it"),
        ("tobramycin neb", Route.INHALED, "nebulised"),
        ("magnesium sulfate IM", Route.INTRAMUSCULAR, "said"),
        ("metoprolol 25 mg PO/NG", Route.ENTERAL_TUBE, "by mouth or tube: both enteral"),
        ("gentamicin iv po", None, "two routes: the worst counts"),
        ("neomycin ophth oint", Route.OPHTHALMIC, "the route comes before the form"),
        ("metoprolol", None, "nothing tells it"),
        ("Timoptic", Route.OPHTHALMIC, "every product of the brand is for the eye"),
        ("TOBI", Route.INHALED, "every product of the brand is inhaled"),
        ("Zithromax", None, "tablets and infusion"),
    ],
)
def test_the_route_is_read(resolver: Resolver, text: str, route: Route | None, reason: str) -> None:
    answer = understood(resolver, text)
    assert answer.disposition is Disposition.EVALUATED
    assert answer.route is route, reason


@pytest.mark.parametrize(
    ("text", "dose", "per_day", "reason"),
    [
        ("metoprolol 50 mg po bid", Dose(50, "mg"), 2, "the strength is the dose"),
        ("Firdapse 20 mg 4x/day", Dose(20, "mg"), 4, "as the leaflet says"),
        ("Firdapse 20 mg four times daily", Dose(20, "mg"), 4, "in words"),
        ("Firdapse 20mg qid", Dose(20, "mg"), 4, "without a space"),
        ("Firdapse 10 mg 1-1-1-1", Dose(10, "mg"), 4, "morning, noon, evening, night"),
        ("Firdapse 10 mg 2-0-2", Dose(20, "mg"), 2, "two tablets twice"),
        ("Firdapse 10 mg 1-0-2", Dose(20, "mg"), 2, "of unequal doses the largest is judged"),
        ("amifampridine 10 mg tablets, 2 tabs 4x/day", Dose(20, "mg"), 4, "tablets times strength"),
        ("Firdapse 10 mg 1.5 tablets tid", Dose(15, "mg"), 3, "half tablets"),
        ("Firdapse 10 mg 1/2 tab tid", Dose(5, "mg"), 3, "half a tablet"),
        ("Firdapse 10 mg one and a half tablets tid", Dose(15, "mg"), 3, "in words"),
        (
            "amifampridine 10 mg tablet Take 2 tablets (20 mg total) by mouth 4 (four) times daily",
            Dose(20, "mg"),
            4,
            "as US systems print it",
        ),
        ("Firdapse take 2 tablets (20 mg total) qid", Dose(20, "mg"), 4, "the total is the dose"),
        ("Firdapse 10 mg 3 tablets (20 mg total) qid", Dose(30, "mg"), 4, "no total: the larger"),
        ("Firdapse 2 tablets of 10 mg qid", Dose(20, "mg"), 4, "the strength of one"),
        ("metoprolol 2 tablets 20 mg qid", Dose(40, "mg"), 4, "each, or both together?"),
        ("metoprolol 50 mg x 2 tabs bid", Dose(100, "mg"), 2, "the number counts the tablets"),
        ("metoprolol 50 mg x 2 bid", Dose(100, "mg"), 2, "tablets at once, or two doses in all?"),
        ("cefazolin 2 g x 1", Dose(2, "g"), 1, "once is one dose"),
        ("ketorolac 30 mg iv q6h x 3", Dose(30, "mg"), 4, "behind a frequency doses are counted"),
        ("Firdapse 1 tablet 10 mg qid", Dose(10, "mg"), 4, "one is one"),
        ("amifampridine 5-10 mg qid", Dose(10, "mg"), 4, "of a range the largest is judged"),
        ("amifampridine 10 mg 1-2 tabs qid", Dose(20, "mg"), 4, "of a range the largest"),
        ("morphine 1 mg/ml 10 ml qid", Dose(10, "mg"), 4, "a volume of a strength"),
        ("levothyroxine 0,125 mg daily", Dose(0.125, "mg"), 1, "a decimal comma"),
        ("acyclovir 1,000 mg q8h", Dose(1000, "mg"), 3, "a thousand"),
        ("ibuprofen 400 mg q4-6h", Dose(400, "mg"), 6, "of a range the oftenest is judged"),
        ("methotrexate 15 mg weekly", Dose(15, "mg"), 1 / 7, "weekly is not daily"),
        ("prednisone 20 mg every other day", Dose(20, "mg"), 0.5, "alternate days"),
        ("quetiapine 50 mg at bedtime", Dose(50, "mg"), 1, "one moment of the day"),
        ("metformin 500 mg in the morning and at bedtime", Dose(500, "mg"), 2, "two moments"),
        ("amifampridine 15 mg qam, 20 mg at noon", Dose(20, "mg"), 2, "two moments, two doses"),
        ("carvedilol 25 mg bid with meals", Dose(25, "mg"), 2, "meals are no frequency"),
        ("carvedilol 25 mg bid with breakfast and dinner", Dose(25, "mg"), 2, "said twice"),
        ("quetiapine 50 mg tid and at bedtime", Dose(50, "mg"), 4, "three or four?"),
        ("methotrexate 15 mg weekly at bedtime", Dose(15, "mg"), 1 / 7, "weekly, in the evening"),
        ("metoprolol 50 mg od", Dose(50, "mg"), 1, "once daily beside a dose"),
        ("carbidopa/levodopa 25-100 mg tid", None, 3, "strengths of two parts"),
        ("ivig 0.4 g/kg iv daily", Dose(0.4, "g/kg"), 1, "a dose by body weight"),
        ("ivig 1-2 g/kg iv daily", Dose(2, "g/kg"), 1, "of a range the largest is judged"),
        ("enoxaparin 1 mg/kg (80 mg) bid", Dose(80, "mg"), 2, "the plain amount counts"),
        ("metoprolol 50", None, None, "a number without unit is no dose"),
    ],
)
def test_dose_and_frequency_are_read(
    resolver: Resolver, text: str, dose: Dose | None, per_day: float | None, reason: str
) -> None:
    answer = understood(resolver, text)
    assert answer.disposition is Disposition.EVALUATED, answer.notes
    assert answer.dose == dose, reason
    assert answer.doses_per_day == pytest.approx(per_day) if per_day else not answer.doses_per_day


def test_an_english_word_makes_no_note(resolver: Resolver) -> None:
    answer = understood(resolver, "magnesium (as citrate) 200 mg daily")
    assert names(answer) == ["magnesium"]
    assert not answer.notes


def test_as_needed_is_read(resolver: Resolver) -> None:
    assert understood(resolver, "ibuprofen 400 mg q6h prn").as_needed is YesNo.YES
    assert understood(resolver, "ibuprofen 400 mg q6h").as_needed is None


@pytest.mark.parametrize(
    ("text", "matched_by"),
    [
        ("metoprolol", MatchedBy.NAME),
        ("Lopressor", MatchedBy.BRAND),
        ("Lopressor 50 mg", MatchedBy.SIG_TEXT),
    ],
)
def test_what_told_the_drug_is_said(resolver: Resolver, text: str, matched_by: MatchedBy) -> None:
    assert understood(resolver, text).matched_by is matched_by


@pytest.mark.parametrize(
    ("text", "country", "readings", "reason"),
    [
        (
            "Gaviscon",
            "US",
            ["aluminium hydroxide + magnesium carbonate"],
            "the US product holds magnesium",
        ),
        (
            "Gaviscon",
            "CH",
            ["calcium carbonate + sodium alginate + sodium bicarbonate"],
            "the Swiss product does not",
        ),
        (
            "Gaviscon",
            "",
            [
                "aluminium hydroxide + magnesium carbonate",
                "calcium carbonate + sodium alginate + sodium bicarbonate",
            ],
            "where it is sold is not said: both are checked",
        ),
        (
            "Gaviscon",
            "DE",
            ["calcium carbonate + sodium alginate + sodium bicarbonate"],
            "sold in the whole European Union",
        ),
        ("Urex", "AU", ["furosemide"], "in Australia a diuretic"),
        ("Urex", "US", ["methenamine hippurate"], "in the US an antiseptic"),
        (
            "Urex",
            "",
            ["furosemide", "methenamine hippurate"],
            "where it is sold is not said: both are checked",
        ),
        ("Clarus", "CA", ["isotretinoin"], "in Canada a retinoid"),
        (
            "Pedia-Lax",
            "US",
            ["docusate", "glycerol", "magnesium hydroxide", "senna"],
            "four products of one name: one of them holds magnesium",
        ),
        (
            "TPN",
            "US",
            ["parenteral nutrition with magnesium", "parenteral nutrition without magnesium"],
            "its composition is not said",
        ),
    ],
)
def test_a_brand_is_read_by_country(
    resolver: Resolver,
    text: str,
    country: str,
    readings: list[str],
    reason: str,
) -> None:
    answer = understood(resolver, text, country)
    assert sorted(names(answer)) == readings, reason
    assert (answer.disposition is Disposition.AMBIGUOUS) == (len(readings) > 1)
