"""What a person reads: compared as a whole with `report.txt`, which a reader can judge."""

import os
from pathlib import Path

import pytest
from google.protobuf import text_format
from rich.console import Console

from lems_guard.answering.verdict import sentence
from lems_guard.cli.report import Report, printed
from lems_guard.cli.verdict import exit_code_of
from lems_guard.v1 import terms_pb2 as terms
from lems_guard.v1.prescription_pb2 import CheckPrescriptionRequest
from lems_guard.v1.screening_pb2 import CheckPrescriptionResponse

HERE = Path(__file__).parent
GOLDEN = HERE / "report.txt"


@pytest.fixture
def report() -> Report:
    """A prescription and an answer, written by hand: something of everything."""
    request = text_format.Parse(
        (HERE / "request.textproto").read_text("utf-8"), CheckPrescriptionRequest()
    )
    response = text_format.Parse(
        (HERE / "response.textproto").read_text("utf-8"), CheckPrescriptionResponse()
    )
    return Report(request, response, signed=(0, 203))


def test_the_report_is_as_it_was_judged_good(report: Report) -> None:
    found = printed(report, Console(width=80, color_system=None))
    if os.environ.get("WRITE_GOLDEN"):
        GOLDEN.write_text(found, "utf-8")
    assert found == GOLDEN.read_text("utf-8")


@pytest.mark.parametrize("width", [40, 80, 100, 120, 250])
def test_lines_fit_and_stay_readable(report: Report, width: int) -> None:
    found = printed(report, Console(width=width, color_system=None)).splitlines()
    assert max(map(len, found)) <= min(width, 100)
    assert not [line for line in found if line != line.rstrip()]


def test_each_rule_is_linked_to_where_people_reach_its_page(report: Report) -> None:
    linked = report._replace(pages="https://guard.example.org")
    found = printed(linked, Console(width=80, color_system=None))
    assert "\n  rule        https://guard.example.org/rules/" in found
    assert "/rules/" not in printed(report, Console(width=80, color_system=None))


def test_severity_is_never_told_by_colour_alone(report: Report) -> None:
    coloured = printed(report, Console(width=80, force_terminal=True, color_system="standard"))
    plain = printed(report, Console(width=80, color_system=None))
    assert "\x1b[" in coloured
    assert "■ CONTRAINDICATED" in plain
    assert "▲ AVOID" in plain


def test_what_was_sent_gives_the_terminal_no_commands(report: Report) -> None:
    report.request.proposed[2].text = "zzz\n\x1b[2Jmycin\a"
    found = printed(report, Console(width=80, color_system=None))
    assert "p3 “zzz  [2Jmycin” was not recognised." in found
    assert "\x1b" not in found


def test_a_review_by_a_clinician_is_only_claimed_where_there_is_one(report: Report) -> None:
    console = Console(width=80, color_system=None)
    words = "Content not reviewed by a clinician"
    assert words in printed(report, console)
    assert "0 of 203 rules signed by a clinician" in printed(report, console)
    for alert in report.response.alerts:
        for finding in alert.findings:
            finding.review.state = terms.REVIEW_STATE_SIGNED
    assert words not in printed(report, console)
    del report.response.alerts[:]
    assert words in printed(report, console)
    assert words not in printed(report._replace(signed=(203, 203)), console)


@pytest.mark.parametrize(
    ("answer", "said", "code"),
    [
        ("completeness: COMPLETENESS_COMPLETE", "Checked, nothing found.", 0),
        (
            (
                "completeness: COMPLETENESS_COMPLETE alerts {severity: SEVERITY_CAUTION}"
                " gaps {fact: 'weight_kg' worst: SEVERITY_AVOID}"
            ),
            "Checked. Found: 1 CAUTION.",
            0,
        ),
        (
            (
                "completeness: COMPLETENESS_COMPLETE alerts {severity: SEVERITY_AVOID}"
                " alerts {severity: SEVERITY_AVOID} alerts {severity: SEVERITY_MONITOR}"
            ),
            "Checked. Found: 2 AVOID, 1 MONITOR.",
            1,
        ),
        (
            (
                "completeness: COMPLETENESS_COMPLETE"
                " gaps {fact: 'seizure_history' worst: SEVERITY_CONTRAINDICATED}"
                " gaps {fact: 'dose' worst: SEVERITY_CONTRAINDICATED medication_ids: 'a1'}"
            ),
            (
                "Checked against what was given; not checked: what depends on: seizure history, "
                "single dose of a1 “x”."
            ),
            3,
        ),
        (
            (
                "completeness: COMPLETENESS_INCOMPLETE"
                " medications {id: 'a1' disposition: DISPOSITION_UNRESOLVED}"
                " medications {id: 'p1' disposition: DISPOSITION_AMBIGUOUS}"
            ),
            "Checked against what was given; not checked: a1 “x”; p1 (several readings).",
            3,
        ),
        (
            (
                "completeness: COMPLETENESS_INCOMPLETE alerts {severity: SEVERITY_CONTRAINDICATED}"
                " medications {id: 'a1' disposition: DISPOSITION_UNRESOLVED}"
            ),
            "Checked against what was given; not checked: a1 “x”. Found: 1 CONTRAINDICATED.",
            1,
        ),
        ("", "Checked against what was given; not checked: see above.", 3),
    ],
)
def test_the_verdict_never_says_more_than_is_known(answer: str, said: str, code: int) -> None:
    response = text_format.Parse(answer, CheckPrescriptionResponse())
    assert sentence(response, {"a1": "a1 “x”"}) == said
    assert exit_code_of(response) == code
