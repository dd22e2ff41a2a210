"""`lems-guard batch`: each line is answered, in its order, also after an interruption."""

import functools
import gzip
import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import ENVIRONMENT, PROGRAM, Run, prescription
from lems_guard.cohort import requests
from lems_guard.editions.library import load_edition

AS_OF = "2026-11-21"
LINES = 4000
LOAD = functools.cache(load_edition)


@pytest.fixture(autouse=True)
def loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules do not change between these runs, so they are read once."""
    monkeypatch.setattr("lems_guard.cohort.in_process.load_edition", LOAD)


@pytest.fixture
def cohort(tmp_path: Path) -> Path:
    """Three prescriptions."""
    path = tmp_path / "in.ndjson"
    drugs = ("metoprolol po", "amoxicillin po", "zzzomycin")
    path.write_text("".join(f"{prescription(drug, asOf=AS_OF)}\n" for drug in drugs))
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.ndjson"


def answers(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_each_line_is_answered_in_its_order(lems_guard: Run, cohort: Path, out: Path) -> None:
    ran = lems_guard("batch", cohort, out)
    found = answers(out.read_text())
    assert (ran.code, ran.out) == (0, "")
    assert "3 checked\n" in ran.err
    assert [each["requestId"] for each in found] == ["1", "2", "3"]
    assert [each["response"]["medications"][0]["disposition"] for each in found] == [
        "DISPOSITION_EVALUATED",
        "DISPOSITION_EVALUATED",
        "DISPOSITION_UNRESOLVED",
    ]


def test_an_answer_is_that_of_check(lems_guard: Run, cohort: Path, out: Path) -> None:
    lems_guard("batch", cohort, out)
    first = cohort.read_text().splitlines()[0]
    alone = lems_guard("check", "--request", "-", "--json", stdin=first)
    assert answers(out.read_text())[0]["response"] == json.loads(alone.out)


@pytest.mark.parametrize(
    ("line", "field", "words"),
    [
        ("", "", "blank line"),
        ("   ", "", "blank line"),
        ("nonsense", "", "no JSON: line 1, column 1"),
        ('{"proposed": []}', "proposed", "at least one medication"),
        (prescription("x", patient={"weightKg": -3}), "patient.weight_kg", "above 0"),
        (prescription("x" * 300), "", "longer than"),
    ],
)
def test_a_bad_line_fails_alone(  # noqa: PLR0913, PLR0917 - a line, its fault, and the rest
    lems_guard: Run,
    cohort: Path,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    line: str,
    field: str,
    words: str,
) -> None:
    monkeypatch.setattr(requests, "LONGEST_LINE", 200)
    good = cohort.read_text()
    cohort.write_text(f"{line}\n{good}")
    ran = lems_guard("batch", cohort, out)
    bad, *rest = answers(out.read_text())
    [violation] = bad["error"]["fieldViolations"]
    assert ran.code == 0
    assert "3 checked, 1 NOT checked" in ran.err
    assert bad["error"]["code"] == 3
    assert violation.get("field", "") == field
    assert words in violation["description"]
    assert all("response" in each for each in rest)


def test_a_last_line_without_its_end_is_a_line(lems_guard: Run, cohort: Path, out: Path) -> None:
    cohort.write_text(cohort.read_text().rstrip())
    lems_guard("batch", cohort, out)
    assert len(answers(out.read_text())) == 3


def test_streams_are_read_and_written(program: Run, cohort: Path, out: Path) -> None:
    ran = program("batch", "-", "-", stdin=cohort.read_text())
    program("batch", cohort, out)
    assert ran.code == 0
    assert ran.out == out.read_text()


def test_an_existing_file_is_not_overwritten(lems_guard: Run, cohort: Path, out: Path) -> None:
    out.write_text("precious")
    ran = lems_guard("batch", cohort, out)
    assert ran.code == 2
    assert "--resume" in ran.err
    assert out.read_text() == "precious"
    assert lems_guard("batch", cohort, out, "--restart").code == 0
    assert len(answers(out.read_text())) == 3


@pytest.mark.parametrize("way", [(), ("--restart",), ("--resume",)])
def test_what_is_no_file_is_refused_before_any_work(
    lems_guard: Run, cohort: Path, tmp_path: Path, way: tuple[str, ...]
) -> None:
    """Nothing of it can be gone on with, and what was made would be lost in the end."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for each in (pipe, Path(os.devnull), tmp_path):
        ended = lems_guard("batch", cohort, each, *way)
        assert (ended.code, ended.err.count("is no file")) == (2, 1)
        assert not each.with_name(f"{each.name}.state").exists()


def test_the_input_is_never_the_output(lems_guard: Run, cohort: Path) -> None:
    before = cohort.read_text()
    assert lems_guard("batch", cohort, cohort, "--restart").code == 2
    assert cohort.read_text() == before


def test_a_finished_batch_is_left_as_it_is(lems_guard: Run, cohort: Path, out: Path) -> None:
    lems_guard("batch", cohort, out)
    whole = out.read_bytes()
    ran = lems_guard("batch", cohort, out, "--resume")
    assert ran.code == 0
    assert "0 checked (3 were answered before)" in ran.err
    assert out.read_bytes() == whole


def test_what_a_killed_run_had_begun_is_made_again(
    lems_guard: Run, cohort: Path, out: Path
) -> None:
    """Its answers are on the disk before its state is, and either may end in the middle."""
    lems_guard("batch", cohort, out)
    whole, state = out.read_bytes(), Path(f"{out}.state")
    state.write_bytes(state.read_bytes()[:-50])
    assert lems_guard("batch", cohort, out, "--resume").code == 0
    assert out.read_bytes() == whole


@pytest.mark.parametrize("cut", [0, 1, 100, 1000, -1])
def test_a_cut_output_is_refused(lems_guard: Run, cohort: Path, out: Path, cut: int) -> None:
    lems_guard("batch", cohort, out)
    out.write_bytes(out.read_bytes()[:cut])
    ran = lems_guard("batch", cohort, out, "--resume")
    assert ran.code == 2
    assert "OUT was cut" in ran.err
    assert "--restart begins anew" in ran.err


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text.replace("amoxicillin", "gentamicin"), "line 2 of the input is not"),
        (lambda text: "\n".join(text.splitlines()[:2]) + "\n", "the input has 2 lines, 3 were"),
    ],
)
def test_another_input_is_refused(
    lems_guard: Run, cohort: Path, out: Path, change: Callable[[str], str], words: str
) -> None:
    lems_guard("batch", cohort, out)
    before = out.read_bytes()
    cohort.write_text(change(cohort.read_text()))
    ran = lems_guard("batch", cohort, out, "--resume")
    assert ran.code == 2
    assert words in ran.err
    assert out.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("LEMS_GUARD_JURISDICTION", "CH", "the jurisdiction changed (US, now CH)"),
        ("LEMS_GUARD_COUNTRY", "DE", "the country changed (not said, now DE)"),
    ],
)
def test_other_circumstances_are_refused(  # noqa: PLR0913, PLR0917 - a setting, and what is said
    lems_guard: Run,
    cohort: Path,
    out: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    value: str,
    words: str,
) -> None:
    lems_guard("batch", cohort, out)
    monkeypatch.setenv(name, value)
    ran = lems_guard("batch", cohort, out, "--resume")
    assert (ran.code, words in ran.err) == (2, True), ran.err


def test_another_day_is_refused_and_can_be_named(lems_guard: Run, cohort: Path, out: Path) -> None:
    lems_guard("batch", cohort, out, "--as-of", "2026-11-29")
    ran = lems_guard("batch", cohort, out, "--resume", "--as-of", "2026-11-30")
    assert (ran.code, "the day changed (2026-11-29, now 2026-11-30)" in ran.err) == (2, True)
    assert lems_guard("batch", cohort, out, "--resume", "--as-of", "2026-11-29").code == 0


@pytest.mark.parametrize("state", ["", "precious\n", '{"format": "another"}\n'])
def test_only_the_same_batch_is_continued(
    lems_guard: Run, cohort: Path, out: Path, state: str
) -> None:
    out.write_text("precious\n")
    Path(f"{out}.state").write_text(state)
    ran = lems_guard("batch", cohort, out, "--resume")
    assert ran.code == 2
    assert "its state is no state of a batch" in ran.err
    assert out.read_text() == "precious\n"


def test_a_reference_is_kept(lems_guard: Run, tmp_path: Path, out: Path) -> None:
    cohort = tmp_path / "in.ndjson"
    plain = prescription("metoprolol po", asOf=AS_OF)
    good = f'{{"request_id": "ward 3/bed 7", "request": {plain}}}'
    bad = '{"requestId": "ward 3/bed 8", "request": {"proposed": []}}'
    cohort.write_text(f"{good}\n{bad}\n{plain}\n")
    lems_guard("batch", cohort, out)
    found = answers(out.read_text())
    assert [each["requestId"] for each in found] == ["ward 3/bed 7", "ward 3/bed 8", "3"]
    assert found[0]["response"] == found[2]["response"]
    assert found[1]["error"]["fieldViolations"][0]["field"] == "proposed"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'[{"proposed": []}]', "a JSON array"),
        (b'{\n  "proposed": []\n}\n', "spread over several lines"),
        ('{"proposed": []}\n'.encode("utf-16"), "UTF-16"),
        ('{"proposed": []}\n'.encode("utf-16-le"), "UTF-16"),
        (gzip.compress(b'{"proposed": []}\n', mtime=0), "gzip"),
        (b"PAR1....", "Parquet"),
        (b"", "it is empty"),
    ],
)
def test_what_is_no_cohort_is_refused_with_the_way_out(
    lems_guard: Run, tmp_path: Path, out: Path, content: bytes, words: str
) -> None:
    wrong = tmp_path / "in.ndjson"
    wrong.write_bytes(content)
    ran = lems_guard("batch", wrong, out)
    assert (ran.code, words in ran.err) == (2, True), ran.err
    assert not out.exists()
    out.write_text("last night's answers")
    assert lems_guard("batch", wrong, out, "--restart").code == 2
    assert out.read_text() == "last night's answers"


def test_a_table_without_its_ending_is_nothing_that_could_be_checked(
    lems_guard: Run, tmp_path: Path, out: Path
) -> None:
    wrong = tmp_path / "extract"
    wrong.write_text("patient,drug\n1,metoprolol\n")
    ran = lems_guard("batch", wrong, out)
    assert (ran.code, "no JSON" in ran.err) == (2, True), ran.err


def test_a_byte_order_mark_is_no_fault(lems_guard: Run, cohort: Path, out: Path) -> None:
    cohort.write_bytes(b"\xef\xbb\xbf" + cohort.read_bytes())
    assert lems_guard("batch", cohort, out).code == 0
    assert len([each for each in answers(out.read_text()) if "response" in each]) == 3


@pytest.mark.parametrize(
    ("options", "code", "why"),
    [
        ((), 0, "every line was answered"),
        (("--fail-at", "avoid"), 1, "metoprolol is at AVOID"),
        (("--fail-at", "CONTRAINDICATED"), 0, "nothing is contraindicated"),
        (("--strict",), 3, "zzzomycin was not read"),
        (("--fail-at", "dire"), 2, "no severity"),
        (("--resume", "--restart"), 2, "one or the other"),
    ],
)
def test_the_exit_code_says_what_was_asked(
    lems_guard: Run, cohort: Path, out: Path, options: tuple[str, ...], code: int, why: str
) -> None:
    assert lems_guard("batch", cohort, out, *options).code == code, why


def test_what_was_found_before_an_interruption_counts_in_the_end(
    lems_guard: Run, cohort: Path, out: Path
) -> None:
    assert lems_guard("batch", cohort, out, "--fail-at", "avoid").code == 1
    assert lems_guard("batch", cohort, out, "--resume", "--fail-at", "avoid").code == 1
    assert lems_guard("batch", cohort, out, "--resume", "--strict").code == 3


def test_rejects_name_file_line_and_reason(lems_guard: Run, cohort: Path, out: Path) -> None:
    cohort.write_text(f"{cohort.read_text()}nonsense\n")
    lems_guard("batch", cohort, out)
    heading, reject = Path(f"{out}.rejects").read_text().splitlines()
    assert heading == "file\tline\treason"
    assert reject.startswith(f"{cohort}\t4\trequest: no JSON")
    cohort.write_text("".join(cohort.read_text().splitlines(keepends=True)[:3]))
    lems_guard("batch", cohort, out, "--restart")
    assert not Path(f"{out}.rejects").exists()


def test_the_summary_names_what_was_not_read(lems_guard: Run, cohort: Path, out: Path) -> None:
    ran = lems_guard("batch", cohort, out)
    assert "  1 x zzzomycin\n" in ran.err
    assert "Alerts: 1 AVOID\n" in ran.err
    assert "Checked in part: 1 list\n" in ran.err


def test_metrics_of_a_run_are_written_whole(
    lems_guard: Run, cohort: Path, out: Path, tmp_path: Path
) -> None:
    metrics = tmp_path / "batch.prom"
    lems_guard("batch", cohort, out, "--textfile", metrics)
    samples = dict(
        line.rsplit(" ", 1) for line in metrics.read_text().splitlines() if line[0] != "#"
    )
    assert samples['lems_guard_batch_lists{outcome="checked"}'] == "3"
    assert samples['lems_guard_batch_lists{outcome="incomplete"}'] == "1"
    assert float(samples["lems_guard_batch_finished_timestamp_seconds"]) > 1.7e9
    assert list(tmp_path.glob("batch.prom.*")) == []


def test_processes_answer_alike(program: Run, cohort: Path, tmp_path: Path) -> None:
    cohort.write_text(cohort.read_text() * 40 + "nonsense\n")
    for jobs in (1, 2):
        program("batch", cohort, tmp_path / f"{jobs}.ndjson", "--jobs", str(jobs))
    one, two = ((tmp_path / f"{jobs}.ndjson").read_bytes() for jobs in (1, 2))
    assert one == two
    assert one.count(b"\n") == 121


def test_a_killed_batch_is_continued(program: Run, cohort: Path, out: Path) -> None:
    [first, *_] = cohort.read_text().splitlines()
    cohort.write_text(f"{first}\n" * LINES)
    with subprocess.Popen(
        [*PROGRAM, "batch", str(cohort), str(out)], env=ENVIRONMENT, stderr=subprocess.DEVNULL
    ) as killed:
        while killed.poll() is None and not (out.exists() and out.stat().st_size > 200_000):
            time.sleep(0.005)
        killed.kill()
    cut = out.read_bytes()
    assert 0 < cut.count(b"\n") < LINES, "killed too early or too late to show anything"
    assert program("batch", cohort, out, "--resume").code == 0
    assert out.read_bytes().startswith(cut)
    assert [each["requestId"] for each in answers(out.read_text())] == [
        str(number) for number in range(1, LINES + 1)
    ]


def test_memory_does_not_grow_with_the_batch(cohort: Path, out: Path) -> None:
    [first, *_] = cohort.read_text().splitlines()
    peaks = []
    for count in (100, LINES):
        cohort.write_text(f"{first}\n" * count)
        with subprocess.Popen(
            [*PROGRAM, "batch", str(cohort), str(out), "--restart"],
            env=ENVIRONMENT,
            stderr=subprocess.DEVNULL,
        ) as ran:
            _, status, used = os.wait4(ran.pid, 0)
            ran.returncode = os.waitstatus_to_exitcode(status)
        assert ran.returncode == 0
        peaks.append(used.ru_maxrss)
    assert peaks[1] < peaks[0] * 1.1, peaks
