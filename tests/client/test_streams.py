"""Many prescriptions at once: in order, one bad alone, and never more on the way than asked."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable, Iterator

import pytest

from lems_guard_client import (
    AsyncClient,
    CallError,
    Client,
    FakeLemsGuard,
    InvalidRequestError,
    Item,
    UnavailableError,
)
from lems_guard_client.streaming import Sent
from lems_guard_client.v1.interaction_check_service_pb2 import CheckPrescriptionStreamResponse
from lems_guard_client.v1.prescription_pb2 import CheckPrescriptionRequest, Medication
from lems_guard_client.v1.screening_pb2 import CheckPrescriptionResponse
from waiting import PATIENCE


def requests(count: int) -> Iterator[CheckPrescriptionRequest]:
    for number in range(1, count + 1):
        yield CheckPrescriptionRequest(proposed=[Medication(id=str(number), text="metoprolol")])


def asked(
    fake: FakeLemsGuard, of: Iterable[CheckPrescriptionRequest], *, awaited: bool, ahead: int = 8
) -> list[Item]:
    async def items() -> list[Item]:
        async with AsyncClient(fake.target) as client:
            return [item async for item in client.check_all(of, ahead=ahead)]

    if awaited:
        return asyncio.run(items())
    with Client(fake.target) as client:
        return list(client.check_all(of, ahead=ahead))


both = pytest.mark.parametrize("awaited", [False, True])


@both
@pytest.mark.parametrize(("count", "ahead"), [(0, 8), (1, 1), (8, 8), (40, 1), (100, 8)])
def test_answers_come_in_order_with_their_requests(
    *, awaited: bool, count: int, ahead: int
) -> None:
    with FakeLemsGuard() as fake:
        items = asked(fake, requests(count), awaited=awaited, ahead=ahead)
    assert [item.number for item in items] == list(range(1, count + 1))
    for item in items:
        assert item.request.proposed[0].id == str(item.number)
        assert item.checked().medications[0].id == str(item.number)


@both
def test_a_bad_one_fails_alone(*, awaited: bool) -> None:
    with FakeLemsGuard() as fake:
        fake.refuses(as_of="must be an ISO 8601 date")
        bad, good = asked(fake, requests(2), awaited=awaited)
    with pytest.raises(InvalidRequestError) as raised:
        bad.checked()
    assert raised.value.violations == (("as_of", "must be an ISO 8601 date"),)
    assert isinstance(good.checked(), CheckPrescriptionResponse)


@both
def test_no_more_are_taken_up_than_answers_were_taken(*, awaited: bool) -> None:
    """A cohort of any size then needs no memory, on either side."""
    taken, on_the_way = [0], []

    def counted() -> Iterator[CheckPrescriptionRequest]:
        for number, request in enumerate(requests(50), 1):
            on_the_way.append(number - taken[-1])
            yield request

    async def awaiting() -> None:
        async with AsyncClient(fake.target) as client:
            async for item in client.check_all(counted(), ahead=3):
                taken[:] = [item.number]

    with FakeLemsGuard() as fake:
        if awaited:
            asyncio.run(awaiting())
        else:
            with Client(fake.target) as client:
                for item in client.check_all(counted(), ahead=3):
                    taken[:] = [item.number]
    assert taken == [50]
    assert 1 <= max(on_the_way) <= 3


@both
def test_a_fault_of_the_callers_own_reaches_the_caller(*, awaited: bool) -> None:
    def broken() -> Iterator[CheckPrescriptionRequest]:
        yield from requests(2)
        raise KeyError("line 3")

    with FakeLemsGuard() as fake, pytest.raises(KeyError, match="line 3"):
        asked(fake, broken(), awaited=awaited)


def test_an_answer_out_of_turn_is_told() -> None:
    sent = Sent()
    for request in requests(2):
        sent.message(request)
    with pytest.raises(CallError, match="out of turn"):
        sent.item(CheckPrescriptionStreamResponse(request_id="2"))


def test_what_is_left_at_the_end_is_told() -> None:
    sent = Sent()
    sent.message(next(requests(1)))
    sent.is_all = True
    with pytest.raises(CallError, match="before all was answered"):
        sent.end()


def test_whoever_leaves_early_leaves_nothing_behind() -> None:
    with FakeLemsGuard() as fake, Client(fake.target) as client:
        before = threading.active_count()
        items = client.check_all(requests(1000), ahead=2)
        next(items)
        items.close()  # type: ignore[attr-defined]
        for thread in threading.enumerate():
            if "consumption" in thread.name.lower():
                thread.join(PATIENCE)
        assert len(fake.asked) < 10
        assert threading.active_count() <= before + 4, "the fake's own four"


def test_requests_may_come_one_by_one() -> None:
    async def slowly() -> AsyncIterator[CheckPrescriptionRequest]:
        for request in requests(3):
            await asyncio.sleep(0)
            yield request

    async def items() -> list[Item]:
        async with AsyncClient(fake.target) as client:
            return [item async for item in client.check_all(slowly())]

    with FakeLemsGuard() as fake:
        assert len(asyncio.run(items())) == 3


@both
def test_a_service_that_is_gone_is_told(*, awaited: bool) -> None:
    with FakeLemsGuard() as fake:
        pass
    with pytest.raises(UnavailableError):
        asked(fake, requests(1), awaited=awaited)


def test_room_for_none_is_refused() -> None:
    with FakeLemsGuard() as fake, pytest.raises(ValueError, match="at least 1"):
        asked(fake, requests(1), awaited=False, ahead=0)
