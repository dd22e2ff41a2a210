"""The screener is fast and equal to the plain one, and nothing but content changes an answer."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import findings_of
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.severity import Severity
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.naive import NaiveScreener
from lems_guard.screening.screen import RuleScreener
from searching import examples
from worlds import Story, knowledge_bases, renamed, requests, shuffled, stories

moderate = examples(200)

HERE = Path(__file__).parent
screen = RuleScreener().screen


@moderate
@given(requests(), knowledge_bases())
def test_the_index_changes_nothing(asked: ScreeningRequest, known: KnowledgeBase) -> None:
    assert screen(asked, known) == NaiveScreener().screen(asked, known)


@moderate
@given(requests().flatmap(lambda asked: st.tuples(st.just(asked), shuffled(asked))), stories())
def test_the_order_of_lists_and_rules_changes_nothing(
    both: tuple[ScreeningRequest, ScreeningRequest], story: Story
) -> None:
    asked, again = both
    known = story.known
    backwards = KnowledgeBase.of(
        known.version, known.digest, reversed(known.rules), reversed(known.classes)
    )
    assert screen(asked, known) == screen(again, known) == screen(again, backwards)


@moderate
@given(requests(), knowledge_bases())
def test_the_ids_of_orders_change_no_content(asked: ScreeningRequest, known: KnowledgeBase) -> None:
    """Not even where they turn the order of the orders round."""
    there, back = {"0": "z", "1": "y", "2": "x", "3": "w"}, str.maketrans("zyxw", "0123")
    again = screen(renamed(asked, there.__getitem__), known)
    before = screen(asked, known)
    assert [alert.id for alert in again.alerts] == [alert.id for alert in before.alerts]
    for one, other in zip(findings_of(before), findings_of(again), strict=True):
        assert one[1].rule.id == other[1].rule.id
        assert one[1][1:4] == other[1][1:4]
        assert one[1].missing == other[1].missing
        ids = {medication_id.translate(back) for medication_id in other[1].medication_ids}
        assert set(one[1].medication_ids) == ids
    assert [gap[:4] for gap in again.gaps] == [gap[:4] for gap in before.gaps]


@moderate
@given(requests(), knowledge_bases())
def test_only_a_row_contraindicates(asked: ScreeningRequest, known: KnowledgeBase) -> None:
    """And what is raised is raised by one level at most."""
    screening = screen(asked, known)
    for _, finding in findings_of(screening):
        by_row = finding.outcome.severity
        assert finding.severity in {by_row, by_row.raised()}
        said_by_row = by_row is Severity.CONTRAINDICATED
        assert (finding.severity is Severity.CONTRAINDICATED) is said_by_row
    rows = {known_rule.id: known_rule.outcomes for known_rule in known.rules}
    for gap in screening.gaps:
        concerned = [row for rule_id in gap.would_change for row in rows[rule_id]]
        assert gap.worst <= max(row.severity.raised() for row in concerned)


@moderate
@given(requests(), knowledge_bases())
def test_alerts_are_whole_and_in_order(asked: ScreeningRequest, known: KnowledgeBase) -> None:
    screening = screen(asked, known)
    drugs = [alert.drug for alert in screening.alerts]
    ranks = [(-alert.severity, alert.certainty) for alert in screening.alerts]
    assert len(set(drugs)) == len(drugs)
    assert ranks == sorted(ranks)
    assert len({alert.id for alert in screening.alerts}) == len(drugs)
    for alert in screening.alerts:
        worst = alert.findings[0]
        assert (alert.severity, alert.certainty) == (worst.severity, worst.certainty)
        assert alert.severity == max(finding.severity for finding in alert.findings)
        for finding in alert.findings:
            assert set(finding.medication_ids) & set(alert.medication_ids)
            assert len(finding.why) >= len(finding.medication_ids)


def screenings_under(seed: str) -> str:
    environment = os.environ | {"PYTHONHASHSEED": seed, "CI": "true"}
    paths = os.pathsep.join([str(HERE.parent), *sys.path])
    program = [sys.executable, str(HERE / "show_screenings.py")]
    shown = subprocess.run(
        program, env=environment | {"PYTHONPATH": paths}, capture_output=True, text=True, check=True
    )
    return shown.stdout


@pytest.mark.parametrize("seed", ["1", "2", "12345"])
def test_the_seed_of_hashes_changes_nothing(seed: str) -> None:
    plain = screenings_under("0")
    assert len(plain.splitlines()) >= 20
    assert screenings_under(seed) == plain
