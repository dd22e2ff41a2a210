"""A cohort's lines: one patient's list each, wherever they were read from."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from lems_guard.v1 import prescription_pb2 as wire


class CohortLine(NamedTuple):
    """One list to check, as it was read; `place` is its name where it has no other.

    It is the number of a line, or the id of the patient whom a chart is of.
    `content` is all that the answer follows from, so a hash of it tells whether it has changed.
    """

    place: str
    content: bytes


class AskedList(NamedTuple):
    """What a line asks: whose list it is by the caller's own reference, and the request."""

    reference: str
    request: wire.CheckPrescriptionRequest


class Reject(NamedTuple):
    """A part of the input that was not read: the file, the line in it (0: all of it), and why."""

    file: str
    line: int
    reason: str


def silent() -> None:
    """Hears that some of an input has gone by, and says nothing."""


class Cohort(Protocol):
    """An input that has been opened: its lines in an order that does not change between runs."""

    def lines(self, passing: Callable[[], None] = silent) -> Iterator[CohortLine]:
        """The lines, one held at a time; raises `InvalidCohort` where it is no such input.

        `passing` is called now and then while much is read before there is a line.
        """

    @property
    def patients(self) -> int | None:
        """How many patients are on record, where that is known; all once there is a line."""

    @property
    def read(self) -> int:
        """How many bytes of the input have gone by."""

    @property
    def size(self) -> int | None:
        """How many bytes there are in all, where that is known."""
