"""Checking without a service: the same engine, in this process."""

import datetime

from lems_guard.answering.answer import Answerer
from lems_guard.editions.library import as_site, load_edition, packaged_rules
from lems_guard.papers.explained import ExplainedOrder, explained
from lems_guard.screening.screen import RuleScreener
from lems_guard.settings import Settings
from lems_guard.v1 import prescription_pb2, screening_pb2


class InProcess:
    """The knowledge base that the settings name, and the engine that answers from it."""

    def __init__(self, settings: Settings) -> None:
        """Load the knowledge base; raises `InvalidKnowledge` when there is none to ask."""
        folder = settings.rules or packaged_rules()
        edition = as_site(
            load_edition(folder).edition,
            folder,
            vocabulary=settings.vocabulary,
            overlay=settings.overlay,
        )
        self.knowledge = edition.knowledge
        self._phrases = edition.phrases
        day = datetime.datetime.now(datetime.UTC).date()
        # One day for all that is asked, even of a batch that runs past midnight.
        self._answerer = Answerer(
            edition.knowledge,
            edition,
            RuleScreener(),
            jurisdiction=settings.jurisdiction,
            country=settings.country or "",
            today=lambda: day,
        )

    def check(
        self, request: prescription_pb2.CheckPrescriptionRequest
    ) -> screening_pb2.CheckPrescriptionResponse:
        """The answer to one prescription; raises `InvalidRequest`."""
        reply = self._answerer.answer_message(request).reply
        return screening_pb2.CheckPrescriptionResponse.FromString(reply)

    def explained(
        self, request: prescription_pb2.CheckPrescriptionRequest
    ) -> tuple[ExplainedOrder, ...]:
        """Every order of a prescription explained; raises `InvalidRequest`."""
        question = self._answerer.question(request)
        return explained(question.request, self.knowledge, self._phrases)

    def signed(self) -> tuple[int, int]:
        """How many rules a clinician has signed as they stand, and how many there are."""
        rules = self.knowledge.rules
        return sum(rule.review.is_signed for rule in rules), len(rules)
