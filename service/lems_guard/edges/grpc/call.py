"""What a call carries beside its message: its id, and the status it ends with."""

import time
from typing import Any, NoReturn, TypeAlias

import grpc
import structlog

from lems_guard.answering.status import code_of, details_of, message_of
from lems_guard.clinical.deadline import InTime, always
from lems_guard.clinical.errors import DeadlinePassed, LemsGuardError
from lems_guard.telemetry.logs import place_of

log = structlog.get_logger(__name__)

Context: TypeAlias = "grpc.aio.ServicerContext[bytes, bytes]"

REQUEST_ID = "x-request-id"
LONGEST_REQUEST_ID = 128
DETAILS = "grpc-status-details-bin"
# gRPC clients take 8 kB of metadata for certain. In base64 this is 4 kB; more is nobody's to read.
LONGEST_STATUS = 3000
LATE = "deadline passed: NOT checked"
STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}


def echo_request_id(context: Context) -> None:
    """Send the call's own id back as trailing metadata; it has no place in a message.

    Equal prescriptions must be equal bytes, or no cache could know them again.
    """
    for key, value in context.invocation_metadata() or ():
        if key == REQUEST_ID:
            context.set_trailing_metadata(((REQUEST_ID, value[:LONGEST_REQUEST_ID]),))
            return


def is_late(context: Context) -> bool:
    """Whether the call's deadline has passed."""
    remaining: Any = context.time_remaining()  # typed as a float, but None without a deadline
    return remaining is not None and remaining <= 0


def in_time_of(context: Context) -> InTime:
    """What ends the work on a call once its deadline has passed."""
    remaining: Any = context.time_remaining()
    if remaining is None:
        return always
    end = time.monotonic() + remaining

    def in_time() -> None:
        if time.monotonic() > end:
            raise DeadlinePassed

    return in_time


async def refuse_late(context: Context) -> NoReturn:
    """End a call whose deadline has passed: work for nobody is work taken from others."""
    await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, LATE)


async def refuse_one_too_many(context: Context) -> NoReturn:
    """End a call that is one more than may be under way at once."""
    await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "too many calls under way: NOT checked")


async def abort(context: Context, error: Exception) -> NoReturn:
    """End the call with the status of an error, its trailing metadata kept.

    An error that nobody foresaw becomes INTERNAL and is logged by its kind and place alone: its
    message may hold what the client sent.
    """
    if not isinstance(error, LemsGuardError):
        log.error("unforeseen error", **place_of(error))
    trailing = tuple(context.trailing_metadata() or ())
    details = details_of(error, getattr(context, "longest_status", LONGEST_STATUS))
    if details is not None:
        trailing = (*trailing, (DETAILS, details))
    await context.abort(STATUS_CODES[code_of(error)], message_of(error), trailing)
