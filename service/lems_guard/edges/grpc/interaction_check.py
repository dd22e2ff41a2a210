"""InteractionCheckService: one prescription, or a stream of them."""

import time
from collections.abc import AsyncIterator
from typing import Any, Protocol

import grpc
from google.protobuf.message import DecodeError

from lems_guard.answering.answer import Answers, Observe
from lems_guard.answering.items import item_answer, item_error
from lems_guard.clinical.errors import FieldViolation, InvalidRequest
from lems_guard.edges.grpc.call import Context, abort, echo_request_id, is_late, refuse_late
from lems_guard.v1 import interaction_check_service_pb2 as wire

SERVICE = "lems_guard.v1.InteractionCheckService"


class Current(Protocol):
    """Whatever answers at the moment: it changes when the knowledge base does."""

    answers: Answers


class InteractionCheck:
    """The service's two methods over whichever answers are current when a call begins."""

    def __init__(self, current: Current, observe: Observe) -> None:
        """`observe` counts and logs each answer."""
        self._current = current
        self._observe = observe

    def handlers(self) -> dict[str, Any]:
        """The methods as raw bytes handlers: no message is built that need not be."""
        return {
            "CheckPrescription": grpc.unary_unary_rpc_method_handler(self.check),
            "CheckPrescriptionStream": grpc.stream_stream_rpc_method_handler(self.stream),
        }

    async def check(self, raw: bytes, context: Context) -> bytes:
        """CheckPrescription."""
        echo_request_id(context)
        if is_late(context):
            await refuse_late(context)
        begun = time.perf_counter()
        try:
            answer = self._current.answers.answer(raw)
        except Exception as error:  # noqa: BLE001  # every fault becomes a status, none an answer
            await abort(context, error)
        self._observe(answer, time.perf_counter() - begun)
        return answer.reply

    async def stream(
        self, requests: AsyncIterator[bytes], context: Context
    ) -> AsyncIterator[bytes]:
        """CheckPrescriptionStream: one answer per item, in order; a bad item fails alone."""
        echo_request_id(context)
        answers = self._current.answers
        async for raw in requests:
            if is_late(context):
                await refuse_late(context)
            yield self._item(answers, raw)

    def _item(self, answers: Answers, raw: bytes) -> bytes:
        item = wire.CheckPrescriptionStreamRequest()
        begun = time.perf_counter()
        try:
            _parse(item, raw)
            answer = answers.answer(item.request.SerializeToString())
        except Exception as error:  # noqa: BLE001  # one item's fault must not end the stream
            return item_error(item.request_id, error)
        self._observe(answer, time.perf_counter() - begun)
        return item_answer(item.request_id, answer)


def _parse(item: wire.CheckPrescriptionStreamRequest, raw: bytes) -> None:
    try:
        item.MergeFromString(raw)
    except DecodeError:
        fault = FieldViolation("", "the bytes are no CheckPrescriptionStreamRequest")
        raise InvalidRequest((fault,)) from None
