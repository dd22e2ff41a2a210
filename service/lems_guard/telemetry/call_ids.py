"""The ids of the call under way, its own and its trace's, for every line that is logged meanwhile.

They are looked for when a line is written, not before: most calls are not logged.
"""

import itertools
import re
import secrets
from collections.abc import Iterable, MutableMapping
from contextvars import ContextVar
from typing import Any, TypeAlias

REQUEST_ID = "x-request-id"
TRACE_PARENT = "traceparent"
Headers: TypeAlias = Iterable[tuple[str | bytes, str | bytes]]

# A client's own id. It stands in logs, so it must not be a patient's number or name: a single word
# or number as short as those is left out.
FIT = re.compile(r"(?=.*[._:+/=@-]|.{16})[A-Za-z0-9._:+/=@-]{1,128}")
TRACE = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")
PROCESS = secrets.token_hex(4)
NUMBERS = itertools.count(1)


class CallIds:
    """What a call's lines are told apart by: the client's id, or one of ours, and its trace's."""

    __slots__ = ("_headers", "_told", "_trace")

    def __init__(self, headers: Headers, trace: str = "") -> None:
        """Headers or metadata as they came; `trace` is the id of our own span's."""
        self._headers = headers
        self._trace = trace
        self._told: dict[str, str] | None = None

    def told(self) -> dict[str, str]:
        """The ids, for a line of the log; the same at each asking."""
        if self._told is None:
            self._told = self._read()
        return self._told

    def _read(self) -> dict[str, str]:
        sent = {text(name).lower(): value for name, value in self._headers}
        asked = text(sent.get(REQUEST_ID, ""))
        told = {"request_id": asked if FIT.fullmatch(asked) else f"{PROCESS}-{next(NUMBERS)}"}
        parent = TRACE.fullmatch(text(sent.get(TRACE_PARENT, "")))
        trace = self._trace or (parent[1] if parent else "")
        return told | ({"trace_id": trace} if trace else {})


UNDER_WAY: ContextVar[CallIds | None] = ContextVar("call under way", default=None)


def with_call_ids(_: object, __: str, line: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A line of the log with the ids of the call under way, if one is."""
    ids = UNDER_WAY.get()
    return line if ids is None else {**line, **ids.told()}


def text(value: str | bytes) -> str:
    """A header's name or value, whichever way it came."""
    return value if isinstance(value, str) else value.decode("latin-1")
