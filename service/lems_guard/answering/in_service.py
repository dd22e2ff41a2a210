"""What KnowledgeService shows of the edition in service."""

import datetime
from typing import NamedTuple, Protocol

from lems_guard.clinical.medication import Medication, TextPhrase, Understood
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.v1 import knowledge_service_pb2 as wire
from lems_guard.v1 import screening_pb2

# Which state of the contract this service understands: one more whenever requests gain a field
# or a value.
CONTRACT = 3


class Explained(Protocol):
    """An edition that can be asked: its rules, and how it reads an order."""

    @property
    def knowledge(self) -> KnowledgeBase:
        """The rules."""

    def explain(self, medication: Medication) -> Understood:
        """What is made of an order, with the trail of how."""

    def phrases(self, medication: Medication) -> tuple[TextPhrase, ...]:
        """The text of an order in phrases, each character in exactly one."""

    def ingredient_count(self) -> int:
        """How many ingredients are recognised."""

    def name_count(self) -> int:
        """How many names, brands and codes they are recognised by."""


class Reload(NamedTuple):
    """When the edition in service was loaded, and how a later one was refused."""

    loaded_at: datetime.datetime
    refused_at: datetime.datetime | None = None
    problems: tuple[str, ...] = ()


class InService(NamedTuple):
    """The edition in service, as KnowledgeService shows it."""

    edition: Explained
    jurisdiction: Jurisdiction
    reload: Reload
    country: str = ""

    def state(self) -> wire.GetKnowledgeBaseResponse:
        """Its version, its sizes, whether a clinician has reviewed any rule, its last reload."""
        knowledge = self.edition.knowledge
        refused = self.reload.refused_at
        return wire.GetKnowledgeBaseResponse(
            knowledge_base=name_of(knowledge),
            rule_count=len(knowledge.rules),
            class_count=len(knowledge.classes),
            ingredient_count=self.edition.ingredient_count(),
            name_count=self.edition.name_count(),
            rules_signed=sum(rule.review.is_signed for rule in knowledge.rules),
            clinician_review_recorded=any(rule.review.is_signed for rule in knowledge.rules),
            reload=wire.ReloadState(
                loaded_at=self.reload.loaded_at.isoformat(timespec="seconds"),
                refused_at=refused.isoformat(timespec="seconds") if refused else "",
                problems=self.reload.problems,
            ),
            contract=CONTRACT,
        )


def name_of(knowledge: KnowledgeBase) -> screening_pb2.KnowledgeBase:
    """The knowledge base by version and digest."""
    return screening_pb2.KnowledgeBase(version=knowledge.version, digest=knowledge.digest)
