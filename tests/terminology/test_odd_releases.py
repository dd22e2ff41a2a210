"""Releases as sites have them: renamed, marked, with codes and products that nothing explains."""

import codecs
from pathlib import Path

import pytest

from lems_guard.clinical.medication import CodeSystem
from lems_guard.terminology.site.loading import Demands, import_release
from lems_guard.terminology.site.vocabulary import SiteVocabulary
from lems_guard.terminology.vocabulary import Vocabulary
from terminology.small_release import SmallRelease


@pytest.fixture
def demands(vocabulary: Vocabulary) -> Demands:
    return Demands(vocabulary)


def test_file_names_in_small_letters_are_found(tmp_path: Path, demands: Demands) -> None:
    usual = import_release(SmallRelease().write(tmp_path / "a"), tmp_path / "a.sqlite", demands)
    folder = SmallRelease().write(tmp_path / "b")
    for path in (folder / "rrf").iterdir():
        path.rename(path.with_name(path.name.lower()))
    assert import_release(folder, tmp_path / "b.sqlite", demands) == usual


def test_a_mark_of_byte_order_is_no_part_of_the_first_code(
    tmp_path: Path, demands: Demands
) -> None:
    usual = import_release(SmallRelease().write(tmp_path / "a"), tmp_path / "a.sqlite", demands)
    folder = SmallRelease().write(tmp_path / "b")
    for path in (folder / "rrf").iterdir():
        path.write_bytes(codecs.BOM_UTF8 + path.read_bytes())
    assert import_release(folder, tmp_path / "b.sqlite", demands) == usual


def test_the_folder_of_the_file_is_made(tmp_path: Path, demands: Demands) -> None:
    target = tmp_path / "not" / "there" / "site.sqlite"
    import_release(SmallRelease().write(tmp_path / "a"), target, demands)
    assert target.is_file()


@pytest.mark.parametrize("code", [2**63, 2**64, 10**30])
def test_a_code_beyond_all_numbers_is_passed_over(
    tmp_path: Path, demands: Demands, code: int
) -> None:
    usual = import_release(SmallRelease().write(tmp_path / "a"), tmp_path / "a.sqlite", demands)
    release = SmallRelease()
    release.concept(code, "SCD", "metoprolol 7 MG Oral Tablet")
    release.relate(code, "has_ingredient", 6918)
    release.ndc(code, "11111222233")
    release.add("RXNCUI", {0: code, 4: 5000001})
    odd = import_release(release.write(tmp_path / "b"), tmp_path / "b.sqlite", demands)
    assert odd.counts == usual.counts


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("metoprolol tartrate 37.5 MG Oral Tablet", (("metoprolol",),)),
        ("dorzolamide 20 MG/ML / timolol 5 MG/ML Eye Drops", (("dorzolamide", "timolol"),)),
        ("metoprolol / strangeol 5 MG Oral Tablet", ()),
        ("strangeol 5 MG Oral Tablet", ()),
    ],
    ids=["single", "combination", "half known", "not known"],
)
def test_an_obsolete_product_without_relations_is_read_by_its_name(
    tmp_path: Path,
    vocabulary: Vocabulary,
    demands: Demands,
    name: str,
    expected: tuple[tuple[str, ...], ...],
) -> None:
    release = SmallRelease()
    release.concept(5999999, "SCD", name, "O")
    import_release(release.write(tmp_path / "a"), tmp_path / "a.sqlite", demands)
    site = SiteVocabulary(tmp_path / "a.sqlite", vocabulary)
    assert site.code(CodeSystem.RXNORM, "5999999").readings == expected
