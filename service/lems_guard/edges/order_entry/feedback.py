"""Feedback: what became of cards. Counted for each rule; of a comment only its length is kept."""

from collections.abc import Callable, Iterable
from typing import Protocol

from lems_guard.clinical.outcome import AlertOutcome, Verdict
from lems_guard.edges.order_entry.card_ids import kept_uuid, rules_of
from lems_guard.edges.order_entry.hooks import CardFeedback, Feedback
from lems_guard.edges.order_entry.override_reasons import reason_of
from lems_guard.edges.order_entry.refusals import bad_request
from lems_guard.sharing.outcomes import AlertOutcomes

VERDICTS = {"accepted": Verdict.ACCEPTED, "overridden": Verdict.OVERRIDDEN}
MOST_ITEMS = 1000


class CountsComments(Protocol):
    """What counts the length of comments."""

    def comment(self, characters: int) -> None:
        """A comment of that many characters came, and was dropped."""


class FeedbackDesk:
    """Takes feedback in; the same report twice counts once."""

    def __init__(
        self,
        outcomes: AlertOutcomes,
        rule_ids: Callable[[], Iterable[str]],
        comments: CountsComments,
    ) -> None:
        """`rule_ids` names the rules in service."""
        self._outcomes = outcomes
        self._rule_ids = rule_ids
        self._comments = comments

    def take(self, feedback: Feedback) -> None:
        """Record every item, or none where one is at fault; raises `Refusal`."""
        if len(feedback.feedback) > MOST_ITEMS:
            raise bad_request(f"feedback: at most {MOST_ITEMS} items")
        rule_ids = tuple(self._rule_ids())
        read = [
            self._outcome(item, index, rule_ids) for index, item in enumerate(feedback.feedback)
        ]
        for outcome in read:
            self._outcomes.record(outcome)
        for item in feedback.feedback:
            if item.override_reason and item.override_reason.user_comment:
                self._comments.comment(len(item.override_reason.user_comment))

    @staticmethod
    def _outcome(item: CardFeedback, index: int, rule_ids: tuple[str, ...]) -> AlertOutcome:
        place = f"feedback[{index}]"
        verdict = VERDICTS.get(item.outcome)
        if verdict is None:
            raise bad_request(f"{place}.outcome: accepted or overridden")
        try:
            rules = rules_of(item.card, rule_ids)
        except ValueError:
            raise bad_request(f"{place}.card: a card's uuid") from None
        card = item.card.lower()
        kept = kept_uuid(card)
        if any(each.id.lower() == kept for each in item.accepted_suggestions or ()):
            verdict = Verdict.OVERRIDDEN  # the order stays as it was, in spite of the card
        reason = None
        if verdict is Verdict.OVERRIDDEN and item.override_reason:
            reason = reason_of(item.override_reason.reason)
        return AlertOutcome(f"{card}:{verdict.name}", card, rules, verdict, reason)
