"""`lems-guard check`: the answer, its form, and the exit code a script relies on."""

import shlex
import subprocess

import pytest
from google.protobuf import json_format

from cli.conftest import ENVIRONMENT, PROGRAM, Run, prescription
from lems_guard.v1.screening_pb2 import CheckPrescriptionResponse

SAFE = ("--age", "61", "--seizure-history", "no", "--aminopyridine-hypersensitivity", "no")
FIRDAPSE = ("--active", "Firdapse 20 mg 4x/day")


@pytest.mark.parametrize(
    ("arguments", "code", "reason"),
    [
        (["amoxicillin 500 mg po"], 0, "recognised, nothing found, nothing asked"),
        (["timolol eye drops"], 0, "a caution is below AVOID"),
        (["amoxicillin po", *FIRDAPSE, *SAFE], 0, "what is asked names no contraindication"),
        (["metoprolol po"], 1, "a β-blocker is to be avoided"),
        (["zzzomycin", "metoprolol po"], 1, "what was found counts before what was not checked"),
        (["--active", "amifampridine", "--seizure-history", "yes"], 1, "contraindicated"),
        (["zzzomycin"], 3, "not recognised, hence not checked"),
        (["amoxicillin po", *FIRDAPSE], 3, "a seizure in the past would contraindicate Firdapse"),
        (["--stopped", "metoprolol po"], 0, "a stop alone is checked; its caution is below AVOID"),
        ([], 2, "no order, no request"),
        (["metoprolol", "--weight", "-3"], 2, "no weight is below zero"),
        (["metoprolol", "--age", "99999999999"], 2, "no number that the contract can hold"),
        (["metoprolol", "--epilepsy", "perhaps"], 2, "neither yes nor no"),
        (["metoprolol", "--request", "-"], 2, "two prescriptions"),
        (["--request", "/no/such/file"], 2, "no such file"),
        (["metoprolol", "--json", "--format", "fhir"], 2, "two forms at once"),
        (["metoprolol", "--server", "nowhere"], 2, "no HOST:PORT"),
        (["metoprolol", "--server", "127.0.0.1:1"], 4, "nobody listens there"),
    ],
)
def test_the_exit_code_says_how_it_went(
    lems_guard: Run, arguments: list[str], code: int, reason: str
) -> None:
    ran = lems_guard("check", *arguments)
    assert ran.code == code, f"{reason}\n{ran.out}{ran.err}"
    assert ran.err if code in {2, 4} else ran.out


def asked(ran_out: str) -> CheckPrescriptionResponse:
    return json_format.Parse(ran_out, CheckPrescriptionResponse())


def test_the_five_classes_and_amifampridine_after_a_seizure(lems_guard: Run) -> None:
    ran = lems_guard(
        "check",
        *("metoprolol", "gentamicin iv", "azithromycin", "ciprofloxacin", "magnesium sulfate iv"),
        *("--active", "amifampridine", "--seizure-history", "yes", "--json"),
    )
    found = {alert.drug: alert for alert in asked(ran.out).alerts}
    worst = {drug: json_format.MessageToDict(alert)["severity"] for drug, alert in found.items()}
    assert ran.code == 1
    assert worst == {
        "amifampridine": "SEVERITY_CONTRAINDICATED",
        "metoprolol": "SEVERITY_AVOID",
        "gentamicin": "SEVERITY_AVOID",
        "azithromycin": "SEVERITY_AVOID",
        "ciprofloxacin": "SEVERITY_AVOID",
        "magnesium sulfate": "SEVERITY_AVOID",
    }
    concerns = [finding.concern for finding in found["ciprofloxacin"].findings]
    assert len(concerns) == 2, "weakness, and seizures beside amifampridine"


def test_json_is_all_that_is_printed(lems_guard: Run) -> None:
    ran = lems_guard("check", "timolol eye drops", "--stopped", "metoprolol po", "--json")
    assert [order.id for order in asked(ran.out).medications] == ["p1", "s1"]
    assert not ran.err


def test_words_and_a_request_get_the_same_answer(lems_guard: Run) -> None:
    request = prescription(
        "metoprolol po",
        active=[{"id": "a1", "text": "amifampridine"}],
        patient={"ageYears": 61, "hepaticImpairment": "HEPATIC_IMPAIRMENT_MILD"},
        jurisdiction="JURISDICTION_CH",
        country="CH",
        asOf="2026-11-21",
    )
    by_request = lems_guard("check", "--request", "-", "--json", stdin=request)
    by_words = lems_guard(
        *("check", "metoprolol po", "--active", "amifampridine", "--age", "61"),
        *("--hepatic-impairment", "mild", "--jurisdiction", "CH", "--country", "ch"),
        *("--as-of", "2026-11-21"),
        "--json",
    )
    assert by_request == by_words
    assert asked(by_words.out).as_of == "2026-11-21"


def test_every_fault_of_a_prescription_is_named(lems_guard: Run) -> None:
    ran = lems_guard("check", "x", "--weight", "-3", "--age", "200", "--as-of", "yesterday")
    assert ran.code == 2
    assert ran.err == (
        "this prescription was NOT checked:\n"
        "  patient.age_years: completed years, 0 to 130\n"
        "  patient.weight_kg: kilograms, above 0\n"
        "  as_of: a date as YYYY-MM-DD\n"
    )


def test_an_order_that_is_not_recognised_is_shouted_last(lems_guard: Run) -> None:
    *_, shout, order, why, blank, verdict = lems_guard("check", "zzzomycin").out.splitlines()
    assert shout == "NOT CHECKED"
    assert order == "  ! p1 “zzzomycin” was not recognised."
    assert why
    assert not blank
    assert verdict == "Checked against what was given; not checked: p1 “zzzomycin”."


def test_nothing_found_is_said_only_where_all_was_checked(lems_guard: Run) -> None:
    said = "Checked, nothing found."
    assert lems_guard("check", "amoxicillin po").out.endswith(f"\n{said}\n")
    for unsure in (["amoxicillin", "zzzomycin"], ["amoxicillin po", *FIRDAPSE]):
        assert said not in lems_guard("check", *unsure).out


@pytest.mark.parametrize("words", ["", "   ", "\x00\x1b"])
def test_an_order_without_words_is_told_as_such(lems_guard: Run, words: str) -> None:
    ran = lems_guard("check", "metoprolol", words)
    assert "! p2 “(no words, no code)” was not recognised." in ran.out
    assert ran.code == 1


def test_a_very_long_order_is_cut_and_said_not_to_be_read(lems_guard: Run) -> None:
    ran = lems_guard("check", "metoprolol " * 500)
    assert ran.code == 3, "a doubt with its reason, no fault that refuses the whole prescription"
    shown = " ".join(ran.out.split())
    assert "(5499 characters)” was not recognised" in shown
    assert "longer than 1000 characters and was not read" in shown
    assert len(ran.out) < 1500


@pytest.mark.parametrize("columns", [1, 24, 80, 300])
def test_no_terminal_is_too_narrow_to_read(program: Run, columns: int) -> None:
    ran = program("check", "metoprolol po", COLUMNS=str(columns))
    longest = max(map(len, ran.out.splitlines()))
    assert min(max(columns, 40), 100) - 12 <= longest <= min(max(columns, 40), 100)
    assert "▲ AVOID  metoprolol" in ran.out


def test_standard_output_may_be_closed() -> None:
    shell = f"{shlex.join(PROGRAM)} check 'metoprolol po' >&-"
    ran = subprocess.run(
        ["/bin/sh", "-c", shell], capture_output=True, env=ENVIRONMENT, check=False
    )
    assert (ran.returncode, ran.stderr) == (1, b"")


def test_there_is_no_colour_in_a_pipe(program: Run) -> None:
    ran = program("check", "metoprolol", "zzzomycin", *FIRDAPSE)
    assert ran.code == 1
    assert "\x1b" not in ran.out
    assert not [line for line in ran.out.splitlines() if len(line) > 80 or line != line.rstrip()]


def test_a_terminal_without_unicode_gets_the_words(program: Run) -> None:
    ran = program("check", "metoprolol po", PYTHONIOENCODING="ascii")
    assert ran.code == 1
    assert "? AVOID  metoprolol" in ran.out


def test_a_reader_who_leaves_changes_nothing() -> None:
    with subprocess.Popen(
        [*PROGRAM, "check", "metoprolol po"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=ENVIRONMENT,
    ) as ran:
        assert ran.stdout
        assert ran.stderr
        ran.stdout.close()
        assert ran.stderr.read() == b""
    assert ran.returncode == 1


def test_each_order_is_told_as_it_was_read_before_any_alert(lems_guard: Run) -> None:
    ran = lems_guard("check", "Firdapse 10 mg tablets, 6 tid", "--start")
    read, alert = (ran.out.index(words) for words in ("Read as", "CONTRAINDICATED"))
    assert read < alert
    assert (
        "p1 amifampridine · oral · 60 mg \N{MULTIPLICATION SIGN} 3 = 180 mg/day · start" in ran.out
    )


def test_a_start_can_be_said(lems_guard: Run) -> None:
    ran = lems_guard("check", "--start", "amifampridine 10 mg po qid", *SAFE, "--json")
    rules = {each.rule_id for alert in asked(ran.out).alerts for each in alert.findings}
    assert "amifampridine-start-dose" in rules


def test_a_stop_has_its_day(lems_guard: Run) -> None:
    ran = lems_guard("check", "--stopped", "metoprolol 50 mg bid @ 2026-11-01", "--json")
    [medication] = asked(ran.out).medications
    assert medication.orders[0].words == "metoprolol 50 mg bid"
    wrong = lems_guard("check", "--stopped", "metoprolol @ 2026-13-45")
    assert wrong.code == 2
