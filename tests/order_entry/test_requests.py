"""Requests of every shape that systems send, each with and without LEMS, and their cards."""

from pathlib import Path
from typing import Any

import pytest

from order_entry.calling import REQUESTS, send, written
from order_entry.schema import Card, checked, outcome
from running import Running


@pytest.mark.parametrize("lems", [True, False], ids=["with", "without"])
@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_a_request_gets_its_cards(service: Running, path: Path, lems: bool) -> None:
    address, call, expected = written(path, lems=lems)
    reply = send(service.http_at, address, call)
    assert reply.status == expected["status"], reply.content
    if reply.status != 200:
        assert outcome(reply.content)
        return
    cards = checked(reply.content)
    assert [told(card, each) for card, each in zip(cards, expected["cards"], strict=True)] == (
        expected["cards"]
    )


def told(card: Card, expected: dict[str, Any]) -> dict[str, Any]:
    """What a card says, in the terms in which it was expected."""
    found: dict[str, Any] = {
        "indicator": card.indicator,
        "topic": card.source.topic.code,
        "about": expected["about"] if expected["about"] in card.summary else card.summary,
    }
    kinds = dict.fromkeys(each.label.split()[0].lower() for each in card.suggestions)
    return found | ({"suggests": list(kinds)} if kinds else {})


def test_there_are_enough_of_them() -> None:
    assert len(REQUESTS) >= 40


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_the_same_call_gets_the_same_bytes(service: Running, path: Path) -> None:
    address, call, _ = written(path, lems=True)
    assert send(service.http_at, address, call)[2] == send(service.http_at, address, call)[2]
