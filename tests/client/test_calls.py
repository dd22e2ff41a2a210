"""What an integrator sees of the client: answers, and each way in which there is none."""

import asyncio
import socket
from collections.abc import Callable

import grpc
import pytest

from lems_guard_client import (
    AlreadyRecordedError,
    AsyncClient,
    CallError,
    Client,
    DeadlineError,
    FakeLemsGuard,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    Retry,
    UnauthenticatedError,
    UnavailableError,
)
from lems_guard_client.v1 import terms_pb2
from lems_guard_client.v1.prescription_pb2 import CheckPrescriptionRequest, Medication
from lems_guard_client.v1.screening_pb2 import CheckPrescriptionResponse

Ask = Callable[..., CheckPrescriptionResponse]
REQUEST = CheckPrescriptionRequest(
    proposed=[Medication(id="p", text="metoprolol")], active=[Medication(id="a", text="Firdapse")]
)
ONCE = Retry(attempts=1)


def ask(target: str, request: CheckPrescriptionRequest = REQUEST, **how: object) -> object:
    with Client(target, **how) as client:  # type: ignore[arg-type]
        return client.check(request)


def ask_awaited(target: str, request: CheckPrescriptionRequest = REQUEST, **how: object) -> object:
    async def asked() -> object:
        async with AsyncClient(target, **how) as client:  # type: ignore[arg-type]
            return await client.check(request)

    return asyncio.run(asked())


both = pytest.mark.parametrize("asked", [ask, ask_awaited])


@both
def test_the_answer_comes_as_it_was_given(asked: Ask) -> None:
    wished = CheckPrescriptionResponse(decision_id="7")
    with FakeLemsGuard() as fake:
        fake.answers(wished)
        assert asked(fake.target) == wished
        assert fake.asked == [REQUEST]


@both
def test_what_the_fake_was_not_told_is_never_nothing_found(asked: Ask) -> None:
    with FakeLemsGuard() as fake:
        answer = asked(fake.target)
    assert answer.completeness == terms_pb2.COMPLETENESS_INCOMPLETE
    assert [(each.id, each.disposition) for each in answer.medications] == [
        ("a", terms_pb2.DISPOSITION_UNRESOLVED),
        ("p", terms_pb2.DISPOSITION_UNRESOLVED),
    ]


@both
def test_one_request_may_have_an_answer_of_its_own(asked: Ask) -> None:
    other = CheckPrescriptionRequest(proposed=[Medication(id="x", text="timolol")])
    with FakeLemsGuard() as fake:
        fake.answers(CheckPrescriptionResponse(decision_id="timolol"), to=other)
        assert asked(fake.target, other).decision_id == "timolol"
        assert not asked(fake.target).decision_id


@both
def test_each_field_at_fault_is_named(asked: Ask) -> None:
    with FakeLemsGuard() as fake:
        fake.refuses(as_of="must be an ISO 8601 date")
        with pytest.raises(InvalidRequestError) as raised:
            asked(fake.target)
    assert raised.value.violations == (("as_of", "must be an ISO 8601 date"),)
    assert "as_of: must be an ISO 8601 date" in str(raised.value)


@both
@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.INVALID_ARGUMENT, InvalidRequestError),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, OverloadedError),
        (grpc.StatusCode.UNAVAILABLE, UnavailableError),
        (grpc.StatusCode.DEADLINE_EXCEEDED, DeadlineError),
        (grpc.StatusCode.UNAUTHENTICATED, UnauthenticatedError),
        (grpc.StatusCode.PERMISSION_DENIED, PermissionDeniedError),
        (grpc.StatusCode.NOT_FOUND, NotFoundError),
        (grpc.StatusCode.ALREADY_EXISTS, AlreadyRecordedError),
        (grpc.StatusCode.INTERNAL, CallError),
    ],
)
def test_a_call_that_fails_says_how(
    asked: Ask, code: grpc.StatusCode, kind: type[CallError]
) -> None:
    with FakeLemsGuard() as fake:
        fake.fails(code, "so it is")
        with pytest.raises(CallError) as raised:
            asked(fake.target, retry=ONCE)
        assert type(raised.value) is kind
        assert (raised.value.code, raised.value.message) == (code, "so it is")
        assert raised.value.request_id == fake.metadata[0]["x-request-id"]


@both
@pytest.mark.parametrize("code", [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED])
def test_what_passes_is_tried_again(asked: Ask, code: grpc.StatusCode) -> None:
    with FakeLemsGuard() as fake:
        fake.fails(code, times=2)
        asked(fake.target, deadline=20)
        assert len(fake.asked) == 3


@both
@pytest.mark.parametrize(
    ("code", "why"),
    [
        (grpc.StatusCode.INVALID_ARGUMENT, "it will be refused again"),
        (grpc.StatusCode.CANCELLED, "under load it would double the load"),
        (grpc.StatusCode.INTERNAL, "nobody knows what it does"),
    ],
)
def test_what_stays_is_not_tried_again(asked: Ask, code: grpc.StatusCode, why: str) -> None:
    with FakeLemsGuard() as fake:
        fake.fails(code)
        with pytest.raises((CallError, asyncio.CancelledError)):
            asked(fake.target, deadline=20)
        assert len(fake.asked) == 1, why


@both
def test_a_service_that_hangs_is_left_at_the_deadline(asked: Ask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hung, pytest.raises(DeadlineError):
        asked(f"127.0.0.1:{hung.getsockname()[1]}", deadline=0.3)


@both
def test_a_service_that_is_not_there_is_unavailable(asked: Ask) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(UnavailableError):
        asked(f"127.0.0.1:{port}", deadline=20)


@both
def test_a_token_travels_and_may_be_renewed(asked: Ask) -> None:
    tokens = iter(("first", "second"))
    with FakeLemsGuard() as fake:
        asked(fake.target, token="fixed")  # noqa: S106 - no secret
        renewed = lambda: next(tokens)  # noqa: E731 - what an integrator would pass
        asked(fake.target, token=renewed)
        asked(fake.target, token=renewed)
        told = [each["authorization"] for each in fake.metadata]
    assert told == ["Bearer fixed", "Bearer first", "Bearer second"]


def test_a_call_may_be_named() -> None:
    with FakeLemsGuard() as fake, Client(fake.target) as client:
        client.check(REQUEST, request_id="ward-7")
        assert fake.metadata[0]["x-request-id"] == "ward-7"
