"""The root: help, version, and errors that nobody foresaw."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from cli.conftest import Run
from lems_guard import __version__
from lems_guard.answering.in_words import FIELDS, ORDERS, request_of
from lems_guard.v1.prescription_pb2 import CheckPrescriptionRequest, Patient
from running import COMMAND


def test_the_version_names_the_knowledge_too(lems_guard: Run) -> None:
    package, knowledge = lems_guard("--version").out.splitlines()
    assert package == f"lems-guard {__version__}"
    assert knowledge.startswith("knowledge base ")
    assert len(knowledge.partition("digest ")[2]) > 32


def test_an_unforeseen_error_shows_nothing_of_the_patient(
    lems_guard: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("metoprolol for Jane Doe")

    monkeypatch.setattr("lems_guard.cohort.in_process.InProcess.check", fail)
    ran = lems_guard("check", "metoprolol")
    assert ran.code == 4
    assert not ran.out
    assert ran.err.startswith("internal error, nothing was checked: ")
    assert "Jane" not in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("arguments", [["chek"], ["check", "--wieght", "3"], ["batch", "x"]])
def test_usage_faults_are_twos(lems_guard: Run, arguments: list[str]) -> None:
    assert lems_guard(*arguments).code == 2


def test_help_waits_for_nothing_heavy() -> None:
    asked = (
        "import sys\nfrom lems_guard.cli.main import run\nrun(['check', '--help'])\n"
        "print({'grpc', 'uvicorn', 'prometheus_client', 'google.protobuf'} & set(sys.modules))"
    )
    ran = subprocess.run([sys.executable, "-c", asked], capture_output=True, check=True)
    assert ran.stdout.decode().splitlines()[-1] == "set()"


def test_every_fact_of_the_patient_can_be_said(program: Run) -> None:
    shown = program("check", "--help", COLUMNS="200", TERMINAL_WIDTH="200").out
    names = {field: option for option, field in FIELDS.items()} | {"allergies": "allergy"}
    for field in Patient.DESCRIPTOR.fields_by_name:
        if field != "conditions":
            option = names.get(field, field).replace("_", "-")
            assert f"--{option} " in shown
    fields = CheckPrescriptionRequest.DESCRIPTOR.fields_by_name
    assert {*ORDERS, "patient", "jurisdiction", "country", "as_of"} == set(fields)


def test_help_at_eighty_columns_cuts_no_option(program: Run) -> None:
    assert "…" not in program("check", "--help", COLUMNS="80", TERMINAL_WIDTH="80").out


def test_what_is_not_said_is_not_known() -> None:
    request = request_of({"proposed": ["x"], "active": None, "age": None, "birth_date": ""})
    assert not request.HasField("patient")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--version"], 0),
        (["check", "lisinopril 10 mg po"], 0),
        (["check", "metoprolol po", "--json"], 1),
        (["check", "xyzzy"], 3),
        (["check"], 2),
        (["resolve", "metoprolol"], 0),
        (["rules", "list"], 0),
        (["rules", "show", "beta-blocker-weakness"], 0),
    ],
)
@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_change_no_exit_code(arguments: list[str], code: int, closed: str) -> None:
    ran = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {closed}', "sh", COMMAND, *arguments], check=False
    )
    assert ran.returncode == code


def test_what_is_printed_on_a_closed_stream_ends_in_no_file(tmp_path: Path) -> None:
    source, target = tmp_path / "in.ndjson", tmp_path / "out.ndjson"
    source.write_text('{"proposed": [{"id": "a", "text": "metoprolol po"}]}\n', "utf-8")
    told = 'exec "$@" >&- 2>&-'
    command = ["/bin/sh", "-c", told, "sh", str(COMMAND), "batch", str(source), str(target)]
    assert subprocess.run(command, check=False).returncode == 0
    (line,) = target.read_text("utf-8").splitlines()
    assert json.loads(line)["requestId"] == "1"


def test_a_folder_of_rules_that_is_not_there_is_told_once(lems_guard: Run) -> None:
    for command in ("lint", "test", "list", "compile", "lock", "schema"):
        ran = lems_guard("rules", command, "--rules", "/nope")
        assert ran.code == 2
        told = " ".join(ran.err.replace("│", " ").split())  # however wide the terminal is
        assert told.count("'/nope' does not exist") == 1


REQUEST = '{"proposed": [{"id": "1", "text": "timolol eye drops"}]}'


@pytest.mark.parametrize(
    ("arguments", "stdin"),
    [
        (["check", "timolol eye drops"], ""),
        (["resolve", "timolol"], ""),
        (["batch", "-", "-"], REQUEST),
    ],
)
def test_a_misspelt_setting_is_warned_of(program: Run, arguments: list[str], stdin: str) -> None:
    """Else US labels would answer for a site in Europe, and nobody would know."""
    ran = program(*arguments, stdin=stdin, LEMS_GUARD_JURISDICTON="EU")
    assert ran.code == 0
    assert "did you mean LEMS_GUARD_JURISDICTION?" in ran.err
    assert "did you mean" not in ran.out


@pytest.mark.parametrize(("said", "word"), [("y", "yes"), ("YES", "yes"), ("n", "no")])
def test_a_letter_answers_as_a_word_does(lems_guard: Run, said: str, word: str) -> None:
    asked = lems_guard("check", "metoprolol 50 mg po", "--seizure-history", said)
    assert asked.out.startswith(f"LEMS · seizure history: {word}")
    assert asked.out == lems_guard("check", "metoprolol 50 mg po", "--seizure-history", word).out


def test_what_is_neither_yes_nor_no_is_refused(lems_guard: Run) -> None:
    refused = lems_guard("check", "metoprolol", "--seizure-history", "perhaps")
    assert refused.code == 2
    assert "yes or no" in refused.err


def test_a_shell_completes_commands(program: Run) -> None:
    words = {"COMP_WORDS": "lems-guard che", "COMP_CWORD": "1"}
    completed = program(**words, _LEMS_GUARD_COMPLETE="complete_bash")
    assert completed.out.split() == ["check"]


def test_rules_are_listed_a_line_each_whole_in_a_pipe_cut_on_a_terminal(program: Run) -> None:
    """Names are read as an order's are: a brand will do."""
    listed = program("rules", "list", "--ingredient", "Toprol XL")
    rules = [line.split()[0] for line in listed.out.splitlines() if line.startswith("  ")]
    assert {"beta-blocker-weakness", "heart-drug-stopped"} <= set(rules)
    assert len(rules) == len(set(rules))
    assert "…" not in listed.out
    unread = program("rules", "list", "--ingredient", "metroprolool")
    assert unread.code == 2
    assert "metoprolol" in unread.err
