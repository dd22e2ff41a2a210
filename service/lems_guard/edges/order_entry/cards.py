"""Cards: one for each offending drug, and one for what could not be checked.

What does not bear on the orders at hand, or asks for nothing, shares one card of single lines.
"""

from typing import NamedTuple

from lems_guard.answering.wording import SEVERITIES, concern_in_words
from lems_guard.edges.order_entry.asking import Asked
from lems_guard.edges.order_entry.card_ids import card_uuid, kept_uuid, removed_uuid, replaced_uuid
from lems_guard.edges.order_entry.card_shapes import (
    TOPICS,
    Action,
    Card,
    CardCoding,
    CardSource,
    CardStyle,
    Link,
    Suggestion,
    short,
)
from lems_guard.edges.order_entry.order_uses import is_for_a_use
from lems_guard.edges.order_entry.override_reasons import offered
from lems_guard.edges.order_entry.replacements import (
    Offered,
    Replacement,
    may_replace,
    removable,
)
from lems_guard.edges.order_entry.wording import CardWording
from lems_guard.fhir.content_ids import digest
from lems_guard.fhir.detected_issue import IssueSubject, concern_code, detected_issue
from lems_guard.fhir.orders import Order
from lems_guard.fhir.replacing import replacing
from lems_guard.fhir.shapes import release_of
from lems_guard.screening.alerts import SUSPECTED
from lems_guard.v1 import screening_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

# Severity is clinical; how loudly to say it is workflow, and decided here (decision 0005).
INDICATORS = {
    terms.SEVERITY_CONTRAINDICATED: "critical",
    terms.SEVERITY_AVOID: "warning",
    terms.SEVERITY_CAUTION: "warning",
    terms.SEVERITY_MONITOR: "info",
    terms.SEVERITY_INFORMATION: "info",
}


MOST_LINKS = 3


class ShownCard(NamedTuple):
    """A card, with the rules that it speaks for and the orders that it is about.

    One that tells of a contraindication is shown whenever it holds.
    """

    card: Card
    rule_ids: tuple[str, ...]
    orders: tuple[Order, ...]
    is_contraindication: bool

    def name(self) -> str:
        """What it is known again by: artefact, drugs, summary, detail, urgency, as in PDDI-CDS."""
        drugs = [_compared_by(order) for order in self.orders]
        said = (self.card.summary, self.card.detail, self.card.indicator)
        return digest(*self.rule_ids, "|", *drugs, "|", *said, size=16).hex()


def _compared_by(order: Order) -> str:
    """An order's drug by its codes, else by its words."""
    codes = sorted(f"{each.system}|{each.code}" for each in order.line.codings)
    return str(codes or order.message.text)


class CardMaker:
    """Makes the cards of one call."""

    def __init__(
        self,
        asked: Asked,
        response: wire.CheckPrescriptionResponse,
        teller: CardWording,
        call: str,
        about: IssueSubject,
        style: CardStyle,
    ) -> None:
        """`call` tells this call from every other: cards of another one have other uuids."""
        self._style = style
        self._indicators = {
            severity: style.indicators.get(SEVERITIES[severity], usual)
            for severity, usual in INDICATORS.items()
        }
        self._asked = asked
        self._response = response
        self._teller = teller
        self._call = call
        self._about = about

    def is_own(self, alert: wire.Alert) -> bool:
        """Whether an alert has a card of its own.

        It asks for something, and is about the orders at hand; a contraindication always is.
        """
        if alert.severity == terms.SEVERITY_CONTRAINDICATED:
            return True
        # A quiet note that several drugs add up makes none of them a matter of the others' orders.
        involved = {
            each
            for finding in alert.findings
            if finding.severity >= terms.SEVERITY_CAUTION
            for each in finding.medication_ids
        }
        return not self._asked.focus.isdisjoint(involved)

    def own(self, alert: wire.Alert, instead: Offered) -> ShownCard:
        """The card of one offending drug, and what may be ordered instead."""
        card = self._card(
            headline(alert),
            self._indicator(alert),
            self._teller.detail(alert),
            alert.findings[0].concern,
            [each.rule_id for each in alert.findings],
        )
        card.suggestions = self._suggestions(alert, instead, card.uuid)
        card.selection_behavior = "at-most-one" if card.suggestions else None
        card.override_reasons = offered(alert.findings[0].concern, self._style.reasons)
        card.source.url = next((each.url for each in alert.findings[0].evidence if each.url), None)
        card.links = self._links(alert)
        return self._shown(card, [alert])

    def joined(self, alerts: list[wire.Alert]) -> ShownCard:
        """The card that holds a line for each of the other alerts."""
        number = "1 further note" if len(alerts) == 1 else f"{len(alerts)} further notes"
        drugs = ", ".join(dict.fromkeys(alert.drug for alert in alerts))
        card = self._card(
            f"LEMS: {number} on what is taken or ordered: {drugs}",
            "info",
            "\n".join(self._teller.lines(alerts)),
            alerts[0].findings[0].concern,
            [finding.rule_id for alert in alerts for finding in alert.findings],
        )
        return self._shown(card, alerts)

    def _links(self, alert: wire.Alert) -> list[Link]:
        """The pages of the rules, where all their evidence and texts stand."""
        if not self._style.pages:
            return []
        rules = dict.fromkeys(each.rule_id for each in alert.findings)
        return [
            Link(f"Rule {each}: all evidence", f"{self._style.pages}/rules/{each}", "absolute")
            for each in list(rules)[:MOST_LINKS]
        ]

    def _indicator(self, alert: wire.Alert) -> str:
        """A contraindication that is only possible, or in no order at hand, asks and warns."""
        sure = alert.certainty == terms.CERTAINTY_ESTABLISHED
        involved = {each for finding in alert.findings for each in finding.medication_ids}
        found = self._indicators[alert.severity]
        at_hand = not self._asked.focus.isdisjoint(involved)
        return found if found != "critical" or (sure and at_hand) else "warning"

    def _card(
        self, summary: str, indicator: str, detail: str, concern: terms.Concern, rules: list[str]
    ) -> Card:
        topic = CardCoding(TOPICS, concern_code(concern), concern_in_words(concern))
        content = f"{summary}\n{indicator}\n{detail}"
        version = self._response.knowledge_base.version
        return Card(
            card_uuid(self._call, content, list(dict.fromkeys(rules))),
            short(summary),
            indicator,
            CardSource(f"LEMS Guard, knowledge base {version}", topic),
            detail,
        )

    def _shown(self, card: Card, alerts: list[wire.Alert]) -> ShownCard:
        rules = {each.rule_id for alert in alerts for each in alert.findings}
        orders = {each for alert in alerts for each in alert.medication_ids}
        sent = tuple(self._asked.orders[order_id] for order_id in sorted(orders))
        worst = max(alert.severity for alert in alerts)
        return ShownCard(card, tuple(sorted(rules)), sent, worst == terms.SEVERITY_CONTRAINDICATED)

    def _suggestions(self, alert: wire.Alert, offered: Offered, card: str) -> list[Suggestion]:
        """Take the order away, order something else, or keep it and put the issue on record."""
        found: list[Suggestion] = []
        names = removable(self._asked, alert)
        if names and may_replace(alert, self._teller.needed):
            delete = [
                Action("delete", f"Remove the order for {self._words(name)}", resource_id=name)
                for name in names
            ]
            label = f"Remove the order for {alert.drug}"
            found.append(Suggestion(short(label), removed_uuid(card), delete))
            found += [
                self._replace(alert, each, offered, delete, card) for each in offered.replacements
            ]
        if self._about.release in {"R4", "R5"}:
            issue = detected_issue(alert, self._about)
            put = Action("create", "Record the issue with the order", issue)
            label = "Keep it, and record the issue"
            found.append(Suggestion(label, kept_uuid(card), [put]))
        return found

    def _replace(
        self,
        alert: wire.Alert,
        each: Replacement,
        offered: Offered,
        delete: list[Action],
        card: str,
    ) -> Suggestion:
        """Clients act on the first action, so the new order is made before the old one goes."""
        [order_id] = removable(self._asked, alert)
        resource = replacing(self._asked.orders[order_id].resource, each.drug, self._about.patient)
        words = f"Order {each.name}; dose to be chosen ({each.alternative.text})"
        label = f"Replace {alert.drug} by {each.name}"
        if is_for_a_use(each.alternative) and not offered.is_use_told:
            label += f" ({each.alternative.text})"
        return Suggestion(
            short(label),
            replaced_uuid(card, each.name),
            [Action("create", words, resource), *delete],
            is_recommended=each == offered.best,
        )

    def _words(self, order_id: str) -> str:
        return self._asked.orders[order_id].name


def headline(alert: wire.Alert) -> str:
    """An alert's summary, so that the drug is named within the length of a card's.

    What it says of suspected LEMS is said in full by the card's text.
    """
    rest = alert.summary.removeprefix(SUSPECTED).lstrip()
    heads = ["LEMS suspected"] if rest != alert.summary else []
    heads += ["possible"] if alert.certainty == terms.CERTAINTY_POSSIBLE else []
    return f"{', '.join(heads).capitalize().replace('Lems', 'LEMS')}: {rest}" if heads else rest


def release(asked: Asked) -> str:
    """The FHIR release that the client speaks, as far as its orders show."""
    return next((release_of(order.resource) for order in asked.orders.values()), "R4")
