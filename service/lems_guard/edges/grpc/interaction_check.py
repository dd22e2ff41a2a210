"""InteractionCheckService: one prescription, or a stream of them."""

import time
from collections.abc import AsyncIterator
from typing import Any, Protocol

import grpc

from lems_guard.answering.answer import Answers, Observe
from lems_guard.answering.bounds import LONGEST_NAME
from lems_guard.answering.items import item_answer, item_error
from lems_guard.answering.read import parse_message
from lems_guard.clinical.deadline import InTime
from lems_guard.clinical.errors import DeadlinePassed, FieldViolation, InvalidRequest
from lems_guard.edges.grpc.call import (
    Context,
    abort,
    echo_request_id,
    in_time_of,
    is_late,
    refuse_late,
)
from lems_guard.v1 import interaction_check_service_pb2 as wire

SERVICE = "lems_guard.v1.InteractionCheckService"
LONG_ID = FieldViolation("request_id", f"at most {LONGEST_NAME} characters")


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
            answer = self._current.answers.answer(raw, in_time_of(context))
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
            try:
                yield self._item(answers, raw, in_time_of(context))
            except DeadlinePassed as late:
                await abort(context, late)

    def _item(self, answers: Answers, raw: bytes, in_time: InTime) -> bytes:
        request_id, begun = "", time.perf_counter()
        try:
            item = parse_message(raw, wire.CheckPrescriptionStreamRequest)
            request_id = _short(item.request_id)
            answer = answers.answer(item.request.SerializeToString(), in_time)
        except DeadlinePassed:
            raise
        except Exception as error:  # noqa: BLE001  # one item's fault must not end the stream
            return item_error(request_id, error)
        self._observe(answer, time.perf_counter() - begun)
        return item_answer(request_id, answer)


def _short(request_id: str) -> str:
    """The client's name for an item; raises `InvalidRequest` for one that is too long."""
    if len(request_id) > LONGEST_NAME:
        raise InvalidRequest((LONG_ID,))
    return request_id
