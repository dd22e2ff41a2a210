"""Ids of cards: they tell which rules spoke, so that feedback needs no memory of what was shown.

A card's uuid holds 24 bits for each of its first three rules, and a hash of the call and the card.
Any replica can count feedback on any card, also after a restart, and nothing need be stored.
"""

import functools
import uuid
from collections.abc import Iterable, Sequence

from lems_guard.fhir.content_ids import digest

TAGS = 3
TAG_BYTES = 3
MOST_RULES = 4096
NO_RULE = bytes(TAG_BYTES)


@functools.lru_cache(MOST_RULES)
def tag(rule_id: str) -> bytes:
    """A rule's tag; never that of no rule."""
    found = digest("rule", rule_id, size=TAG_BYTES)
    return found if found != NO_RULE else b"\x00\x00\x01"


def card_uuid(call: str, content: str, rule_ids: Sequence[str]) -> str:
    """The uuid (version 8) of a card in one call: the same call again gives the same uuid."""
    tags = b"".join(tag(rule_id) for rule_id in rule_ids[:TAGS]).ljust(TAGS * TAG_BYTES, b"\x00")
    own = digest("card", call, content, size=7)
    # The version stands in the high half of byte 6, the variant at the top of byte 8; the tags
    # keep clear of both.
    raw = bytearray(tags[:6] + own[:3] + tags[6:9] + own[3:7])
    raw[6] = 0x80 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return _written(raw)


def rules_of(card: str, rule_ids: Iterable[str]) -> tuple[str, ...]:
    """Those of the rules whose tags a card's uuid holds; raises `ValueError` for no uuid."""
    raw = uuid.UUID(card).bytes
    tags = {raw[0:3], raw[3:6], raw[9:12]} - {NO_RULE}
    return tuple(rule_id for rule_id in rule_ids if tag(rule_id) in tags)


def kept_uuid(card: str) -> str:
    """The uuid of the suggestion to keep the order and put a card's issue on record."""
    return own_uuid(card, "record")


def removed_uuid(card: str) -> str:
    """The uuid of a card's suggestion to take the order away."""
    return own_uuid(card, "remove")


def replaced_uuid(card: str, ingredient: str) -> str:
    """The uuid of a card's suggestion to order something else."""
    return own_uuid(card, "replace", ingredient)


def own_uuid(*parts: str) -> str:
    """A uuid made from its content."""
    raw = bytearray(digest(*parts, size=16))
    raw[6] = 0x80 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return _written(raw)


def _written(raw: bytearray) -> str:
    digits = raw.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
