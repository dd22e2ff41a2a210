"""What a gRPC call carries beside its message, and the status that it ends with."""

import time
from collections.abc import Iterable
from typing import Any, NoReturn, TypeAlias

import grpc

from lems_guard.answering.status import code_of, details_of, message_of
from lems_guard.clinical.errors import CallerGone, DeadlinePassed, LemsGuardError, Overloaded
from lems_guard.edges.frame import NEVER, REQUEST_ID, request_id_of

Context: TypeAlias = grpc.ServicerContext
Metadata: TypeAlias = Iterable[tuple[str, str | bytes]]

DETAILS = "grpc-status-details-bin"
# gRPC clients take 8 kB of metadata for certain. In base64 this is 4 kB; more is nobody's to read.
LONGEST_STATUS = 3000
# When a client that retries by itself may do so: by then a tenth of a full queue has been answered.
PUSHBACK = ("grpc-retry-pushback-ms", "200")
STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}
FOR_EVER_SECONDS = 1e8  # what gRPC says of a call without a deadline is some centuries


def deadline_of(context: Context) -> float:
    """The moment of `time.monotonic` until which the client waits."""
    seconds = context.time_remaining()
    if seconds > FOR_EVER_SECONDS:
        return NEVER
    return time.monotonic() + seconds


def echo_request_id(context: Context, metadata: Metadata) -> None:
    """Send the call's own id back as trailing metadata; it has no place in a message.

    Equal prescriptions must be equal bytes, or no cache could know them again.
    """
    for key, value in metadata:
        if key == REQUEST_ID:
            told = request_id_of(str(value))
            if told:
                context.set_trailing_metadata(((REQUEST_ID, told),))
            return


def gone(context: Context) -> LemsGuardError:
    """Why a client that is not there any more has gone."""
    return DeadlinePassed() if context.time_remaining() <= 0 else CallerGone()


def end(context: Context, error: Exception) -> NoReturn:
    """End the call with the status of an error, its trailing metadata kept."""
    told: Any = context  # its types lack what it does
    trailing = tuple(told.trailing_metadata() or ())
    details = details_of(error, LONGEST_STATUS)
    if details is not None:
        trailing = (*trailing, (DETAILS, details))
    if isinstance(error, Overloaded):
        trailing = (*trailing, PUSHBACK)
    context.set_trailing_metadata(trailing)
    context.abort(STATUS_CODES[code_of(error)], message_of(error))
