"""The base of all closed lists of terms."""

import enum


class Term(enum.IntEnum):
    """A term, worth the number that the wire gives it.

    A plain enumeration hashes its name by a function of Python's; screening asks so often whether
    a route, a list or an answer is among some that this alone took a tenth of its time.
    """

    __hash__ = int.__hash__
