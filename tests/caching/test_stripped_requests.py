"""A stripped request says to the screener all that the request said."""

from hypothesis import HealthCheck, given, settings

from lems_guard.caching.fingerprint import anonymous, ids_of
from lems_guard.caching.stored_screening import with_ids
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.screening.screen import RuleScreener
from worlds import knowledge_bases, requests

screen = RuleScreener().screen


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(requests(), knowledge_bases())
def test_nothing_that_a_rule_reads_is_stripped(
    asked: ScreeningRequest, known: KnowledgeBase
) -> None:
    assert with_ids(screen(anonymous(asked), known), ids_of(asked)) == screen(asked, known)
