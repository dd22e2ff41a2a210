"""Importing a release: what comes of it, and what is refused."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from lems_guard.terminology.site import schema
from lems_guard.terminology.site.loading import Demands, import_release
from lems_guard.terminology.site.must_resolve import read_must_resolve
from lems_guard.terminology.site.rrf import BrokenRelease
from lems_guard.terminology.vocabulary import Vocabulary
from terminology.small_release import INGREDIENTS, SmallRelease

TABLES = Path(__file__).parents[2] / "rules" / "vocabulary"


@pytest.fixture
def demands(vocabulary: Vocabulary) -> Demands:
    return Demands(vocabulary, read_must_resolve(TABLES, vocabulary), {"metoprolol", "timolol"})


def digest_of(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_folder_and_a_zip_give_the_same(tmp_path: Path, demands: Demands) -> None:
    release = SmallRelease()
    read: list[int] = []
    folder = import_release(
        release.write(tmp_path / "folder"),
        tmp_path / "a.sqlite",
        demands,
        lambda _, size: read.append(size),
    )
    zipped = import_release(release.zipped(tmp_path / "r.zip"), tmp_path / "b.sqlite", demands)
    assert folder == zipped
    assert folder.release == "20AA_261102F"
    assert folder.counts["kind IN"] == len(INGREDIENTS) - 1
    assert digest_of(tmp_path / "a.sqlite") == digest_of(tmp_path / "b.sqlite")
    assert sum(read) == sum(path.stat().st_size for path in tmp_path.glob("folder/rrf/*.RRF"))
    assert not list(tmp_path.glob("*.new"))


def test_the_file_tells_about_itself(tmp_path: Path, demands: Demands) -> None:
    out = tmp_path / "a.sqlite"
    said = import_release(SmallRelease().write(tmp_path / "folder"), out, demands)
    with schema.reading(out) as database:
        assert schema.about(database) == said
        assert schema.content_digest(database, said.release) == said.digest


def cut_a_line(text: str) -> str:
    first, _, rest = text.partition("\n")
    return f"{first}\n{rest[: rest.index('|') + 1]}\n{rest.partition(chr(10))[2]}"


@pytest.mark.parametrize(
    ("file", "change", "problem"),
    [
        ("RXNCONSO", cut_a_line, "RXNCONSO.RRF:2: 1 fields instead of 18"),
        ("RXNSAT", cut_a_line, "RXNSAT.RRF:2: 1 fields instead of 13"),
        ("RXNSAT", lambda text: text[:-8], "the file is cut off within this line"),
        ("RXNREL", lambda _: "", "RXNREL.RRF:1: the file is empty"),
        ("RXNREL", lambda text: text.replace("RXNORM", "OTHER"), "no has_ingredient of RXNORM"),
        (
            "RXNCONSO",
            lambda text: text.replace("Firdapse", "Fir"),
            "'Firdapse' is nothing, not amifampridine",
        ),
        (
            "RXNCONSO",
            lambda text: text.replace("|10600|timolol|", "|10600|atenolol|"),
            "RxCUI 10600 is 'atenolol' there, and timolol here",
        ),
        (
            "RXNCONSO",
            lambda text: text.replace("6918|ENG|", "x|ENG|", 1),
            "RXNCONSO.RRF:1: the code of a concept is no number",
        ),
    ],
)
def test_a_broken_release_is_refused_and_the_old_file_stays(
    tmp_path: Path, demands: Demands, file: str, change: Callable[[str], str], problem: str
) -> None:
    out = tmp_path / "a.sqlite"
    import_release(SmallRelease().write(tmp_path / "good"), out, demands)
    before = digest_of(out)
    bad = SmallRelease().write(tmp_path / "bad")
    path = bad / "rrf" / f"{file}.RRF"
    changed = change(path.read_text("utf-8"))
    path.write_text(changed, "utf-8")
    with pytest.raises(BrokenRelease) as refused:
        import_release(bad, out, demands)
    assert problem in str(refused.value)
    assert digest_of(out) == before
    assert not list(tmp_path.glob("*.new"))


def test_relations_the_wrong_way_round_are_refused(tmp_path: Path, demands: Demands) -> None:
    release = SmallRelease()
    for row in release.rows["RXNREL"]:
        row[0], row[4] = row[4], row[0]
    with pytest.raises(BrokenRelease, match="the direction of the relations"):
        import_release(release.write(tmp_path / "r"), tmp_path / "a.sqlite", demands)


def test_a_fifth_more_or_fewer_is_refused_unless_accepted(tmp_path: Path, demands: Demands) -> None:
    out = tmp_path / "a.sqlite"
    large = SmallRelease()
    for number in range(200):
        large.concept(6000000 + number, "IN", f"substance {chr(97 + number % 26)}{number}")
    import_release(large.write(tmp_path / "large"), out, demands)
    small = SmallRelease().write(tmp_path / "small")
    with pytest.raises(BrokenRelease, match="kind IN: 222 before, 22 now"):
        import_release(small, out, demands)
    said = import_release(small, out, demands._replace(accept_counts=True))
    assert said.counts["kind IN"] == 22


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut off", b"no zip at all"])
def test_what_is_no_release_is_refused(tmp_path: Path, demands: Demands, content: bytes) -> None:
    path = tmp_path / "r.zip"
    path.write_bytes(content)
    with pytest.raises(BrokenRelease, match="no zip file"):
        import_release(path, tmp_path / "a.sqlite", demands)


def test_a_damaged_zip_is_refused_with_its_place(tmp_path: Path, demands: Demands) -> None:
    path = SmallRelease().zipped(tmp_path / "r.zip")
    content = bytearray(path.read_bytes())
    content[120:140] = b"\0" * 20
    path.write_bytes(content)
    with pytest.raises(BrokenRelease, match=r"RXNCONSO\.RRF:\d+: cannot be read on from here"):
        import_release(path, tmp_path / "a.sqlite", demands)


def test_a_folder_without_a_release_is_refused(tmp_path: Path, demands: Demands) -> None:
    with pytest.raises(BrokenRelease, match=r"RXNCONSO\.RRF, RXNREL\.RRF, RXNSAT\.RRF not found"):
        import_release(tmp_path, tmp_path / "a.sqlite", demands)


def test_text_that_is_not_utf_8_is_refused(tmp_path: Path, demands: Demands) -> None:
    folder = SmallRelease().write(tmp_path / "r")
    path = folder / "rrf" / "RXNCONSO.RRF"
    path.write_bytes(path.read_bytes().replace(b"timolol", b"tim\xe9lol", 1))
    with pytest.raises(BrokenRelease, match=r"RXNCONSO\.RRF:\d+: not UTF-8"):
        import_release(folder, tmp_path / "a.sqlite", demands)
