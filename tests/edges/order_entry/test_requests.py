"""Requests of every shape that systems send, each with and without LEMS, and their cards."""

from pathlib import Path
from typing import Any

import pytest

from edges.order_entry.calling import (
    LEMS,
    ORDER_SIGN,
    REQUESTS,
    order,
    searchset,
    send,
    sign,
    written,
)
from edges.order_entry.schema import Card, checked, outcome
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
    if not expected["cards"]:
        assert cards == []
    for each in expected["cards"]:
        assert any(fits(card, each) for card in cards), (each, [card.summary for card in cards])
    # A rule that is added may add a quiet line to a list; nothing louder than what is expected.
    loud = [card for card in cards if card.indicator != "info"]
    assert len(loud) == sum(each["indicator"] != "info" for each in expected["cards"])


def fits(card: Card, expected: dict[str, Any]) -> bool:
    """Whether a card says what is expected of one, and offers what is expected to be offered."""
    kinds = dict.fromkeys(each.label.split()[0].lower() for each in card.suggestions)
    return (
        card.indicator == expected["indicator"]
        and card.source.topic.code == expected["topic"]
        and expected["about"] in card.summary
        and list(kinds) == expected.get("suggests", [])
    )


def test_there_are_enough_of_them() -> None:
    assert len(REQUESTS) >= 40


@pytest.mark.parametrize("path", REQUESTS, ids=lambda path: path.stem)
def test_the_same_call_gets_the_same_bytes(service: Running, path: Path) -> None:
    address, call, _ = written(path, lems=True)
    assert send(service.http_at, address, call)[2] == send(service.http_at, address, call)[2]


def test_stopping_the_only_drug_is_warned_of(service: Running) -> None:
    prefetch = {"conditions": searchset(LEMS), "medications": searchset()}
    stopped = order("prednisone 20 mg po daily", status="stopped")
    cards = checked(send(service.http_at, ORDER_SIGN, sign(stopped, prefetch=prefetch)).content)
    assert [card.source.topic.code for card in cards if card.indicator != "info"] == ["abrupt-stop"]
