"""`lems-guard vocabulary` and what a refusal looks like there."""

import contextlib
import sqlite3
from pathlib import Path

import pytest

from lems_guard.cli.main import run
from terminology.small_release import SmallRelease


@pytest.fixture
def imported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    release = SmallRelease().zipped(tmp_path / "release.zip")
    out = tmp_path / "site.sqlite"
    assert run(["vocabulary", "import-rxnorm", str(release), "--out", str(out)]) == 0
    assert "release 20AA_261102F" in capsys.readouterr().out
    return out


def test_info_tells_release_digest_and_counts(
    imported: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["vocabulary", "info", str(imported)]) == 0
    named = capsys.readouterr().out
    monkeypatch.setenv("LEMS_GUARD_VOCABULARY", str(imported))
    assert run(["vocabulary", "info"]) == 0
    assert capsys.readouterr().out == named
    for said in ("release 20AA_261102F\n", "digest ", "  code: ", "  kind IN: 22\n"):
        assert said in named


def test_what_cannot_be_told_is_a_fault(
    imported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with contextlib.closing(sqlite3.connect(imported)) as database, database:
        database.execute("UPDATE drug SET readings = '8787' WHERE rxcui = 6918")
    assert run(["vocabulary", "info", str(imported)]) == 2
    assert "damaged" in capsys.readouterr().err
    assert run(["vocabulary", "info"]) == 2
    assert "LEMS_GUARD_VOCABULARY is not set" in capsys.readouterr().err
    assert run(["vocabulary", "import-rxnorm", str(tmp_path), "--out", str(imported)]) == 2
    assert "no RxNorm release" in capsys.readouterr().err


def test_resolve_uses_the_imported_file(
    imported: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["resolve", "Exblizep 2.5 g iv q8h"]) == 3
    monkeypatch.setenv("LEMS_GUARD_VOCABULARY", str(imported))
    assert run(["resolve", "Exblizep 2.5 g iv q8h"]) == 0
    assert "zenmetazobactam" in capsys.readouterr().out
