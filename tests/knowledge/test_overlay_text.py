"""An overlay changed by a program: the entry that was meant, and all else as it was written."""

import datetime
from pathlib import Path

import pytest

from lems_guard.editions.overlaying import (
    Decision,
    NotAdjusted,
    UnwrittenOverlay,
    decide,
    held_overlay,
    rules_in,
    take_out,
)

TODAY = datetime.date(2026, 12, 1)
RULE, OTHER = "beta-blocker-weakness", "amifampridine-seizure-history"
TAIL = "who: Example, reason: a trial, expires: 2027-05-31"
ONE = Decision(RULE, "", "MONITOR", "Dr A. Example", 'drops: "watched" # here', "2027-06-30")
BLOCK = f"""# ours
overlay:
  # of the eye clinic
  - rule: {RULE}
    outcome: 2
    severity: MONITOR
    {TAIL.replace(", ", chr(10) + "    ")}

  # of neurology
  - {{rule: {OTHER}, off: true, accept_risk: "Example: invented", {TAIL}}}

# the end
"""


@pytest.fixture
def site(rules: Path) -> Path:
    return rules.parent / "site.yaml"


def held(site: Path, rules: Path) -> list[tuple[str, int]]:
    return [(each.rule, each.row) for each in held_overlay(site, rules_in(rules))[1].adjustments]


@pytest.mark.parametrize(
    ("before", "now", "reason"),
    [
        (None, [(RULE, 0)], "no file yet"),
        ("", [(RULE, 0)], "an empty file"),
        ("overlay: []\n", [(RULE, 0)], "nothing is changed"),
        ("# ours\noverlay: []  # nothing\n", [(RULE, 0)], "and said"),
        (f"overlay:\n  - {{rule: {RULE}, off: true, {TAIL}}}", [(RULE, 0)], "in place of one"),
        (f"overlay:\n- {{rule: {OTHER}, off: true, accept_risk: x y, {TAIL}}}\n",
         [(OTHER, 0), (RULE, 0)], "a list without indent"),
    ],
)  # fmt: skip
def test_an_entry_is_written(
    rules: Path, site: Path, before: str | None, now: list[tuple[str, int]], reason: str
) -> None:
    if before is not None:
        site.write_text(before, "utf-8")
    entry = decide(ONE, rules, site, TODAY)
    assert held(site, rules) == now, reason
    assert entry.reason == 'drops: "watched" # here'


def test_what_is_not_meant_stays_as_it_is_written(rules: Path, site: Path) -> None:
    site.write_text(BLOCK, "utf-8")
    take_out(RULE, 2, rules, site)
    text = site.read_text("utf-8")
    for remark in ("# ours\n", "# of the eye clinic\n", "# of neurology\n", "# the end\n"):
        assert remark in text
    assert held(site, rules) == [(OTHER, 0)]
    decide(ONE, rules, site, TODAY)
    assert site.read_text("utf-8").endswith("expires: 2027-06-30\n\n# the end\n")
    take_out(RULE, 0, rules, site)
    assert site.read_text("utf-8") == text
    take_out(OTHER, 0, rules, site)
    assert held(site, rules) == []
    assert "overlay: []\n" in site.read_text("utf-8")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"rule": "beta-blocker"}, "no rule 'beta-blocker'"),
        ({"outcome": "9"}, "has outcomes 1 to"),
        ({"outcome": "x"}, "the outcome is a number"),
        ({"says": "CONTRAINDICATED"}, "it says one of"),
        ({"says": ""}, "it says one of"),
        ({"says": "AVOID", "outcome": "1"}, "changes nothing"),
        ({"says": "off", "outcome": "1"}, "switched off as a whole"),
        ({"who": " "}, "who decides, and why"),
        ({"reason": ""}, "who decides, and why"),
        ({"reason": "x" * 501}, "at most 500 characters"),
        ({"reason": "a\x1b[2Jb"}, "printable"),
        ({"expires": "soon"}, "until when: a date such as 2026-12-01"),
        ({"expires": "2026-11-30"}, "is over: it would have no effect"),
        ({"rule": OTHER, "says": "off"}, "weakens a contraindication"),
        ({"accept_risk": "mine"}, "no contraindication is weakened"),
    ],
)
def test_what_cannot_be_decided_is_not_written(
    rules: Path, site: Path, change: dict[str, str], told: str
) -> None:
    with pytest.raises(NotAdjusted, match=told.replace("'", ".")):
        decide(ONE._replace(**change), rules, site, TODAY)
    assert not site.exists()


def test_a_file_of_another_hand_is_left_to_it(rules: Path, site: Path) -> None:
    flow = f"overlay: [{{rule: {OTHER}, off: true, accept_risk: x y, {TAIL}}}]\n"
    site.write_text(flow, "utf-8")
    with pytest.raises(NotAdjusted):
        decide(ONE, rules, site, TODAY)
    assert site.read_text("utf-8") == flow


def test_nothing_is_taken_out_that_is_not_there(rules: Path, site: Path) -> None:
    with pytest.raises(NotAdjusted, match="has no entry of"):
        take_out(RULE, 0, rules, site)


def test_what_cannot_be_written_is_told(rules: Path, site: Path) -> None:
    site.write_text("no folder\n", "utf-8")
    with pytest.raises(UnwrittenOverlay, match="NOTHING IS CHANGED") as found:
        decide(ONE, rules, site / "site.yaml", TODAY)
    assert f"- rule: {RULE}" in found.value.text
