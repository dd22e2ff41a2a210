"""What a screening would cost, guessed before it is done, and what fetching it would cost.

Measured in service/decisions/0020-what-redis-is-for.md. Only the ratio of the two matters, so a
faster machine changes little.
"""

import enum

from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.screening.knowledge_base import KnowledgeBase

SECONDS_A_ROW = 5e-6  # of a rule's decision table, read for one exposure
SECONDS_A_HIT = 60e-6  # name, unseal, unpack and bind a screening
SECONDS_AN_ORDER_OF_A_HIT = 2.5e-6
# Below this Redis would gain too little for the write that every miss costs besides.
WORTH = 2.0


class Policy(enum.Enum):
    """Which screenings go by way of Redis."""

    AUTO = "auto"
    ALWAYS = "always"
    OFF = "off"


class Cost:
    """Guesses costs by the rules of one knowledge base."""

    __slots__ = ("_rows",)

    def __init__(self, knowledge: KnowledgeBase) -> None:
        """Count the rows that each ingredient would have read."""
        self._rows = {
            ingredient: sum(len(candidate.rule.outcomes) for candidate in candidates)
            for ingredient, candidates in knowledge.candidates.items()
        }

    def of_screening(self, request: ScreeningRequest) -> float:
        """Seconds to screen a request."""
        rows = self._rows.get
        read = 0
        for _, understood in request.orders:
            for reading in understood.readings:
                for ingredient in reading:
                    read += rows(ingredient.name, 0)
        return read * SECONDS_A_ROW

    def is_worth_a_read(self, request: ScreeningRequest, read_seconds: float) -> bool:
        """Whether fetching the screening would be clearly cheaper than doing it."""
        fetching = read_seconds + SECONDS_A_HIT + SECONDS_AN_ORDER_OF_A_HIT * len(request.orders)
        return self.of_screening(request) > WORTH * fetching
