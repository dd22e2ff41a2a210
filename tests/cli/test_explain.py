"""`explain`: every word's fate and every rule's, also of a decision that was made before."""

import json
from pathlib import Path

from cli.conftest import Run

REQUEST = {
    "patient": {"ageYears": 61},
    "proposed": [{"id": "p1", "text": "timolol eye drops frobnicate"}],
    "asOf": "2026-11-30",
}


def test_words_and_rules_are_told(lems_guard: Run) -> None:
    done = lems_guard("explain", "timolol eye drops bid", "zzzomycin")
    assert done.code == 0
    assert "eye drops" in done.out
    assert "read as timolol · ophthalmic" in done.out
    assert "beta-blocker-weakness: CAUTION ESTABLISHED" in done.out
    assert "heart-drug-stopped: silent (list: it speaks of stopped orders alone)" in done.out
    assert "not recognised: no rule was asked about it" in done.out


def test_a_decision_is_explained_from_what_was_sent(lems_guard: Run, tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    file.write_text(json.dumps(REQUEST), "utf-8")
    made = json.loads(lems_guard("check", "--request", str(file), "--json").out)["decisionId"]
    done = lems_guard("explain", "--request", str(file), "--decision", made, "--json")
    [order] = json.loads(done.out)
    assert order["id"] == "p1"
    assert "beta-blocker-weakness" in {each["rule"] for each in order["rules"]}
    other = lems_guard("explain", "--request", str(file), "--decision", "0" * 32)
    assert other.code == 2
    assert "no prescription of this file has that decision" in other.err
