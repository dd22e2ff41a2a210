"""A site's overlay: what it may change, for how long, and how that is told."""

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from builders import asked_for, findings_of, order, request, row, rule, said
from lems_guard.answering import prepared
from lems_guard.answering.rule_messages import rule_message
from lems_guard.clinical.alert import Screening
from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.clinical.overlay import Adjustment
from lems_guard.clinical.route import Route
from lems_guard.clinical.severity import Severity
from lems_guard.editions import library as library_module
from lems_guard.editions.library import Edition, Library, load_edition
from lems_guard.knowledge.overlay import Overlay, overlaid, read_overlay
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.naive import NaiveScreener
from lems_guard.screening.screen import RuleScreener

AS_OF = datetime.date(2026, 11, 21)
SYSTEMIC = rule("timolol", row(Severity.AVOID, [Route.ORAL]), row(Severity.CAUTION), rule_id="t")
OTHER = rule("metoprolol", row(Severity.AVOID), rule_id="m")
KNOWN = KnowledgeBase.of("test", "0" * 64, (SYSTEMIC, OTHER), ())
TAIL = "who: Dr A. Example, reason: eye clinic watches, expires: 2026-11-30}"


def overlay(*entries: str) -> Overlay:
    text = "overlay:\n" + "".join(f"  - {{{entry}, {TAIL}\n" for entry in entries)
    return read_overlay(text, "site.yaml", KNOWN.rules)


def under(*entries: str) -> KnowledgeBase:
    found = overlay(*entries)
    assert not found.problems, found.problems
    return KNOWN.overlaid(found.adjustments, "1" * 64)


def screened(known: KnowledgeBase, day: datetime.date = AS_OF) -> Screening:
    drops = order("timolol", route=Route.OPHTHALMIC)
    asked = request(drops, order("metoprolol"))
    asked = type(asked)(asked.patient, asked.orders, asked.jurisdiction, day)
    screening = RuleScreener().screen(asked, known)
    assert NaiveScreener().screen(asked, known) == screening
    return screening


@pytest.mark.parametrize(
    ("entries", "found", "reason"),
    [
        (["rule: t, severity: MONITOR"], ["AVOID", "MONITOR"], "every row of the rule"),
        (["rule: t, outcome: 2, severity: MONITOR"], ["AVOID", "MONITOR"], "the row that applies"),
        (["rule: t, outcome: 1, severity: MONITOR"], ["AVOID", "CAUTION"], "another row"),
        (["rule: m, off: true"], ["CAUTION"], "switched off"),
        (["rule: t, outcome: 2, severity: AVOID"], ["AVOID", "AVOID"], "a site may be stricter"),
    ],
)
def test_what_an_overlay_changes(entries: list[str], found: list[str], reason: str) -> None:
    assert [severity for _, severity, _ in said(screened(under(*entries)))] == found, reason


def test_an_overlay_shows_in_every_answer_until_it_ends() -> None:
    known = under("rule: m, off: true")
    last = datetime.date(2026, 11, 30)
    note = (
        "Site overlay: rule m is switched off until 2026-11-30, "
        "by Dr A. Example: eye clinic watches"
    )
    assert screened(known, last).notes == (note,)
    after = screened(known, last + datetime.timedelta(days=1))
    assert after == screened(KNOWN, last + datetime.timedelta(days=1))


def test_each_change_ends_on_its_own_day() -> None:
    short = Adjustment("m", 0, None, "A", "r", datetime.date(2026, 11, 22))
    long = Adjustment("t", 2, Severity.MONITOR, "A", "r", datetime.date(2026, 11, 24))
    known = KNOWN.overlaid((short, long), "1" * 64)
    days = [datetime.date(2026, 11, day) for day in (22, 23, 25)]
    assert [[each for _, each, _ in said(screened(known, day))] for day in days] == [
        ["MONITOR"],
        ["AVOID", "MONITOR"],
        ["AVOID", "CAUTION"],
    ]


def test_a_reply_can_be_written_for_every_changed_row() -> None:
    known = under("rule: t, severity: MONITOR")
    parts = prepared.Prepared(known)
    for _, finding in findings_of(screened(known)):
        assert parts.advice(finding.outcome)
    assert not asked_for(screened(known))


def test_a_rule_shows_what_a_site_changes() -> None:
    known = under("rule: t, outcome: 2, severity: MONITOR", "rule: m, off: true")
    [shown] = rule_message(SYSTEMIC, known.overlay).overlay
    assert (shown.outcome, shown.expires) == (2, "2026-11-30")
    assert int(shown.severity) == int(Severity.MONITOR)
    [shown] = rule_message(OTHER, known.overlay).overlay
    assert not shown.severity


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("rule: x, off: true", "2:12: unknown-rule: no rule 'x' (one of m, t)"),
        ("rule: t, severity: CONTRAINDICATED", "2:25: wrong-value: 'severity' cannot be"),
        ("rule: t, outcome: 3, severity: MONITOR", "2:15: wrong-value: 't' has outcomes 1 to 2"),
        ("rule: t, outcome: 0, severity: MONITOR", "2:15: wrong-value: 't' has outcomes 1 to 2"),
        ("rule: t", "2:5: missing-key: an entry needs 'severity' or 'off: true'"),
        ("rule: t, off: true, severity: MONITOR", "2:15: contradiction: a rule is off as a whole"),
        ("rule: m, severity: AVOID", "2:15: idle-entry: changes nothing"),
    ],
)
def test_a_fault_is_named_with_its_place(entry: str, problem: str) -> None:
    [found] = overlay(entry).problems
    assert str(found).startswith(f"site.yaml:{problem}")


def test_an_entry_needs_a_name_a_reason_and_an_end() -> None:
    found = read_overlay("overlay:\n  - {rule: t, off: true}\n", "site.yaml", KNOWN.rules)
    needs = [each.message for each in found.problems]
    assert needs == [f"an entry needs '{key}'" for key in ("expires", "reason", "who")]


def test_two_entries_for_one_outcome_are_a_fault() -> None:
    found = overlay("rule: t, severity: MONITOR", "rule: t, outcome: 2, severity: INFORMATION")
    assert [each.code for each in found.problems] == ["duplicate-item"]


def test_an_entry_that_has_ended_is_a_warning() -> None:
    found = overlay("rule: m, off: true")
    assert not found.expired(datetime.date(2026, 11, 30))
    [warning] = found.expired(datetime.date(2026, 12, 1))
    assert str(warning) == "site.yaml:2:5: expired: without effect since 2026-11-30: take it out"


def test_an_overlay_is_part_of_the_digest(rules: Path) -> None:
    plain = load_edition(rules).edition
    path = rules.parent / "site.yaml"
    digests = {plain.knowledge.digest}
    for who in ("A", "B"):
        entry = (
            f"rule: beta-blocker-weakness, off: true, who: {who}, reason: r, expires: 2027-01-01"
        )
        path.write_text(f"overlay:\n  - {{{entry}}}\n", "utf-8")
        digests.add(overlaid(plain.knowledge, path).digest)
    assert len(digests) == 3


def test_a_library_keeps_its_edition_when_the_overlay_breaks(rules: Path) -> None:
    path = rules.parent / "site.yaml"
    entry = "rule: beta-blocker-weakness, off: true, who: A, reason: r, expires: 2027-01-01"
    path.write_text(f"overlay:\n  - {{{entry}}}\n", "utf-8")
    library = Library(rules, overlay=path)
    assert [each.rule for each in library.current.knowledge.overlay] == ["beta-blocker-weakness"]
    before = library.current
    path.write_text("overlay: none\n", "utf-8")
    assert not library.reload()
    assert library.current is before
    assert library.problem is not None


@pytest.mark.parametrize("spoil", [Path.unlink, lambda path: path.write_bytes(b"\xff")])
def test_an_overlay_that_cannot_be_read_is_a_fault(
    tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    path = tmp_path / "site.yaml"
    path.write_text("overlay: []", "utf-8")
    spoil(path)
    with pytest.raises(InvalidKnowledge, match="missing or not UTF-8"):
        overlaid(KNOWN, path)


def test_the_overlay_is_laid_over_what_a_site_vocabulary_adds(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def joined(edition: Edition, path: Path | None) -> Edition:
        assert path == rules
        known = edition.knowledge
        again = KnowledgeBase.of(known.version, "2" * 64, known.rules, known.classes)
        return edition.with_knowledge(again)

    monkeypatch.setattr(library_module, "with_site", joined)
    path = rules.parent / "site.yaml"
    entry = "rule: beta-blocker-weakness, off: true, who: A, reason: r, expires: 2027-01-01"
    path.write_text(f"overlay:\n  - {{{entry}}}\n", "utf-8")
    known = Library(rules, site=rules, overlay=path).current.knowledge
    assert [each.rule for each in known.overlay] == ["beta-blocker-weakness"]


GRAVE = rule("telithromycin", row(Severity.CONTRAINDICATED), row(Severity.AVOID), rule_id="g")
RISK = "accept_risk: the committee takes it for pneumonia without another choice"


def grave(entry: str) -> Overlay:
    text = f"overlay:\n  - {{{entry}, {TAIL}\n"
    return read_overlay(text, "site.yaml", (GRAVE, OTHER))


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ("rule: g, off: true", "2:5: unaccepted-risk: weakens a contraindication"),
        ("rule: g, severity: AVOID", "2:5: unaccepted-risk: weakens a contraindication"),
        ("rule: g, outcome: 1, severity: AVOID", "2:5: unaccepted-risk: weakens"),
        (f"rule: g, outcome: 2, severity: MONITOR, {RISK}", "2:46: idle-key: no contraindication"),
        (f"rule: m, off: true, {RISK}", "2:26: idle-key: no contraindication"),
    ],
)
def test_a_contraindication_is_weakened_only_in_words(entry: str, problem: str) -> None:
    [found] = grave(entry).problems
    assert str(found).startswith(f"site.yaml:{problem}")


def test_an_accepted_risk_is_told_in_every_answer() -> None:
    found = grave(f"rule: g, off: true, {RISK}")
    assert not found.problems
    [note] = [each.words() for each in found.adjustments]
    assert note.endswith(
        "The risk of a contraindication is accepted: the committee takes it for pneumonia without "
        "another choice"
    )
    assert not grave("rule: g, outcome: 2, severity: MONITOR").problems
