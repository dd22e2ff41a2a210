"""Why a rule spoke and why it did not: the fates agree with what screening says."""

import datetime

from hypothesis import given, settings

from builders import knowledge, order, request, row, rule
from lems_guard.clinical.overlay import Adjustment
from lems_guard.clinical.patient import LemsStatus, Patient
from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import RuleKind
from lems_guard.clinical.severity import Jurisdiction, Severity
from lems_guard.screening.fates import fates_of
from lems_guard.screening.screen import RuleScreener
from worlds import Story, stories

AVOID = Severity.AVOID


def why(*found: object) -> str:
    [fate] = fates_of(*found)  # type: ignore[arg-type]
    assert fate.severity is None
    return fate.why


@given(stories())
@settings(deadline=None)
def test_what_spoke_is_what_screening_found(story: Story) -> None:
    for asked in (story.told, story.hidden):
        screening = RuleScreener().screen(asked, story.known)
        found = {
            (alert.drug, finding.rule.id)
            for alert in screening.alerts
            for finding in alert.findings
            if finding.rule.kind is not RuleKind.CUMULATIVE
        }
        told = {(each.drug, each.rule.id) for each in fates_of(asked, story.known) if each.severity}
        assert told == found


def test_silence_says_by_which_route() -> None:
    known = knowledge(rule("timolol", row(AVOID, [Route.ORAL])))
    told = why(request(order("timolol", route=Route.OPHTHALMIC)), known)
    assert told == "route: row 1 is for oral, this is ophthalmic"


def test_silence_says_in_which_jurisdiction_it_would_speak() -> None:
    known = knowledge(rule("timolol", row(AVOID), jurisdictions=frozenset({Jurisdiction.EU})))
    assert why(request(order("timolol")), known) == "jurisdiction: it speaks in EU alone"


def test_silence_says_that_lems_is_excluded() -> None:
    known = knowledge(rule("timolol", row(AVOID), needs_lems=True))
    asked = request(order("timolol"), patient=Patient(lems_status=LemsStatus.ABSENT))
    assert why(asked, known) == "fact: LEMS is stated to be absent"


def test_silence_names_the_site_that_switched_it_off() -> None:
    known = knowledge(rule("timolol", row(AVOID), rule_id="r"))
    off = Adjustment("r", 0, None, "Fictitia Example", "watched here", datetime.date(2999, 1, 1))
    told = why(request(order("timolol")), known.overlaid((off,), "1" * 64))
    assert told.startswith("overlay: Site overlay: rule r is switched off until 2999-01-01")
