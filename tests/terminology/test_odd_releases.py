"""Releases as sites have them: renamed, marked, with codes and products that nothing explains."""

import codecs
import os
import subprocess
import zipfile
from pathlib import Path, PurePosixPath

import pytest

from lems_guard.clinical.medication import CodeSystem
from lems_guard.terminology.site.graph import Graph
from lems_guard.terminology.site.loading import Demands, import_release
from lems_guard.terminology.site.rrf import BrokenRelease
from lems_guard.terminology.site.vocabulary import SiteVocabulary
from lems_guard.terminology.vocabulary import Vocabulary
from running import COMMAND
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


def repacked(path: Path, name: str, flags: int = 0, method: int | None = None) -> Path:
    """A zipped release whose members' names, flags or methods are changed."""
    other = path.with_name("other.zip")
    with zipfile.ZipFile(path) as usual, zipfile.ZipFile(other, "w") as archive:
        members = {PurePosixPath(each).name: each for each in reversed(usual.namelist())}
        for plain, each in members.items():
            archive.writestr(name.format(plain), usual.read(each))
    content = bytearray(other.read_bytes())
    for mark, place in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = content.find(mark)
        while at >= 0:
            content[at + place] |= flags
            if method is not None:
                content[at + place + 2] = method
            at = content.find(mark, at + 1)
    other.write_bytes(content)
    return other


@pytest.mark.parametrize("name", ["./rrf/{}", "rrf//{}", "rrf/./{}"])
def test_members_of_an_archive_are_found_however_their_names_are_written(
    tmp_path: Path, demands: Demands, name: str
) -> None:
    zipped = SmallRelease().zipped(tmp_path / "r.zip")
    usual = import_release(zipped, tmp_path / "a.sqlite", demands)
    assert import_release(repacked(zipped, name), tmp_path / "b.sqlite", demands) == usual


@pytest.mark.parametrize(("flags", "method"), [(1, None), (0, 99)])
def test_an_archive_that_cannot_be_unpacked_is_refused_with_its_place(
    tmp_path: Path, demands: Demands, flags: int, method: int | None
) -> None:
    """Encrypted, or packed in a way that nobody knows."""
    zipped = repacked(SmallRelease().zipped(tmp_path / "r.zip"), "rrf/{}", flags, method)
    with pytest.raises(BrokenRelease, match=r"RXN\w+\.RRF:1: cannot be read"):
        import_release(zipped, tmp_path / "a.sqlite", demands)
    assert not (tmp_path / "a.sqlite").exists()


def test_an_archive_that_is_made_to_swell_is_refused_before_it_does(
    tmp_path: Path, demands: Demands
) -> None:
    zipped = SmallRelease().zipped(tmp_path / "r.zip")
    with zipfile.ZipFile(zipped, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("rrf/RXNDOC.RRF", b"0" * 30_000_000)
    with pytest.raises(BrokenRelease, match="swells as no release does"):
        import_release(zipped, tmp_path / "a.sqlite", demands)


def test_a_line_without_end_is_refused(tmp_path: Path, demands: Demands) -> None:
    folder = SmallRelease().write(tmp_path / "a")
    with (folder / "rrf" / "RXNREL.RRF").open("ab") as file:
        file.write(b"x" * 100_000 + b"\n")
    with pytest.raises(BrokenRelease, match=r"RXNREL\.RRF:\d+: a line longer than 65536 bytes"):
        import_release(folder, tmp_path / "a.sqlite", demands)


def test_equal_relations_cost_no_more_than_their_number() -> None:
    """A tuple made anew for each of 200,000 would take minutes."""
    graph = Graph(kinds={1: "SCD", 2: "IN"})
    for _ in range(200_000):
        graph.add(1, "has_ingredient", 2)
    assert len(graph.edges["has_ingredient"][1]) == 200_000


def test_a_full_disk_is_said_and_the_old_file_stays(tmp_path: Path, demands: Demands) -> None:
    """As a full disk is, a file that may not grow; in a process of its own."""
    folder, target = SmallRelease().write(tmp_path / "a"), tmp_path / "site.sqlite"
    import_release(folder, target, demands)
    before = target.read_bytes()
    words = ["vocabulary", "import-rxnorm", str(folder), "--out", str(target)]
    unmeasured = {name: each for name, each in os.environ.items() if "COVERAGE" not in name}
    ran = subprocess.run(
        ["sh", "-c", 'ulimit -f 8; exec "$@"', "sh", str(COMMAND), *words],  # noqa: S607
        env=unmeasured | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 2, ran.stderr
    assert "site.sqlite.new: cannot be written" in ran.stderr
    assert target.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir() if "sqlite" in each.name] == [target.name]
