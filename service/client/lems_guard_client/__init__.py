"""A client of LEMS Guard: prescriptions of people with Lambert-Eaton myasthenic syndrome, checked.

Whatever is not answered raises a `CallError`: that prescription was NOT checked.
"""

from lems_guard_client.aio import AsyncClient
from lems_guard_client.client import Client
from lems_guard_client.connection import Retry, Tls
from lems_guard_client.errors import (
    AlreadyRecordedError,
    CallError,
    DeadlineError,
    FieldViolation,
    InvalidRequestError,
    NotFoundError,
    OverloadedError,
    PermissionDeniedError,
    UnauthenticatedError,
    UnavailableError,
)
from lems_guard_client.fake import FakeLemsGuard
from lems_guard_client.streaming import Item

__version__ = "0.1.0"
__all__ = [
    "AlreadyRecordedError",
    "AsyncClient",
    "CallError",
    "Client",
    "DeadlineError",
    "FakeLemsGuard",
    "FieldViolation",
    "InvalidRequestError",
    "Item",
    "NotFoundError",
    "OverloadedError",
    "PermissionDeniedError",
    "Retry",
    "Tls",
    "UnauthenticatedError",
    "UnavailableError",
]
