"""Items of a stream or a batch: each answered by a reply or by its own error."""

from lems_guard.answering.answer import Answer
from lems_guard.answering.status import code_of, message_of
from lems_guard.answering.wire import block, text
from lems_guard.clinical.errors import FieldViolation, InvalidRequest
from lems_guard.v1 import interaction_check_service_pb2 as wire


def item_answer(request_id: str, answer: Answer) -> bytes:
    """A CheckPrescriptionStreamResponse that holds a reply as it was serialised."""
    return text(1, request_id) + block(2, answer.reply)


def item_error(request_id: str, error: Exception) -> bytes:
    """A CheckPrescriptionStreamResponse that says why an item was not checked."""
    violations: tuple[FieldViolation, ...] = ()
    if isinstance(error, InvalidRequest):
        violations = error.violations
    return wire.CheckPrescriptionStreamResponse(
        request_id=request_id,
        error=wire.ItemError(
            code=code_of(error),
            message=message_of(error),
            field_violations=[
                wire.FieldViolation(field=each.field, description=each.description)
                for each in violations
            ],
        ),
    ).SerializeToString(deterministic=True)
