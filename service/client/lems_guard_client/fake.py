"""A service within a test's own process: answers as it was told, and remembers what it was asked.

It knows no drug. What it was told nothing of it answers as a real service answers what it cannot
read: every order UNRESOLVED, the whole INCOMPLETE. It never says that nothing was found.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import NoReturn, Self

import grpc
from google.protobuf import any_pb2
from google.rpc import error_details_pb2, status_pb2

from lems_guard_client.errors import DETAILS, FieldViolation
from lems_guard_client.v1 import interaction_check_service_pb2 as wire
from lems_guard_client.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard_client.v1 import screening_pb2, terms_pb2
from lems_guard_client.v1.prescription_pb2 import CheckPrescriptionRequest

Request = CheckPrescriptionRequest
Response = screening_pb2.CheckPrescriptionResponse
Answer = Callable[[Request], Response]
LISTS = (
    ("active", terms_pb2.MEDICATION_LIST_ACTIVE),
    ("proposed", terms_pb2.MEDICATION_LIST_PROPOSED),
    ("stopped", terms_pb2.MEDICATION_LIST_STOPPED),
)


class Refusal(Exception):
    """What the fake was told to fail a request with."""

    def __init__(
        self, code: grpc.StatusCode, message: str, violations: tuple[FieldViolation, ...] = ()
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.violations = violations

    def details(self) -> bytes:
        """The same as a google.rpc.Status."""
        bad_request = error_details_pb2.BadRequest()
        for each in self.violations:
            bad_request.field_violations.add(field=each.field, description=each.description)
        detail = any_pb2.Any()
        detail.Pack(bad_request)
        status = status_pb2.Status(code=self.code.value[0], message=self.message, details=[detail])
        serialised: bytes = status.SerializeToString()
        return serialised


def unread(request: Request) -> Response:
    """The answer to orders of which none can be read."""
    response = Response(completeness=terms_pb2.COMPLETENESS_INCOMPLETE)
    for name, which in LISTS:
        for medication in sorted(getattr(request, name), key=lambda each: str(each.id)):
            response.medications.add(
                id=medication.id, list=which, disposition=terms_pb2.DISPOSITION_UNRESOLVED
            )
    return response


class FakeLemsGuard:
    """Listens on a free port of the loopback, `target`, from entry to exit."""

    def __init__(self) -> None:
        self.asked: list[Request] = []
        self.metadata: list[dict[str, str | bytes]] = []
        self.target = ""
        self._answer: Answer = unread
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
            self._known[_key(to)] = answer(to)

    def fails(self, code: grpc.StatusCode, message: str = "as told", *, times: int = 1) -> None:
        """Fail the next so many requests, before anything is answered again."""
        self._failures += [Refusal(code, message)] * times

    def refuses(self, **fields: str) -> None:
        """Refuse the next request: INVALID_ARGUMENT, with what is wrong by the field's name."""
        violations = tuple(FieldViolation(*each) for each in fields.items())
        code = grpc.StatusCode.INVALID_ARGUMENT
        self._failures.append(Refusal(code, "the request cannot be read", violations))

    def answer(self, request: Request) -> Response:
        """What a request is answered; raises `Refusal` where it was told to."""
        with self._lock:
            self.asked.append(request)
            failure = self._failures.pop(0) if self._failures else None
        if failure is not None:
            raise failure
        known = self._known.get(_key(request))
        return known if known is not None else self._answer(request)


def _key(request: Request) -> bytes:
    return request.SerializeToString(deterministic=True)


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
