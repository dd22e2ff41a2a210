"""`lems-guard batch`: each line is answered, in its order, also after an interruption."""

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from cli.conftest import ENVIRONMENT, PROGRAM, Run, prescription
from lems_guard.cli import batch_files

AS_OF = "2026-11-21"
LINES = 4000


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
    assert ran == (0, "", "3 checked\n")
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
        (prescription("x" * 300), "", "longer than 200 bytes"),
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
    monkeypatch.setattr(batch_files, "LONGEST_LINE", 200)
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
    assert lems_guard("batch", cohort, out, "--overwrite").code == 0
    assert len(answers(out.read_text())) == 3


def test_the_input_is_never_the_output(lems_guard: Run, cohort: Path) -> None:
    before = cohort.read_text()
    assert lems_guard("batch", cohort, cohort, "--overwrite").code == 2
    assert cohort.read_text() == before


@pytest.mark.parametrize("cut", [0, 1, 100, 1000, -1])
def test_a_cut_output_is_continued(lems_guard: Run, cohort: Path, out: Path, cut: int) -> None:
    lems_guard("batch", cohort, out)
    whole = out.read_bytes()
    out.write_bytes(whole[:cut])
    assert lems_guard("batch", cohort, out, "--resume").code == 0
    assert out.read_bytes() == whole
    assert "0 checked (3 were answered before)" in lems_guard("batch", cohort, out, "--resume").err
    assert out.read_bytes() == whole


@pytest.mark.parametrize(
    ("begun", "words"),
    [
        ("precious\n", "no batch's output"),
        ('{"requestId": "7"}\n', "no batch's output"),
        ('{"requestId": "1", "response": {"knowledgeBase": {"digest": "0"}}}\n', "other knowledge"),
        ("".join(f'{{"requestId": "{n}"}}\n' for n in range(1, 6)), "IN has only 3"),
    ],
)
def test_only_the_same_batch_is_continued(
    lems_guard: Run, cohort: Path, out: Path, begun: str, words: str
) -> None:
    out.write_text(begun)
    ran = lems_guard("batch", cohort, out, "--resume")
    assert ran.code == 2
    assert words in " ".join(ran.err.replace("│", "").split())
    assert out.read_text() == begun


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
            [*PROGRAM, "batch", str(cohort), str(out), "--overwrite"],
            env=ENVIRONMENT,
            stderr=subprocess.DEVNULL,
        ) as ran:
            _, status, used = os.wait4(ran.pid, 0)
            ran.returncode = os.waitstatus_to_exitcode(status)
        assert ran.returncode == 0
        peaks.append(used.ru_maxrss)
    assert peaks[1] < peaks[0] * 1.1, peaks
