"""Asking without a service: the same engine, in this process."""

import datetime
from typing import NamedTuple

from lems_guard.answering.answer import Answerer
from lems_guard.answering.explained import ExplainedOrder, explained
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.editions.library import Edition, as_site, load_edition, packaged_rules
from lems_guard.screening.screen import RuleScreener
from lems_guard.settings import Settings
from lems_guard.v1 import prescription_pb2, screening_pb2


class Terms(NamedTuple):
    """What holds for every list that does not say otherwise: the day, and where patients are.

    One day holds for all that is asked, even of a batch that runs past midnight.
    """

    day: datetime.date
    jurisdiction: Jurisdiction
    country: str = ""


class InProcess:
    """An edition, and the engine that answers from it."""

    def __init__(self, edition: Edition, terms: Terms) -> None:
        """Ready to answer."""
        self.edition = edition
        self.knowledge = edition.knowledge
        self._answerer = Answerer(
            edition.knowledge,
            edition,
            RuleScreener(),
            jurisdiction=terms.jurisdiction,
            country=terms.country,
            today=lambda: terms.day,
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
        return explained(question.request, self.knowledge, self.edition.phrases)

    def signed(self) -> tuple[int, int]:
        """How many rules a clinician has signed as they stand, and how many there are."""
        rules = self.knowledge.rules
        return sum(rule.review.is_signed for rule in rules), len(rules)


def edition_of(settings: Settings) -> Edition:
    """What the settings name: rules, a site's vocabulary, its overlay.

    Raises `InvalidKnowledge` where there is none to ask.
    """
    folder = settings.rules or packaged_rules()
    return as_site(
        load_edition(folder).edition,
        folder,
        vocabulary=settings.vocabulary,
        overlay=settings.overlay,
    )


def terms_of(settings: Settings, day: datetime.date) -> Terms:
    """What the settings say of lists that do not say it, as of a day."""
    return Terms(day, settings.jurisdiction, settings.country or "")
