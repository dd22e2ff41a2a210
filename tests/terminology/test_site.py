"""Orders in the codes and names of a site's own release."""

import datetime
import shutil
from pathlib import Path

import pytest

from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.dose import Dose
from lems_guard.clinical.errors import InvalidKnowledge, Unavailable
from lems_guard.clinical.medication import (
    CodeSystem,
    Coding,
    Disposition,
    Medication,
    MedicationList,
    Understood,
)
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.route import Route
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.editions.library import Edition, browse_edition, packaged_rules, with_site
from lems_guard.screening.screen import RuleScreener
from lems_guard.terminology.site.loading import Demands, import_release
from lems_guard.terminology.site.ndc import eleven_digits
from lems_guard.terminology.site.vocabulary import SiteVocabulary
from terminology.small_release import SmallRelease

RXNORM, NDC, ATC = CodeSystem.RXNORM, CodeSystem.NDC, CodeSystem.ATC
SNOMED, UNII = CodeSystem.SNOMED_CT, CodeSystem.UNII


@pytest.fixture(scope="module")
def edition(tmp_path_factory: pytest.TempPathFactory) -> Edition:
    folder = tmp_path_factory.mktemp("site")
    plain = browse_edition(packaged_rules())
    out = folder / "site.sqlite"
    import_release(SmallRelease().write(folder / "release"), out, Demands(plain.vocabulary))
    return with_site(plain, out)


def by_code(edition: Edition, system: CodeSystem, code: str, text: str = "") -> Understood:
    order = Medication("1", MedicationList.PROPOSED, text, (Coding(system, code),))
    return edition.understand(order)


def by_text(edition: Edition, text: str) -> Understood:
    return edition.understand(Medication("1", MedicationList.PROPOSED, text))


def drugs(answer: Understood) -> list[str]:
    return sorted(" + ".join(item.name for item in reading) for reading in answer.readings)


@pytest.mark.parametrize(
    ("system", "code", "expected", "route", "reason"),
    [
        (RXNORM, "6918", ["metoprolol"], None, "an ingredient"),
        (RXNORM, "5000001", ["metoprolol"], Route.ORAL, "a clinical drug"),
        (RXNORM, "5000002", ["metoprolol"], Route.ORAL, "a branded drug"),
        (RXNORM, "8000001", ["metoprolol"], None, "a brand"),
        (RXNORM, "5000003", ["dorzolamide + timolol"], Route.OPHTHALMIC, "a combination"),
        (RXNORM, "8000003", ["dorzolamide + timolol"], None, "a brand of a combination"),
        (RXNORM, "5000007", ["azithromycin"], Route.ORAL, "a pack, its empty tablets left out"),
        (RXNORM, "5000010", ["esomeprazole"], None, "magnesium as a counter-ion"),
        (RXNORM, "5000014", ["balanced crystalloid with magnesium"], None, "a bag by its salts"),
        (RXNORM, "897018", ["fampridine"], None, "a USAN is filed under our INN by its code"),
        (RXNORM, "5000009", ["novelolol"], Route.NASAL, "a new dose form, by its group"),
        (RXNORM, "5000022", ["metoprolol"], None, "an obsolete code still stands for its drug"),
        (RXNORM, "8000005", ["esomeprazole", "metoprolol"], None, "two drugs under one name"),
        (RXNORM, "5000020", [], None, "half known is not known"),
        (RXNORM, "4000002", ["metoprolol"], Route.ORAL, "retired"),
        (RXNORM, "4000001", ["metoprolol"], Route.ORAL, "retired twice over"),
        (RXNORM, "4000003", ["dorzolamide + timolol"], Route.OPHTHALMIC, "merged into another"),
        (RXNORM, "866514", ["metoprolol"], Route.ORAL, "only our own table has it"),
        (RXNORM, "99999999999999999999", [], None, "no code can be so long"),
        (NDC, "00781-1234-01", ["metoprolol"], Route.ORAL, "5-4-2"),
        (NDC, "0781-1234-01", ["metoprolol"], Route.ORAL, "4-4-2"),
        (NDC, "55555-444-22", ["azithromycin"], Route.ORAL, "5-3-2"),
        (NDC, "00781-1234-1", ["metoprolol"], Route.ORAL, "5-4-1"),
        (NDC, "00781123401", ["metoprolol"], Route.ORAL, "eleven digits"),
        (NDC, "0781123401", ["metoprolol"], Route.ORAL, "ten digits that fit one drug only"),
        (NDC, "00781-1234", ["metoprolol"], Route.ORAL, "the product, whatever the package"),
        (NDC, "0781-1234", ["metoprolol"], Route.ORAL, "the product in 4-4"),
        (
            NDC,
            "1234567890",
            ["magnesium sulfate", "metoprolol"],
            None,
            "ten digits that fit two drugs: both are checked",
        ),
        (NDC, "0", [], None, "what hospitals write where there is none"),
        (NDC, "00781-1234-01-9", [], None, "no shape of an NDC"),
        (NDC, "sample", [], None, "no digits"),
        (ATC, "C07AB02", ["metoprolol"], None, "systemic"),
        (ATC, " s01ed01 ", ["timolol"], Route.OPHTHALMIC, "the group tells the eye"),
        (ATC, "A10BA", [], None, "a group that no class cites is no drug"),
        (SNOMED, "372826007", ["metoprolol"], None, "where the release has it"),
        (UNII, "GEB06NHM23", ["metoprolol"], None, "where the release has it"),
        (UNII, "6918", [], None, "not the same system"),
    ],
)
def test_codes_of_every_kind(
    edition: Edition,
    system: CodeSystem,
    code: str,
    expected: list[str],
    route: Route | None,
    reason: str,
) -> None:
    answer = by_code(edition, system, code)
    assert drugs(answer) == expected, reason
    assert answer.route is route, reason
    kinds = [Disposition.UNRESOLVED, Disposition.EVALUATED, Disposition.AMBIGUOUS]
    assert answer.disposition is kinds[len(expected)]


def test_a_product_tells_its_strength(edition: Edition) -> None:
    assert by_code(edition, RXNORM, "5000002", "2 tablets bid").dose == Dose(100, "mg")
    assert by_code(edition, RXNORM, "5000002").dose is None  # how many are taken nobody said


def test_a_retired_code_is_said_to_be_one(edition: Edition) -> None:
    assert by_code(edition, RXNORM, "4000001").notes == (
        "a retired code was read as 5000001, its successor",
    )


def test_code_and_text_are_held_against_each_other(edition: Edition) -> None:
    answer = by_code(edition, NDC, "00781123401", "gentamicin")
    assert drugs(answer) == ["gentamicin", "metoprolol"]
    assert answer.disposition is Disposition.AMBIGUOUS


@pytest.mark.parametrize(
    ("text", "expected", "reason"),
    [
        ("Exblizep", ["cefepime + zenmetazobactam"], "a brand that only the release has"),
        ("EXBLIZEP 2.5 g IV q8h", ["cefepime + zenmetazobactam"], "amid a sig"),
        ("zenmetazobactam / cefepime", ["cefepime + zenmetazobactam"], "a new ingredient"),
        ("novelolol 5 mg daily", ["novelolol"], "a new ingredient"),
        ("Exblizep Foo", ["cefepime + zenmetazobactam"], "what it may be, UNRESOLVED as it is"),
        ("Toprol", ["metoprolol"], "what we know ourselves"),
    ],
)
def test_names_of_the_release(
    edition: Edition, text: str, expected: list[str], reason: str
) -> None:
    assert drugs(by_text(edition, text)) == expected, reason


def test_the_trail_says_what_came_from_the_release(edition: Edition) -> None:
    codings = (Coding(RXNORM, "5000022"), Coding(NDC, "1"))
    order = Medication("1", MedicationList.PROPOSED, "Exblizep iv", codings)
    assert edition.explain(order).trail == (
        "RXNORM 5000022: release 20AA_261102F, SCD, obsolete → metoprolol",
        "NDC 1: not known",
        "'exblizep': site brand → cefepime + zenmetazobactam",
        "'iv': route",
    )


def test_a_new_ingredient_joins_the_class_that_cites_its_atc_group(edition: Edition) -> None:
    assert "beta-blocker" in edition.knowledge.classes_of["novelolol"]
    order = Medication("1", MedicationList.PROPOSED, "novelolol 5 mg po bid")
    request = ScreeningRequest(
        Patient(),
        ((order, edition.understand(order)),),
        Jurisdiction.US,
        datetime.date(2026, 11, 22),
    )
    assert [alert.drug for alert in RuleScreener().screen(request, edition.knowledge).alerts]


def test_the_digest_covers_both_vocabularies(edition: Edition) -> None:
    plain = browse_edition(packaged_rules())
    assert edition.knowledge.digest != plain.knowledge.digest
    assert edition.ingredient_count() == plain.ingredient_count() + 2
    assert with_site(plain, None) is plain


def test_a_file_that_is_written_over_while_it_is_in_use_is_not_read(
    edition: Edition, tmp_path: Path
) -> None:
    """SQLite was told that it never changes, and would answer from both mixed together."""
    vocabulary = edition.vocabulary
    path, other = tmp_path / "site.sqlite", tmp_path / "other.sqlite"
    import_release(SmallRelease().write(tmp_path / "release"), path, Demands(vocabulary))
    shutil.copyfile(path, other)
    site = SiteVocabulary(path, vocabulary)
    assert site.code(RXNORM, "5000001").readings
    other.replace(path)
    assert site.is_as_opened, "another file in its place"
    assert site.code(RXNORM, "5000002").readings
    again = SiteVocabulary(path, vocabulary)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert not again.is_as_opened
    for code in ("6918", "5000001"):
        with pytest.raises(Unavailable, match="NOT checked"):
            again.code(RXNORM, code)


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" * 10])
def test_a_file_that_is_no_vocabulary_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "site.sqlite"
    path.write_bytes(content)
    with pytest.raises(InvalidKnowledge, match="no vocabulary made by"):
        with_site(browse_edition(packaged_rules()), path)


@pytest.mark.parametrize(
    ("code", "forms"),
    [
        ("1234567890", ("01234567890", "12345067890", "12345678900")),
        ("2501-813-16", ("02501081316",)),
        ("123456-1234-12", ()),
        ("12345-1234-123", ()),
        ("1234567890123", ()),
        ("\N{ARABIC-INDIC DIGIT ONE}2345-1234-12", ()),
    ],
)
def test_shapes_of_ndc(code: str, forms: tuple[str, ...]) -> None:
    assert eleven_digits(code) == forms
