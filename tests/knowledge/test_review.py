"""Signing: by whom, over what, and that a rule which changes is unsigned again.

The names are invented, and nothing is signed outside of temporary folders.
"""

import datetime
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from builders import order, request, said
from lems_guard.answering.answer import Answerer
from lems_guard.cli.rules import rules_app
from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.clinical.rule import ReviewState
from lems_guard.editions.library import Edition, Library, browse_edition
from lems_guard.editions.signing import Signing, Unwritten, sign_rules
from lems_guard.screening.screen import RuleScreener
from lems_guard.v1.prescription_pb2 import CheckPrescriptionRequest
from lems_guard.v1.screening_pb2 import CheckPrescriptionResponse

BOTH = ("beta-blocker-weakness", "timolol-drops")
DAY = datetime.date(2026, 11, 30)
WHO = ("--by", "Fictitia Example", "--role", "clinical pharmacist", "--on", "2026-11-30")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(rules_app, [str(each) for each in arguments])


def ids(folder: Path) -> list[str]:
    return [rule.id for rule in browse_edition(folder).knowledge.rules]


def states(folder: Path, overlay: Path | None = None) -> set[str]:
    found = browse_edition(folder, overlay).knowledge.rules
    return {rule.review.on(DAY).name for rule in found}


@pytest.fixture
def signed(rules: Path) -> Path:
    """The tiny rules, all signed."""
    result = run("sign", *ids(rules), *WHO, "--rules", rules)
    assert result.exit_code == 0, result.output
    return rules


def test_nothing_is_signed_until_somebody_does(rules: Path) -> None:
    assert states(rules) == {"UNREVIEWED"}
    result = run("review", "--rules", rules)
    assert result.exit_code == 1
    assert "0 of 2 rules are signed" in result.output
    assert not (rules / "signatures.yaml").exists()


def test_what_is_signed_says_by_whom_and_review_ends_well(signed: Path) -> None:
    result = run("review", "--rules", signed)
    assert (result.exit_code, result.output.strip()) == (0, "2 of 2 rules are signed")
    told = json.loads(run("review", "--json", "--rules", signed).output)
    assert told["signed"] == told["rules"] == 2
    assert {each["reviewer"] for each in told["review"]} == {"Fictitia Example"}
    shown = run("show", ids(signed)[0], "--rules", signed).output
    assert "Fictitia Example, clinical pharmacist" in shown
    assert run("lint", "--rules", signed).exit_code == 0
    assert run("lint", "--require-reviewed", "--rules", signed).exit_code == 0


def test_each_finding_carries_who_signed_it_and_as_what(signed: Path) -> None:
    one = answered(browse_edition(signed))
    [review] = [finding.review for alert in one.alerts for finding in alert.findings]
    assert (review.reviewer, review.role) == ("Fictitia Example", "clinical pharmacist")
    assert (int(review.state), review.reviewed_on) == (int(ReviewState.SIGNED), "2026-11-30")


def test_an_answer_of_an_earlier_day_knows_of_no_signature_yet(signed: Path) -> None:
    """Whoever asks what was answered then is told what was known then."""
    one = answered(browse_edition(signed), datetime.date(2026, 11, 29))
    [review] = [finding.review for alert in one.alerts for finding in alert.findings]
    assert int(review.state) == int(ReviewState.UNREVIEWED)
    assert (review.reviewer, review.role, review.reviewed_on) == ("", "", "")


def answered(edition: Edition, day: datetime.date = DAY) -> CheckPrescriptionResponse:
    answerer = Answerer(
        edition.knowledge,
        edition,
        RuleScreener(),
        jurisdiction=next(iter(edition.knowledge.rules[0].jurisdictions)),
        today=lambda: day,
    )
    message = CheckPrescriptionRequest()
    message.proposed.add(id="p1", text="metoprolol 50 mg po bid")
    return CheckPrescriptionResponse.FromString(answerer.answer_message(message).reply)


@pytest.mark.parametrize(
    ("file", "before", "after", "reason"),
    [
        ("weakness/beta_blockers.yaml", "severity: AVOID", "severity: CAUTION", "its severity"),
        ("weakness/beta_blockers.yaml", "concern: NEUROMUSCULAR", "concern: NEUROMUSCULAR", ""),
        ("classes/beta_blockers.yaml", "members: [", "members: [lisinopril, ", "whom it means"),
        ("sources.yaml", 'revised: "', 'revised: "about ', "what its source is"),
    ],
)
def test_a_rule_that_says_something_else_is_unsigned_again(
    signed: Path, file: str, before: str, after: str, reason: str
) -> None:
    path = signed / file
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    assert ("CHANGED" in states(signed)) == bool(reason), reason
    if reason:
        result = run("review", "--rules", signed)
        assert result.exit_code == 1
        head, line, _ = result.output.splitlines()
        assert head.endswith(": 1 changed since it was signed")
        assert "by Fictitia Example, clinical pharmacist, 2026-11-30: " in line
        path.write_text(text, "utf-8")
        assert states(signed) == {"SIGNED"}, "what was signed is what it says again"


def test_layout_and_version_alone_unsign_nothing(signed: Path) -> None:
    path = signed / "weakness" / "beta_blockers.yaml"
    text = path.read_text("utf-8").replace("version: 1", "version: 2  # moved", 1)
    path.write_text(f"# a remark\n{text}", "utf-8")
    assert states(signed) == {"SIGNED"}


def test_a_signature_ends(rules: Path) -> None:
    run("sign", *ids(rules), *WHO, "--until", "2027-05-31", "--rules", rules)
    for rule in browse_edition(rules).knowledge.rules:
        assert rule.review.on(datetime.date(2027, 5, 31)) is ReviewState.SIGNED
        assert rule.review.on(datetime.date(2027, 6, 1)) is ReviewState.DUE


def test_signing_anew_keeps_what_was_signed_before(signed: Path) -> None:
    again = ("--by", "Imaginata Other", "--role", "neurologist", "--on", "2026-11-30")
    assert run("sign", ids(signed)[0], *again, "--rules", signed).exit_code == 0
    assert (signed / "signatures.yaml").read_text("utf-8").count("- rule: ") == 3
    by = [rule.review.reviewer for rule in browse_edition(signed).knowledge.rules]
    assert by == ["Imaginata Other", "Fictitia Example"]


def test_signatures_are_part_of_the_digest_and_compile_nothing_anew(rules: Path) -> None:
    assert run("compile", "--rules", rules).exit_code == 0
    before = Library(rules)
    run("sign", *ids(rules), *WHO, "--rules", rules)
    after = Library(rules)
    assert after.current.knowledge.digest != before.current.knowledge.digest
    assert not after.compiled_because
    assert before.reload()
    assert before.current.knowledge == after.current.knowledge


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('by: "Fictitia', 'by: "Imaginata', "10:5: broken-seal: the signature of"),
        ('role: "clinical', 'role: "chief', "10:5: broken-seal: the signature of"),
        ("on: 2026", "on: 2025", "10:5: broken-seal: the signature of"),
        ("- rule: beta", "- rule: gone-beta", "11:11: unknown-rule: no rule 'gone-beta"),
        ("    role:", "    rolle:", "8:5: unknown-key: no key 'rolle' (did you mean 'role'?)"),
    ],
)
def test_a_tampered_or_unknown_entry_is_refused_with_its_line(
    signed: Path, before: str, after: str, problem: str
) -> None:
    path = signed / "signatures.yaml"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(InvalidKnowledge) as refused:
        browse_edition(signed)
    assert any(f"signatures.yaml:{problem}" in each for each in refused.value.problems)
    result = run("lint", "--rules", signed)
    assert result.exit_code == 2
    assert problem in result.output
    assert run("review", "--rules", signed).exit_code == 2
    assert run("sign", ids_of(text)[1], *WHO, "--rules", signed).exit_code == 2


def ids_of(text: str) -> list[str]:
    return [line.split()[-1] for line in text.splitlines() if "- rule:" in line]


def test_a_service_keeps_what_was_good_when_a_signature_is_not(signed: Path) -> None:
    library = Library(signed)
    before = library.current
    path = signed / "signatures.yaml"
    path.write_text(path.read_text("utf-8").replace("Fictitia", "Imaginata"), "utf-8")
    assert not library.reload()
    assert library.current is before
    assert library.problem is not None


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"--on": "2999-01-01"}, "has not come yet"),
        ({"--on": "30.11.2026"}, "is a date such as"),
        ({"--by": "  "}, "who signs, and as what"),
        ({"--by": "Fic\u202etitia"}, "printable"),
        ({"--until": "2026-11-30"}, "does not lie after"),
    ],
)
def test_what_cannot_be_signed(rules: Path, change: dict[str, str], why: str) -> None:
    options = dict(zip(WHO[::2], WHO[1::2], strict=True)) | change
    result = run("sign", ids(rules)[0], *[part for pair in options.items() for part in pair],
                 "--rules", rules)  # fmt: skip
    assert result.exit_code == 2
    assert why in " ".join(result.output.split())
    assert not (rules / "signatures.yaml").exists()


def test_an_unknown_id_signs_none_of_the_others(rules: Path) -> None:
    result = run("sign", ids(rules)[0], "beta-bloker-weakness", *WHO, "--rules", rules)
    assert result.exit_code == 2
    assert "did you mean 'beta-blocker-weakness'?" in result.output
    assert not (rules / "signatures.yaml").exists()


def test_the_packaged_rules_are_signed_in_a_place_of_ones_own() -> None:
    result = run("sign", "beta-blocker-weakness", *WHO)
    assert result.exit_code == 2
    assert "name a folder of your own" in " ".join(result.output.split())


def test_signatures_may_stand_in_a_sites_overlay(rules: Path) -> None:
    first, second = ids(rules)
    overlay = rules.parent / "site.yaml"
    adjusted = (
        "overlay:\n"
        f"  - {{rule: {second}, outcome: 1, severity: MONITOR, who: Fictitia Example, "
        "reason: watched here, expires: 2027-05-31}\n"
    )
    overlay.write_text(adjusted, "utf-8")
    assert run("sign", first, *WHO, "--rules", rules, "--overlay", overlay).exit_code == 0
    assert run("sign", second, *WHO, "--rules", rules, "--overlay", overlay).exit_code == 0
    assert overlay.read_text("utf-8").startswith(adjusted)
    assert states(rules) == {"UNREVIEWED"}
    assert states(rules, overlay) == {"SIGNED"}
    knowledge = browse_edition(rules, overlay).knowledge
    assert len(knowledge.overlay) == 1
    assert run("lint", "--rules", rules, "--overlay", overlay).exit_code == 0


def test_a_new_overlay_file_may_hold_signatures_alone(rules: Path) -> None:
    overlay = rules.parent / "signed.yaml"
    assert run("sign", *ids(rules), *WHO, "--rules", rules, "--overlay", overlay).exit_code == 0
    assert states(rules, overlay) == {"SIGNED"}


def test_where_it_cannot_be_written_it_says_what_to_do(rules: Path) -> None:
    (rules / "signatures.new").mkdir()
    result = run("sign", *ids(rules), *WHO, "--rules", rules)
    assert result.exit_code == 4
    assert "NOTHING IS SIGNED" in result.output
    assert result.output.count("  - rule: ") == 2
    assert states(rules) == {"UNREVIEWED"}
    with pytest.raises(Unwritten) as refused:
        sign_rules(Signing(tuple(ids(rules)), "Fictitia Example", "pharmacist", "2026-11-30"),
                   rules, None, DAY)  # fmt: skip
    (rules / "signatures.new").rmdir()
    (rules / "signatures.yaml").write_text(refused.value.text, "utf-8")
    assert states(rules) == {"SIGNED"}, "what it says to write is what it would have written"


def test_a_review_changes_no_alert(rules: Path) -> None:
    asked = request(order("metoprolol"))
    before = said(RuleScreener().screen(asked, browse_edition(rules).knowledge))
    run("sign", *ids(rules), *WHO, "--rules", rules)
    assert said(RuleScreener().screen(asked, browse_edition(rules).knowledge)) == before
    assert before


def test_what_is_open_is_a_line_each_by_topic(rules: Path) -> None:
    """A topic's rules share a state nearly always: said once, each fits a line."""
    head, *lines = run("review", "--rules", rules).output.splitlines()
    assert head.endswith(": 2 not reviewed by a clinician")
    assert [line.split()[0] for line in lines[:2]] == sorted(ids(rules))
    signed_one = run("sign", ids(rules)[0], *WHO, "--rules", rules)
    assert signed_one.exit_code == 0, signed_one.output
    told = run("review", "--all", "--rules", rules).output
    assert "Fictitia Example, clinical pharmacist, 2026-11-30: " in told
