"""Cards as an order-entry system shows them: read from a response, their texts as markdown."""

import functools
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from lems_guard.clinical.errors import FieldViolation, InvalidRequest

DRAFT = "MedicationRequest/"


class ReasonOffered(NamedTuple):
    """A reason for which a card may be overridden."""

    system: str
    code: str
    display: str


class CardOffer(NamedTuple):
    """A suggestion: what it removes by ids, what it orders in words, and whether it is the best.

    `records` tells that it puts the issue on record.
    """

    uuid: str
    label: str
    removes: tuple[str, ...]
    orders: tuple[str, ...]
    records: bool
    is_recommended: bool


class CardShown(NamedTuple):
    """A card; `detail` is HTML that was made of its markdown."""

    uuid: str
    summary: str
    indicator: str
    source: str
    source_url: str
    detail: str
    offers: tuple[CardOffer, ...]
    reasons: tuple[ReasonOffered, ...]
    links: tuple[tuple[str, str], ...]


def cards_of(response: str) -> tuple[CardShown, ...]:
    """The cards of a response; raises `InvalidRequest` for what is none."""
    try:
        return tuple(_card(each) for each in json.loads(response)["cards"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise InvalidRequest((FieldViolation("response", "it holds no cards"),)) from None


def _card(card: Mapping[str, Any]) -> CardShown:
    return CardShown(
        str(card["uuid"]),
        str(card["summary"]),
        str(card["indicator"]),
        str(card["source"]["label"]),
        _address(card["source"].get("url", "")),
        as_html(str(card.get("detail", ""))),
        tuple(_offer(each) for each in card.get("suggestions", ())),
        tuple(
            ReasonOffered(str(each["system"]), str(each["code"]), str(each["display"]))
            for each in card.get("overrideReasons", ())
        ),
        tuple((str(each["label"]), _address(each["url"])) for each in card.get("links", ())),
    )


def _offer(suggestion: Mapping[str, Any]) -> CardOffer:
    actions = suggestion["actions"]
    made = [each["resource"] for each in actions if each["type"] == "create"]
    return CardOffer(
        str(suggestion["uuid"]),
        str(suggestion["label"]),
        tuple(
            str(each["resourceId"]).removeprefix(DRAFT)
            for each in actions
            if each["type"] == "delete"
        ),
        tuple(_ordered(each) for each in made if each["resourceType"] == "MedicationRequest"),
        any(each["resourceType"] == "DetectedIssue" for each in made),
        suggestion.get("isRecommended") is True,
    )


def _ordered(resource: Mapping[str, Any]) -> str:
    """A new order in a line: its drug, and the route that it keeps."""
    routes = [each.get("route", {}).get("text", "") for each in resource["dosageInstruction"]]
    return " ".join((str(resource["medicationCodeableConcept"]["text"]), *routes)).strip()


def _address(url: str) -> str:
    return url if url.startswith(("https://", "http://")) else ""


def as_html(detail: str) -> str:
    """Markdown as HTML, as clients render it: tags in it are text, and so are odd links."""
    return str(_markdown().render(detail))


@functools.cache
def _markdown() -> Any:  # noqa: ANN401 - imported where it is used
    from markdown_it import MarkdownIt  # noqa: PLC0415 - 2 MB that one page needs

    return MarkdownIt("commonmark", {"html": False}).disable("image")
