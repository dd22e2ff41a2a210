"""The shape of a response. Empty members are left out: CDS Hooks allows neither null nor empty."""

import functools
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import msgspec

from lems_guard.clinical.outcome import OverrideReason

SUMMARY_LIMIT = 139
MOST_TEXTS = 2048
TOPICS = "urn:lems-guard:concern"


class CardStyle(NamedTuple):
    """How cards are made at a site, and for a caller.

    `pages` is where its people reach the workbench, `reasons` are the override reasons that it
    offers (empty: those that fit), `indicators` those of a caller's own by severity.
    """

    pages: str = ""
    reasons: tuple[OverrideReason, ...] = ()
    indicators: Mapping[str, str] = MappingProxyType({})


class Sent(msgspec.Struct, rename="camel", omit_defaults=True):
    """A part of a response."""


class CardCoding(Sent):
    """A code with its system and words."""

    system: str
    code: str
    display: str


class Action(Sent):
    """One change to the record."""

    type: str
    description: str
    resource: dict[str, Any] | None = None
    resource_id: str | None = None


class Suggestion(Sent):
    """Changes that a clinician may take together."""

    label: str
    uuid: str
    actions: list[Action]
    is_recommended: bool = False


class CardSource(Sent):
    """Whose advice it is, and on what."""

    label: str
    topic: CardCoding
    url: str | None = None


class Link(Sent):
    """A page to look something up on."""

    label: str
    url: str
    type: str


class Card(Sent):
    """What a clinician sees."""

    uuid: str
    summary: str
    indicator: str
    source: CardSource
    detail: str
    suggestions: list[Suggestion] = msgspec.field(default_factory=list)
    selection_behavior: str | None = None
    override_reasons: list[CardCoding] = msgspec.field(default_factory=list)
    links: list[Link] = msgspec.field(default_factory=list)


class Response(msgspec.Struct, rename="camel"):
    """The response to a hook call; `cards` stands there even when it is empty."""

    cards: list[Card]
    extension: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


def short(summary: str) -> str:
    """A summary of fewer than 140 characters, cut at a word where it is longer."""
    plain = " ".join(summary.split())
    if len(plain) <= SUMMARY_LIMIT:
        return plain
    cut = plain[: SUMMARY_LIMIT - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[60:] else cut) + "…"


_MARKDOWN = str.maketrans(
    {each: f"\\{each}" for each in "\\`*_[]#|~!"} | {"<": "&lt;", ">": "&gt;"}
)
# What renderers make a link of by itself.
_LINKED = re.compile(r"(?<=:)(?=//)|(?i:(?<=\bwww)(?=\.))")


@functools.lru_cache(MOST_TEXTS)
def plain(text: str) -> str:
    """What a client sent, so that it reads as itself inside markdown; an address is no link."""
    escaped = text.replace("&", "&amp;").translate(_MARKDOWN)
    return " ".join(_LINKED.sub(r"\\", escaped).split())
