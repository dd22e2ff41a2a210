"""CheckPrescriptionStream: one answer per item, in order; a bad item fails alone."""

from collections.abc import Iterator
from functools import partial

from lems_guard.answering.bounds import LONGEST_NAME
from lems_guard.answering.contract import Current
from lems_guard.answering.items import item_answer, item_error
from lems_guard.answering.messages import envelope
from lems_guard.clinical.deadline import InTime
from lems_guard.clinical.errors import (
    DeadlinePassed,
    FieldViolation,
    InvalidRequest,
    LemsGuardError,
)
from lems_guard.edges.frame import Call, tell_unforeseen
from lems_guard.edges.turns import Lane
from lems_guard.v1 import interaction_check_service_pb2 as wire

LONG_ID = FieldViolation("request_id", f"at most {LONGEST_NAME} characters")


class Items:
    """Answers items, each from the edition that is in service when its turn comes."""

    def __init__(self, current: Current) -> None:
        """`current` changes when the knowledge base does."""
        self._current = current

    def replies(self, call: Call, messages: Iterator[bytes]) -> Iterator[bytes]:
        """The replies to a stream's messages, each in a turn of its own."""
        for message in messages:
            yield call.in_turn(partial(self._reply, message, call.in_time), Lane.ITEM)

    def _reply(self, raw: bytes, in_time: InTime) -> bytes:
        request_id = ""
        try:
            item = envelope(raw, wire.CheckPrescriptionStreamRequest)
            request_id = name_of(item.request_id)
            answer = self._current.answers.answer(item.request.SerializeToString(), in_time)
        except DeadlinePassed:
            raise
        except Exception as error:  # noqa: BLE001  # one item's fault must not end the stream
            if not isinstance(error, LemsGuardError):
                tell_unforeseen(error)
            return item_error(request_id, error)
        return item_answer(request_id, answer)


def name_of(request_id: str) -> str:
    """The client's name for an item; raises `InvalidRequest` for one that is too long."""
    if len(request_id) > LONGEST_NAME:
        raise InvalidRequest((LONG_ID,))
    return request_id
