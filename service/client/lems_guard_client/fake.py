"""A service within a test's own process: answers as it was told, and remembers what it was asked.

It knows no drug, but it answers the conformance requests as a service does (conformance.ndjson: the
alerts from CAUTION on, without their texts). What it was told nothing of it answers as a real
service answers what it cannot read: every order UNRESOLVED, the whole INCOMPLETE. Of its own it
never says that nothing was found.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import NoReturn, Self

import grpc

from lems_guard_client.conformance import CANNOT_BE_READ, Refusal, key_of, known_or_unread
from lems_guard_client.errors import DETAILS, FieldViolation
from lems_guard_client.v1 import interaction_check_service_pb2 as wire
from lems_guard_client.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard_client.v1 import screening_pb2
from lems_guard_client.v1.prescription_pb2 import CheckPrescriptionRequest

Request = CheckPrescriptionRequest
Response = screening_pb2.CheckPrescriptionResponse
Answer = Callable[[Request], Response]


class FakeLemsGuard:
    """Listens on a free port of the loopback, `target`, from entry to exit."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.metadata: list[dict[str, str | bytes]] = []
        self.target = ""
        self._answer: Answer = known_or_unread
        self._known: dict[bytes, Response] = {}
        self._failures: list[Refusal] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self._server = grpc.server(ThreadPoolExecutor(4, "fake"))
        rpc.add_InteractionCheckServiceServicer_to_server(_Servicer(self), self._server)
        port = self._server.add_insecure_port("127.0.0.1:0")
        self._server.start()
        self.target = f"127.0.0.1:{port}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop(None).wait()

    def answers(self, answer: Answer | Response, to: Request | None = None) -> None:
        """Answer so from now on: every request, or one that is equal to `to`."""
        if isinstance(answer, Response):
            fixed = answer
            answer = lambda _: fixed  # noqa: E731 - one word for both ways to say it
        if to is None:
            self._answer = answer
        else:
            self._known[key_of(to)] = answer(to)

    def fails(self, code: grpc.StatusCode, message: str = "as told", *, times: int = 1) -> None:
        """Fail the next so many requests, before anything is answered again."""
        self._failures += [Refusal(code, message)] * times

    def refuses(self, **fields: str) -> None:
        """Refuse the next request: INVALID_ARGUMENT, with what is wrong by the field's name."""
        violations = tuple(FieldViolation(*each) for each in fields.items())
        code = grpc.StatusCode.INVALID_ARGUMENT
        self._failures.append(Refusal(code, CANNOT_BE_READ, violations))

    def answer(self, request: Request) -> Response:
        """What a request is answered; raises `Refusal` where it was told to."""
        with self._lock:
            self.asked.append(request)
            failure = self._failures.pop(0) if self._failures else None
        if failure is not None:
            raise failure
        known = self._known.get(key_of(request))
        return known if known is not None else self._answer(request)


class _Servicer(rpc.InteractionCheckServiceServicer):
    """The two methods over one fake."""

    def __init__(self, fake: FakeLemsGuard) -> None:
        self._fake = fake

    def CheckPrescription(  # noqa: N802 - the contract's name
        self, request: Request, context: grpc.ServicerContext
    ) -> Response:
        self._fake.metadata.append(dict(context.invocation_metadata()))
        try:
            return self._fake.answer(request)
        except Refusal as refusal:
            _end(context, refusal)

    def CheckPrescriptionStream(  # noqa: N802 - the contract's name
        self,
        request_iterator: Iterator[wire.CheckPrescriptionStreamRequest],
        context: grpc.ServicerContext,
    ) -> Iterator[wire.CheckPrescriptionStreamResponse]:
        self._fake.metadata.append(dict(context.invocation_metadata()))
        for item in request_iterator:
            yield _reply(self._fake, item)


def _reply(
    fake: FakeLemsGuard, item: wire.CheckPrescriptionStreamRequest
) -> wire.CheckPrescriptionStreamResponse:
    try:
        answer = fake.answer(item.request)
    except Refusal as refusal:
        error = wire.ItemError(code=refusal.code.value[0], message=refusal.message)
        for each in refusal.violations:
            error.field_violations.add(field=each.field, description=each.description)
        return wire.CheckPrescriptionStreamResponse(request_id=item.request_id, error=error)
    return wire.CheckPrescriptionStreamResponse(request_id=item.request_id, response=answer)


def _end(context: grpc.ServicerContext, refusal: Refusal) -> NoReturn:
    if refusal.violations:
        context.set_trailing_metadata(((DETAILS, refusal.details()),))
    context.abort(refusal.code, refusal.message)
