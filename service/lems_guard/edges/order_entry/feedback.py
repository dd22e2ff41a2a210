"""Feedback: what became of cards. Counted for each rule; of a comment only its length is kept."""

from collections.abc import Callable, Mapping
from typing import Protocol

from lems_guard.clinical.outcome import AlertOutcome, AlertVerdict, Recording
from lems_guard.clinical.rule import Rule
from lems_guard.edges.order_entry.card_ids import kept_uuid, removed_uuid, replaced_uuid, rules_of
from lems_guard.edges.order_entry.hooks import CardFeedback, Feedback
from lems_guard.edges.order_entry.override_reasons import reason_of
from lems_guard.edges.order_entry.refusals import bad_request
from lems_guard.edges.order_entry.replacements import name_of, treatments
from lems_guard.sharing.outcomes import AlertOutcomes

VERDICTS = {"accepted": AlertVerdict.ACCEPTED, "overridden": AlertVerdict.OVERRIDDEN}
MOST_ITEMS = 1000


class CountsFeedback(Protocol):
    """What counts comments by their length, and suggestions by their kind."""

    def comment(self, characters: int) -> None:
        """A comment of that many characters came, and was dropped."""

    def suggested(self, kind: str) -> None:
        """A suggestion was taken: remove, replace, keep, or other where it is none of ours."""


class FeedbackDesk:
    """Takes feedback in; the same report twice counts once."""

    def __init__(
        self,
        outcomes: AlertOutcomes,
        rules: Callable[[], Mapping[str, Rule]],
        counts: CountsFeedback,
    ) -> None:
        """`rules` are those in service, by their ids."""
        self._outcomes = outcomes
        self._rules = rules
        self._counts = counts

    def take(self, feedback: Feedback) -> None:
        """Record every item, or none where one is at fault; raises `Refusal`."""
        if len(feedback.feedback) > MOST_ITEMS:
            raise bad_request(f"feedback: at most {MOST_ITEMS} items")
        rules = self._rules()
        read = [
            self._outcome(item, index, tuple(rules)) for index, item in enumerate(feedback.feedback)
        ]
        for outcome, item in zip(read, feedback.feedback, strict=True):
            is_new = self._outcomes.record(outcome) is Recording.NEW
            for suggestion in item.accepted_suggestions or () if is_new else ():
                self._counts.suggested(kind_of(suggestion.id.lower(), outcome, rules))
            if item.override_reason and item.override_reason.user_comment:
                self._counts.comment(len(item.override_reason.user_comment))

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
            verdict = AlertVerdict.OVERRIDDEN  # the order stays as it was, in spite of the card
        reason = None
        if verdict is AlertVerdict.OVERRIDDEN and item.override_reason:
            reason = reason_of(item.override_reason.reason)
        return AlertOutcome(f"{card}:{verdict.name}", card, rules, verdict, reason)


def kind_of(suggestion: str, outcome: AlertOutcome, rules: Mapping[str, Rule]) -> str:
    """What a suggestion was, by its uuid: it follows from its card's and from what it offers."""
    card = outcome.alert_id
    if suggestion in {kept_uuid(card), removed_uuid(card)}:
        return "keep" if suggestion == kept_uuid(card) else "remove"
    offered = (
        name_of(names)
        for rule_id in outcome.rule_ids
        for found in rules[rule_id].outcomes
        for alternative in found.advice.alternatives
        for names in treatments(alternative)
    )
    is_replacement = any(suggestion == replaced_uuid(card, name) for name in offered)
    return "replace" if is_replacement else "other"
