"""What a prescriber reads of one list, by each way out: the words are held, and were looked at.

The request and what is printed, one card and one DetectedIssue stand in `golden/`. With
`WRITE_GOLDEN=1` they are written anew: look at what changed before it is committed.
"""

import json
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from rich.console import Console

from edges.order_entry.calling import LEMS, order, searchset, sign
from edges.order_entry.desks import Asked
from lems_guard.cli.report import Report, names_of, printed
from lems_guard.editions.library import load_edition, packaged_rules
from lems_guard.fhir.detected_issue import IssueSubject, detected_issue
from lems_guard.v1 import prescription_pb2, screening_pb2
from rules.test_clinical_cases import reply_to

GOLDEN = Path(__file__).parent / "golden"
# What each change of any rule moves, and the number of rules.
MOVING = (
    (re.compile(r"(knowledge base [\d.]+ \()[0-9a-f]{8}"), r"\1<digest>"),
    (re.compile(r"(of )\d+( rules)"), r"\1<all>\2"),
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\blg-[0-9a-f]{24}\b"), "lg-<id>"),
    (re.compile(r'"[0-9a-f]{16}"'), '"<id>"'),
)


@cache
def asked() -> prescription_pb2.CheckPrescriptionRequest:
    """The list."""
    message = prescription_pb2.CheckPrescriptionRequest()
    return json_format.Parse((GOLDEN / "request.json").read_text("utf-8"), message)


@cache
def answered() -> screening_pb2.CheckPrescriptionResponse:
    """What the packaged rules say of it."""
    return reply_to(json.loads((GOLDEN / "request.json").read_text("utf-8")))


def held(name: str, found: str) -> None:
    """Compare with what was judged good, less what moves with every rule."""
    for moving, instead in MOVING:
        found = moving.sub(instead, found)
    if os.environ.get("WRITE_GOLDEN"):
        (GOLDEN / name).write_text(found, "utf-8")
    assert found == (GOLDEN / name).read_text("utf-8")


def as_json(found: dict[str, Any]) -> str:
    """JSON as it is read."""
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


@pytest.mark.parametrize("width", [80, 120])
def test_the_list_on_a_terminal(width: int) -> None:
    report = Report(asked(), answered(), signed=(0, 999))
    held(f"check-{width}.txt", printed(report, Console(width=width, color_system=None)))


def test_a_card() -> None:
    edition = load_edition(packaged_rules()).edition
    taken = order("Firdapse 20 mg 4x/day", "a1", status="active")
    prefetch = {"conditions": searchset(LEMS), "medications": searchset(taken)}
    draft = order("ciprofloxacin 500 mg po bid x 7 days for UTI", "p2")
    cards = Asked(edition).say(sign(draft, prefetch=prefetch)).cards
    held("card.json", as_json(cards[0]))
    held("not-checked.txt", cards[-1]["summary"] + "\n\n" + cards[-1]["detail"] + "\n")


def test_a_detected_issue() -> None:
    [alert] = [each for each in answered().alerts if each.drug == "metoprolol"]
    about = IssueSubject("R4", "Patient/p1", names=names_of(asked()))
    held("detected-issue.json", as_json(detected_issue(alert, about)))
