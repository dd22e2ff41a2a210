"""`lems-guard doctor` says what is well, and what to fix."""

import os
import shutil
import socket
import subprocess
from pathlib import Path

from lems_guard.editions.library import packaged_rules
from lems_guard.journal.records import NOTHING_BEFORE, line_of
from redis_servers import alone
from running import COMMAND
from waiting import PATIENCE

KEY = "0123456789abcdef" * 4


def examined(**settings: str) -> tuple[int, str]:
    """The exit code and what was printed."""
    free = {"LEMS_GUARD_GRPC_LISTEN": "127.0.0.1:0", "LEMS_GUARD_HTTP_LISTEN": "127.0.0.1:0"}
    ran = subprocess.run(
        [COMMAND, "doctor"],
        env=os.environ | {"COLUMNS": "500"} | free | settings,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    return ran.returncode, ran.stdout


def test_each_part_is_looked_at() -> None:
    _, said = examined()
    for part in ("settings", "port", "rules", "vocabulary", "Redis", "clock", "start"):
        assert f" {part}: " in said, said


def test_settings_that_cannot_be_used_are_named() -> None:
    code, said = examined(LEMS_GUARD_JURISDICTION="XX", LEMS_GUARD_DRAIN_SECONDS="-1")
    assert code == 1
    assert "set LEMS_GUARD_JURISDICTION to US, EU or CH" in said
    assert "LEMS_GUARD_DRAIN_SECONDS" in said


def test_a_misspelt_setting_is_named() -> None:
    code, said = examined(LEMS_GUARD_JURISDICTON="US")
    assert code == 1
    assert "did you mean LEMS_GUARD_JURISDICTION?" in said


def test_a_taken_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, said = examined(LEMS_GUARD_HTTP_LISTEN=f"127.0.0.1:{taken.getsockname()[1]}")
    assert code == 1
    assert "set LEMS_GUARD_HTTP_LISTEN to another address" in said


def test_a_port_that_another_of_us_serves_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=True) as served:
        where = f"127.0.0.1:{served.getsockname()[1]}"
        code, said = examined(LEMS_GUARD_HTTP_LISTEN=where)
    assert code == 0, said
    assert f"{where} is already served; calls would be shared" in said


def test_rules_that_do_not_compile_are_named(tmp_path: Path) -> None:
    folder = shutil.copytree(packaged_rules(), tmp_path / "rules")
    (folder / "sources.yaml").write_text("sources: [{id: nothing", "utf-8")
    code, said = examined(LEMS_GUARD_RULES=str(folder))
    assert code == 1
    assert "sources.yaml" in said
    assert "lems-guard rules lint" in said


def test_redis_that_answers_and_redis_that_does_not() -> None:
    with alone() as server:
        _, said = examined(LEMS_GUARD_REDIS_URL=server.url, LEMS_GUARD_CACHE_KEY=KEY)
        assert "Redis: answers within" in said
    url = server.url.replace("//", "//user:hunter2@")
    code, said = examined(LEMS_GUARD_REDIS_URL=url, LEMS_GUARD_CACHE_KEY=KEY)
    assert code == 1
    assert "Redis: no answer" in said
    assert "hunter2" not in said


def test_an_overlay_that_cannot_be_laid_is_named(tmp_path: Path) -> None:
    overlay = tmp_path / "site.yaml"
    overlay.write_text("changes: [{rule: no-such-rule}]", "utf-8")
    code, said = examined(LEMS_GUARD_OVERLAY=str(overlay))
    assert code == 1
    assert f"the overlay {overlay}" in said


def test_a_vocabulary_that_is_none_is_named(tmp_path: Path) -> None:
    site = tmp_path / "rxnorm.sqlite"
    site.write_text("nothing of the kind", "utf-8")
    code, said = examined(LEMS_GUARD_VOCABULARY=str(site))
    assert code == 1
    assert f"`lems-guard vocabulary info {site}`" in said


def test_settings_that_do_not_go_together_are_named() -> None:
    code, said = examined(
        LEMS_GUARD_CDS_HOOKS_AUTH="off",
        LEMS_GUARD_HTTP_LISTEN="0.0.0.0:0",
        LEMS_GUARD_PLAINTEXT="anywhere",
    )
    assert code == 1
    assert "start: LEMS_GUARD_CDS_HOOKS_AUTH: off is for this machine alone" in said


def test_the_journal_is_read_from_end_to_end(tmp_path: Path) -> None:
    journal = tmp_path / "decisions.jsonl"
    first, digest = line_of({"kind": "begun"}, 1, NOTHING_BEFORE)
    second, _ = line_of({"kind": "decision"}, 2, digest)
    for lines, told in (
        ((), "0 records in 0 files, 0 faults"),
        ((first, second), "2 records in 1 files, 0 faults"),
    ):
        if lines:
            journal.write_bytes(b"".join(lines))
        _, said = examined(LEMS_GUARD_JOURNAL=str(journal))
        assert f"ok  journal: {told}" in said
    journal.write_bytes(second.replace(b"decision", b"deletion") + first)
    code, said = examined(LEMS_GUARD_JOURNAL=str(journal))
    assert code == 1
    assert f"FIX journal: 1 records in 1 files, 1 faults: {journal.name}:1" in said
    assert f"lems-guard journal verify {journal}" in said


def test_a_journal_that_has_no_place_is_named(tmp_path: Path) -> None:
    code, said = examined(LEMS_GUARD_JOURNAL=str(tmp_path / "not-there" / "decisions.jsonl"))
    assert code == 1
    assert "set LEMS_GUARD_JOURNAL" in said
