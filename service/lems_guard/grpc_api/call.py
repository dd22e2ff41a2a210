"""What a call carries beside its message: its id, and the status it ends with."""

from typing import NoReturn, TypeAlias

import grpc

from lems_guard.clinical.errors import LemsGuardError
from lems_guard.grpc_api.status import code_of, details_of, message_of

Context: TypeAlias = "grpc.aio.ServicerContext[bytes, bytes]"

REQUEST_ID = "x-request-id"
LONGEST_REQUEST_ID = 128
DETAILS = "grpc-status-details-bin"
STATUS_CODES = {code.value[0]: code for code in grpc.StatusCode}


def echo_request_id(context: Context) -> None:
    """Send the call's own id back as trailing metadata; it has no place in a message.

    Equal prescriptions must be equal bytes, or no cache could know them again.
    """
    for key, value in context.invocation_metadata() or ():
        if key == REQUEST_ID and len(value) <= LONGEST_REQUEST_ID:
            context.set_trailing_metadata(((REQUEST_ID, value),))
            return


async def abort(context: Context, error: LemsGuardError) -> NoReturn:
    """End the call with the status of an error, its trailing metadata kept."""
    trailing = tuple(context.trailing_metadata() or ())
    details = details_of(error)
    if details is not None:
        trailing = (*trailing, (DETAILS, details))
    await context.abort(STATUS_CODES[code_of(error)], message_of(error), trailing)
