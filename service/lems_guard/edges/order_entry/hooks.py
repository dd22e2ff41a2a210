"""The bodies that CDS clients send: hook calls and feedback.

The envelope is typed and strict, so that a client's fault is named with its place. Resources stay
plain JSON objects: real systems send odd shapes, and one odd order must become an order that was
not understood, never a call that fails.
"""

import json
import re
from codecs import BOM_UTF8
from typing import Any, TypeAlias, TypeVar

import msgspec

from lems_guard.edges.order_entry.refusals import Refusal, bad_request

Json: TypeAlias = Any  # what a JSON decoder gives
Body = TypeVar("Body")

PLACE = re.compile(r"\$((?:\.\w+|\[\.\.\.\]|\[\d+\])*)`?$")


class Camel(msgspec.Struct, rename="camel"):
    """A part of a body; members that are not known are allowed, as the specification asks."""


class FhirAuthorization(Camel, rename={"access_token": "access_token", "token_type": "token_type"}):
    """The token with which the client lets us read its FHIR server."""

    access_token: str | None = None
    token_type: str | None = None


class Context(Camel):
    """What the clinician is doing. Older clients leave out who the clinician is."""

    user_id: str | None = None
    patient_id: str | None = None
    encounter_id: str | None = None
    selections: list[str] | None = None
    draft_orders: Json = None
    medications: Json = None
    medication: Json = None
    order: Json = None


class HookCall(Camel):
    """A call of one hook. `user` and `patient` at the top are of an older form."""

    hook: str
    hook_instance: str
    context: Context
    fhir_server: str | None = None
    fhir_authorization: FhirAuthorization | None = None
    prefetch: dict[str, Json] | None = None
    extension: Json = None
    user: str | None = None
    user_id: str | None = None
    patient: str | None = None

    def clinician(self) -> str:
        """Who is ordering, or nothing."""
        return self.context.user_id or self.user_id or self.user or ""

    def orders(self) -> Json:
        """The orders at hand, under the name that the hook has for them."""
        return self.context.draft_orders or self.context.medications or self._order()

    def _order(self) -> Json:
        """The one order of medication-verify, in a Bundle; its page names it in two ways."""
        sent = self.context.medication or self.context.order
        if not isinstance(sent, dict) or sent.get("resourceType") == "Bundle":
            return sent
        return {"resourceType": "Bundle", "entry": [sent]}

    def patient_id(self) -> str:
        """The patient's id on the client's FHIR server, or nothing."""
        return (self.context.patient_id or self.patient or "").removeprefix("Patient/")


class AcceptedSuggestion(Camel):
    """A suggestion that was accepted."""

    id: str


class ReasonCoding(Camel):
    """An override reason as it was offered, or as the client has it."""

    code: str
    system: str = ""
    display: str = ""


class GivenReason(Camel):
    """Why a card was overridden."""

    reason: ReasonCoding | None = None
    user_comment: str | None = None


class CardFeedback(Camel):
    """What became of one card."""

    card: str
    outcome: str
    outcome_timestamp: str
    accepted_suggestions: list[AcceptedSuggestion] | None = None
    override_reason: GivenReason | None = None


class Feedback(Camel):
    """What became of some cards."""

    feedback: list[CardFeedback]


# A record of eight megabytes holds half as many.
MOST_PARTS = 200_000


def read_call(body: bytes) -> HookCall:
    """The hook call that a body holds; raises `Refusal`."""
    return _read(body, HookCall)


def read_feedback(body: bytes) -> Feedback:
    """The feedback that a body holds; raises `Refusal`."""
    return _read(body, Feedback)


def _read(body: bytes, kind: type[Body]) -> Body:
    # Counted before they are made: of empty ones a body would hold millions.
    if len(body) > MOST_PARTS and body.count(b"{") + body.count(b"[") > MOST_PARTS:
        raise Refusal(413, "too-long", f"at most {MOST_PARTS} objects and lists")
    try:
        value = decoded(body.removeprefix(BOM_UTF8))  # which some systems write before JSON
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as fault:
        problem = f"the body does not fit the contract at {_place(fault)}"
    except (msgspec.DecodeError, ValueError, RecursionError):
        problem = "the body is no JSON"
    except StandsTwice:
        problem = "a name stands twice in one object: which value is meant, nobody can tell"
    raise bad_request(problem) from None


class StandsTwice(Exception):
    """A name stands twice in one object."""


def decoded(content: bytes) -> Json:
    """What some JSON says; raises `StandsTwice`, or as msgspec does.

    What is written again has lost the first of two members of one name, and with it the quotes
    around this name. Only where they are not equally many is each object looked at by itself.
    """
    value = msgspec.json.decode(content)
    if _quotes(content) != _quotes(msgspec.json.encode(value)):
        json.loads(content, object_pairs_hook=_members)
    return value


def _quotes(content: bytes) -> int:
    """How many quotes begin or end a text, but for those behind a backslash that is written out."""
    quotes = content.count(b'"')
    return quotes - content.count(b'\\"') if b"\\" in content else quotes


def _members(pairs: list[tuple[str, Json]]) -> Json:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise StandsTwice
    return members


def _place(fault: msgspec.ValidationError) -> str:
    """Where a member is missing or of the wrong type; member names of ours only, no value."""
    message = str(fault)
    missing = re.match(r"Object missing required field `(\w+)`", message)
    found = PLACE.search(message)
    place = found[1].lstrip(".") if found else ""
    if missing:
        place = f"{place}.{missing[1]} (missing)" if place else f"{missing[1]} (missing)"
    return place or "its top"
