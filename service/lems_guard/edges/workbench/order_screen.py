"""`/order-screen`: a typed list as an order-entry system sees it, with its cards to be acted upon.

What the screen of such a system holds, the form holds: the call that was sent and the response to
it. The service keeps nothing between two clicks. What becomes of a card is reported as feedback.
"""

import datetime
import json
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol

from starlette.responses import Response
from starlette.routing import Route

from lems_guard.callers.gate import permit
from lems_guard.callers.profile import Caller
from lems_guard.callers.roles import CHECKING, REPORTING
from lems_guard.clinical.errors import FieldViolation, InvalidRequest
from lems_guard.edges.workbench import check_form
from lems_guard.edges.workbench.cards_shown import CardOffer, CardShown, cards_of
from lems_guard.edges.workbench.hook_call import HOOKS, ORDER_SIGN, DraftedCall, hook_call, settled
from lems_guard.edges.workbench.pages import PageCall, Pages

HOOK, REQUEST, RESPONSE, DONE = "hook", "request", "response", "done"
ACCEPT, OVERRIDE = "accept", "override"
OWN_FIELDS = (HOOK, REQUEST, RESPONSE, DONE, ACCEPT, OVERRIDE)
ANSWERED = 200


class AnswersHooks(Protocol):
    """CDS Hooks of this process."""

    def call(self, service: str, body: bytes, caller: Caller) -> tuple[int, bytes]:
        """The status and body that a call of a service gets."""

    def feedback(self, body: bytes) -> tuple[int, bytes]:
        """The status and body that a report on cards gets."""


class HookTrial(NamedTuple):
    """What answers hooks here, and who else may call them, in words."""

    hooks: AnswersHooks
    open_to: str


class Exchange(NamedTuple):
    """A request and its response, as they are written on the wire."""

    path: str
    request: str
    status: int
    response: str


class Screen(NamedTuple):
    """What the order screen shows: the call with its cards, and what was done with them.

    `done` holds by a card's uuid what became of it, `told` what was just done.
    """

    call: Exchange | None = None
    cards: tuple[CardShown, ...] = ()
    left_out: tuple[str, ...] = ()
    done: Mapping[str, str] = MappingProxyType({})
    told: str = ""
    report: Exchange | None = None
    is_changed: bool = False


class OrderScreen:
    """Sends what is typed as a hook call, and acts on the cards that come back."""

    def __init__(self, pages: Pages, trial: HookTrial) -> None:
        """`trial` answers the calls."""
        self._pages = pages
        self._trial = trial

    def routes(self) -> list[Route]:
        """The routes."""
        route = self._pages.route
        return [
            route("/order-screen", "OrderScreen", CHECKING, self.empty),
            route("/order-screen", "OrderScreenForm", CHECKING, self.act, "POST"),
        ]

    def empty(self, asked: PageCall) -> Response:
        """The page before anything is sent."""
        return self._page(asked, dict.fromkeys(check_form.FIELDS, ""), Screen())

    def act(self, asked: PageCall) -> Response:
        """Send the list, or do with a card what was chosen; raises `InvalidRequest`."""
        check_form.refuse_unknown(asked.form, OWN_FIELDS, of_each=("reason:", "comment:"))
        values = check_form.values_of(asked.form)
        if asked.one(ACCEPT):
            return self._accept(asked, values)
        if asked.one(OVERRIDE):
            return self._override(asked, values)
        return self._page(asked, values, self._called(asked, values))

    def _called(self, asked: PageCall, values: dict[str, str]) -> Screen:
        """A new call of what is in the lists now."""
        request = check_form.read_form(values)
        hook = _hook(asked.one(HOOK) or ORDER_SIGN)
        call = hook_call(request, hook, str(uuid.uuid4()), self._pages.today())
        caller = asked.visitor
        caller = caller._replace(profile=settled(request, caller.profile))
        body = json.dumps(call.body, ensure_ascii=False, indent=1)
        status, reply = self._trial.hooks.call(HOOKS[hook], body.encode(), caller)
        response = _pretty(reply)
        cards = cards_of(response) if status == ANSWERED else ()
        sent = Exchange(f"/cds-services/{HOOKS[hook]}", body, status, response)
        return Screen(sent, cards, call.left_out)

    def _accept(self, asked: PageCall, values: dict[str, str]) -> Response:
        """Take a suggestion: its actions change the list, which is then sent anew."""
        permit(asked.visitor, REPORTING)
        card, offer = _offer_of(asked)
        report = {"card": card.uuid, "outcome": "accepted"}
        accepted = {"acceptedSuggestions": [{"id": offer.uuid}]}
        sent = self._reported(asked, report | accepted)
        told = f"Accepted: {offer.label}"
        if offer.records:
            return self._page(asked, values, self._kept(asked, values, card, told, sent))
        changed = values | {"proposed": _acted(values["proposed"], offer)}
        screen = self._called(asked, changed)
        return self._page(asked, changed, screen._replace(told=told, report=sent))

    def _override(self, asked: PageCall, values: dict[str, str]) -> Response:
        """Keep an order in spite of its card: the list stays, and the card is put away."""
        permit(asked.visitor, REPORTING)
        card = _card_of(asked, asked.one(OVERRIDE))
        given: dict[str, Any] = {}
        chosen = asked.one(f"reason:{card.uuid}")
        reason = next((each for each in card.reasons if each.code == chosen), None)
        if card.reasons and reason is None:
            raise InvalidRequest((FieldViolation("reason", "choose why it is overridden"),))
        if reason is not None:
            given["reason"] = reason._asdict()
        comment = asked.one(f"comment:{card.uuid}")
        if comment:
            given["userComment"] = comment
        report: dict[str, Any] = {"card": card.uuid, "outcome": "overridden"}
        if given:
            report["overrideReason"] = given
        sent = self._reported(asked, report)
        told = f"Overridden: {reason.display}" if reason else "Overridden"
        return self._page(asked, values, self._kept(asked, values, card, told, sent))

    def _kept(
        self, asked: PageCall, values: dict[str, str], card: CardShown, told: str, sent: Exchange
    ) -> Screen:
        """The same cards, one of them dealt with; the call is not made again."""
        shown, response = asked.one(REQUEST), asked.one(RESPONSE)
        call = _called_before(shown)
        path = f"/cds-services/{HOOKS[_hook(call.get('hook'))]}"
        done = dict(each.split("|", 1) for each in asked.form.get(DONE, ()) if "|" in each)
        now = self._now(values, call)
        return Screen(
            Exchange(path, shown, ANSWERED, response),
            cards_of(response),
            now.left_out,
            done | {card.uuid: told},
            told,
            sent,
            is_changed=now.body != call,
        )

    def _now(self, values: dict[str, str], before: Mapping[str, Any]) -> DraftedCall:
        """What the lists would be sent as now, in the place of a call before."""
        request = check_form.read_form(values)
        instance = str(before.get("hookInstance"))
        return hook_call(request, _hook(before.get("hook")), instance, self._pages.today())

    def _reported(self, asked: PageCall, item: Mapping[str, Any]) -> Exchange:
        """Feedback on one card, sent."""
        service = HOOKS[_hook(_called_before(asked.one(REQUEST)).get("hook"))]
        moment = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        report = {"feedback": [{**item, "outcomeTimestamp": moment}]}
        body = json.dumps(report, ensure_ascii=False, indent=1)
        status, reply = self._trial.hooks.feedback(body.encode())
        return Exchange(f"/cds-services/{service}/feedback", body, status, _pretty(reply))

    def _page(self, asked: PageCall, values: dict[str, str], screen: Screen) -> Response:
        return self._pages.page(
            "order_screen.html",
            asked,
            values=values,
            form=check_form,
            screen=screen,
            hooks=HOOKS,
            hook=asked.one(HOOK) or ORDER_SIGN,
            open_to=self._trial.open_to,
            may_report=bool(asked.visitor.roles & REPORTING),
        )


def _hook(name: object) -> str:
    if name not in HOOKS:
        raise InvalidRequest((FieldViolation(HOOK, f"one of {', '.join(HOOKS)}"),))
    return str(name)


def _called_before(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise InvalidRequest((FieldViolation(REQUEST, "it is no hook call"),))
    return found


def _card_of(asked: PageCall, card_uuid: str) -> CardShown:
    for each in cards_of(asked.one(RESPONSE)):
        if each.uuid == card_uuid:
            return each
    raise InvalidRequest((FieldViolation("card", "it is not among the cards of this response"),))


def _offer_of(asked: PageCall) -> tuple[CardShown, CardOffer]:
    """The suggestion that was chosen, with its card."""
    for card in cards_of(asked.one(RESPONSE)):
        for offer in card.offers:
            if offer.uuid == asked.one(ACCEPT):
                return card, offer
    raise InvalidRequest((FieldViolation(ACCEPT, "no card of this response suggests it"),))


def _acted(text: str, offer: CardOffer) -> str:
    """The proposed list after a suggestion: what it orders stands where it first removed."""
    kept: list[str] = []
    ordered, number = list(offer.orders), 0
    for line in text.split("\n"):
        number += bool(line.strip())
        if line.strip() and f"p{number}" in offer.removes:
            kept += ordered
            ordered = []
        else:
            kept.append(line)
    return "\n".join([*kept, *ordered])


def _pretty(body: bytes) -> str:
    return json.dumps(json.loads(body), ensure_ascii=False, indent=1) if body else ""
