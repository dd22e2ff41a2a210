"""The build step on a small sample of sources, beside the real tables of sig words."""

import shutil
from pathlib import Path

import pytest

from lems_guard.terminology.build.around import WordsAround
from lems_guard.terminology.build.evidence import JunkIngredient, check
from lems_guard.terminology.build.rows import read_rows
from lems_guard.terminology.build.rxnorm import RxNormProduct, read_product
from lems_guard.terminology.build.tables import build
from lems_guard.terminology.tables import read_vocabulary

SAMPLE = Path(__file__).parent / "sources_sample"
TABLES = Path(__file__).parents[2] / "rules" / "vocabulary"
BUILT = (
    "atc.tsv",
    "brands.tsv",
    "cvx.tsv",
    "ingredients.tsv",
    "names.tsv",
    "products.tsv",
    "unii.tsv",
)

Row = dict[str, str]


def copy_of_the_hand_made(directory: Path) -> Path:
    shutil.copytree(SAMPLE / "by_hand", directory / "by_hand")
    for table in TABLES.glob("*.tsv"):
        if table.name not in BUILT:
            shutil.copy(table, directory)
    for name in ("mixtures.tsv", "only_routes.tsv"):
        shutil.copy(SAMPLE / name, directory)
    return directory


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = copy_of_the_hand_made(tmp_path_factory.mktemp("vocabulary") / "tables")
    build(SAMPLE, directory)
    return directory


def rows(directory: Path, table: str, **cells: str) -> list[Row]:
    return [row for row in read_rows(directory / table) if cells.items() <= row.items()]


def one(directory: Path, table: str, **cells: str) -> Row:
    [row] = rows(directory, table, **cells)
    return row


def test_what_is_built_can_be_read(built: Path) -> None:
    vocabulary = read_vocabulary(built)
    assert vocabulary.ingredients["metoprolol"] == "6918"


def test_building_twice_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    again = copy_of_the_hand_made(tmp_path / "again")
    build(SAMPLE, again)
    for table in BUILT:
        assert (again / table).read_bytes() == (built / table).read_bytes()


def test_every_row_says_where_it_comes_from(built: Path) -> None:
    for table in BUILT:
        assert all(row["source"] for row in read_rows(built / table))
    assert one(built, "ingredients.tsv", name="metoprolol")["source"] == (
        "drug_facts rxcui[ndcmap2019]"
    )
    assert one(built, "brands.tsv", brand="Lopressor")["source"] == "drug_facts[ema,hand]"


def test_a_combination_comes_before_a_single_brand(built: Path) -> None:
    assert one(built, "brands.tsv", brand="Ziac")["ingredients"] == (
        "bisoprolol;hydrochlorothiazide"
    )


def test_a_bag_is_what_it_is_by_what_it_holds(built: Path) -> None:
    assert one(built, "brands.tsv", brand="Drip R")["ingredients"] == "drip with magnesium"
    for rxcui in ("616", "617"):
        assert one(built, "products.tsv", rxcui=rxcui)["ingredients"] == "drip with magnesium"


def test_a_name_written_twice_by_hand_has_two_meanings(built: Path) -> None:
    meanings = {row["ingredients"] for row in rows(built, "names.tsv", name="drip")}
    assert meanings == {"drip with magnesium", "sodium gluconate"}


def test_a_salt_in_a_combination_is_its_base(built: Path) -> None:
    assert one(built, "brands.tsv", brand="Cosopt")["ingredients"] == "dorzolamide;timolol"


def test_a_hand_made_brand_keeps_its_place_and_route(built: Path) -> None:
    beloc = one(built, "brands.tsv", brand="Beloc")
    assert (beloc["countries"], beloc["route"], beloc["source"]) == (
        "EU CH",
        "ORAL",
        "hand: label",
    )


def test_brands_known_from_unii_alone_are_never_used(built: Path) -> None:
    assert not rows(built, "brands.tsv", brand="Uniiol")


def test_a_brand_that_is_a_sig_word_is_left_out(built: Path) -> None:
    assert not rows(built, "brands.tsv", brand="Daily")


def test_one_substance_is_one_ingredient(built: Path) -> None:
    assert one(built, "ingredients.tsv", name="rifampicin")["rxcui"] == "9384"
    assert not rows(built, "ingredients.tsv", name="rifampin")
    assert one(built, "names.tsv", name="rifampin")["ingredients"] == "rifampicin"
    assert one(built, "brands.tsv", brand="Rifadin")["ingredients"] == "rifampicin"


def test_the_broken_magnesium_row_is_dropped(built: Path) -> None:
    assert not rows(built, "ingredients.tsv", name="magnesium cation")
    assert one(built, "names.tsv", name="magnesium sulfate")["ingredients"] == "magnesium sulfate"
    assert one(built, "names.tsv", name="magnesium")["ingredients"] == "magnesium"


def test_substances_of_the_rules_are_ingredients_and_classes_are_not(built: Path) -> None:
    assert one(built, "ingredients.tsv", name="arotinolol")["source"] == "rule_substances"
    assert rows(built, "ingredients.tsv", name="amifampridine (compounded)")
    assert not rows(built, "ingredients.tsv", name="any aminoglycoside")


def test_products_become_names_brands_and_codes(built: Path) -> None:
    assert one(built, "ingredients.tsv", name="amlodipine")["rxcui"] == "17767"
    assert one(built, "brands.tsv", brand="Exforge")["ingredients"] == "amlodipine;valsartan"
    product = one(built, "products.tsv", rxcui="866514")
    assert (product["ingredients"], product["route"], product["strength"]) == (
        "metoprolol",
        "ORAL",
        "50 mg",
    )
    assert not rows(built, "products.tsv", rxcui="515")


def test_a_brand_has_the_route_of_all_its_products(built: Path) -> None:
    assert one(built, "brands.tsv", brand="Betimol")["route"] == "OPHTHALMIC"


@pytest.mark.parametrize(
    ("name", "product"),
    [
        (
            "24 HR metoprolol succinate 50 MG Extended Release Oral Tablet [Toprol]",
            RxNormProduct(("metoprolol succinate",), "Extended Release Oral Tablet", "Toprol"),
        ),
        (
            "amoxicillin 875 MG / clavulanate 125 MG Oral Tablet [Augmentin]",
            RxNormProduct(("amoxicillin", "clavulanate"), "Oral Tablet", "Augmentin"),
        ),
        (
            "{6 (azithromycin 250 MG Oral Tablet) } Pack [Z-PAK]",
            RxNormProduct(("azithromycin",), "Oral Tablet", "Z-PAK"),
        ),
        (
            "10 ML gentamicin 10 MG/ML Injection",
            RxNormProduct(("gentamicin",), "Injection", ""),
        ),
        (
            "preservative-free timolol 5 MG/ML Ophthalmic Solution",
            RxNormProduct(("timolol",), "Ophthalmic Solution", ""),
        ),
        ("Naproxen 500 MG [Naprosyn]", RxNormProduct(("Naproxen",), "", "Naprosyn")),
        ("Metoprolol Pill", None),
        ("", None),
    ],
)
def test_a_product_name_is_taken_apart(name: str, product: RxNormProduct | None) -> None:
    assert read_product(name) == product


def test_the_committed_tables_are_what_their_sources_build(tmp_path: Path) -> None:
    directory = tmp_path / "vocabulary"
    shutil.copytree(TABLES, directory)
    for table in BUILT:
        (directory / table).unlink()
    build(directory / "sources", directory)
    for table in BUILT:
        assert (directory / table).read_bytes() == (TABLES / table).read_bytes(), table


def test_every_source_says_where_it_comes_from_and_on_what_terms() -> None:
    for source in (TABLES / "sources").glob("*.tsv"):
        head = [line for line in source.read_text("utf-8").splitlines() if line.startswith("#")]
        assert head[0].startswith("# source: "), source.name
        assert head[1].startswith("# licence: "), source.name


def test_what_no_code_and_no_second_source_knows_is_no_ingredient(built: Path) -> None:
    assert not rows(built, "ingredients.tsv", name="shifty valsartan")
    assert not rows(built, "products.tsv", rxcui="702")


def test_a_qualifier_of_rxnorm_is_no_part_of_the_drug(built: Path) -> None:
    assert one(built, "products.tsv", rxcui="703")["ingredients"] == "metoprolol"
    assert not rows(built, "ingredients.tsv", name="pmdd metoprolol")


@pytest.mark.parametrize(
    "name", ["tablet", "evening dosing", "extended release"], ids=["form", "qualifier", "release"]
)
def test_a_word_around_names_stops_the_build(name: str) -> None:
    words = WordsAround.read(TABLES)
    around = words.of_sigs - words.salts
    with pytest.raises(JunkIngredient, match=name):
        check([(name, "", "rxnorm_names")], around)
    check([("metoprolol", "", "rxnorm_names"), ("aspartate", "", "rxnorm_names")], around)


def test_the_committed_tables_are_deduplicated_and_sorted() -> None:
    for table in BUILT:
        lines = (TABLES / table).read_text("utf-8").splitlines()[1:]
        assert lines == sorted(set(lines)), table
