"""`resolve` on a command line of its own, until it is one of the commands."""

import json

import pytest
import typer
from typer.testing import CliRunner

from lems_guard.cli.resolve import resolve

app = typer.Typer()
app.command()(resolve)
RUNNER = CliRunner()


def test_a_text_is_shown_with_its_trail() -> None:
    ran = RUNNER.invoke(app, ["Cosopt 1 gtt OU"])
    assert ran.exit_code == 0
    for said in ("EVALUATED", "timolol (RxCUI 10600)", "OPHTHALMIC", "SIG_TEXT", "'ou': route"):
        assert said in ran.output


def test_json_tells_the_same() -> None:
    ran = RUNNER.invoke(app, ["--json", "Firdapse 20 mg 4x/day prn"])
    [answer] = json.loads(ran.output)
    assert answer["readings"] == [[{"name": "amifampridine", "rxcui": "2106338"}]]
    assert answer["dose"] == {"value": 20, "unit": "mg"}
    assert answer["doses_per_day"] == 4
    assert answer["as_needed"] == "YES"


def test_what_is_not_resolved_ends_with_three() -> None:
    ran = RUNNER.invoke(app, ["metoprolol", "zzzomycin"])
    assert ran.exit_code == 3
    assert "UNRESOLVED" in ran.output


@pytest.mark.parametrize(("place", "holds"), [("US", True), ("ch", False)])
def test_the_country_counts(place: str, holds: bool) -> None:
    ran = RUNNER.invoke(app, ["Gaviscon", "--country", place])
    assert ("magnesium carbonate" in ran.output) == holds


def test_in_a_pipe_lines_are_plain_and_suggestions_shown() -> None:
    ran = RUNNER.invoke(app, ["Zithromx 250 mg"])
    assert ran.output == (
        "Zithromx 250 mg\n"
        "  disposition: UNRESOLVED\n"
        "  route: not known\n"
        "  dose: not known\n"
        "  doses a day: not known\n"
        "  did you mean: azithromycin (Zithromax)\n"
        "  notes: 'zithromx' not understood, and may change which drug is meant\n"
        "  trail: 'zithromx': not understood\n"
        "  trail: '250 mg': amount\n"
    )
    told = RUNNER.invoke(app, ["--json", "Zithromx 250 mg"])
    assert json.loads(told.output)[0]["suggestions"] == ["azithromycin (Zithromax)"]
