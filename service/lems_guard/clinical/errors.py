"""Every error that LEMS Guard raises on purpose, in one tree.

    LemsGuardError
    ├── InvalidRequest     the caller sent what cannot be screened: names each place and fix
    ├── InvalidKnowledge   rules or vocabulary that do not compile: every problem, with its place
    ├── InvalidSettings    the environment asks for something impossible: every fault at once
    ├── InvalidCohort      a cohort that cannot be read, or gone on with: what, and the way out
    ├── NotFound           the caller named a rule that does not exist
    ├── NoSuchMethod       the caller called what this service does not have
    ├── AlreadyRecorded    the caller's id stands for something else already
    ├── Unauthenticated    who calls could not be established
    ├── PermissionDenied   who calls is known, or need not be, and may not do this
    ├── Overloaded         more calls than can be answered in time: this one is not
    ├── DeadlinePassed     the answer would come when nobody waits for it any more
    ├── CallerGone         the caller broke off
    └── Unavailable        we cannot answer now: not ready

What the caller did wrong is named with its place; what we did wrong never looks like an answer.
"""

from typing import NamedTuple


class LemsGuardError(Exception):
    """The root: something this service noticed and can name."""


class FieldViolation(NamedTuple):
    """One fault of a request: the field's path and what to send instead. Never holds the value."""

    field: str
    description: str


class InvalidRequest(LemsGuardError):
    """A request that cannot be screened as it stands; `violations` tells all that is wrong."""

    def __init__(self, violations: tuple[FieldViolation, ...]) -> None:
        """Keep the violations, and say the first in the message."""
        self.violations = violations
        more = " (and more)" if len(violations) > 1 else ""
        where = violations[0].field or "request"
        super().__init__(f"{where}: {violations[0].description}{more}")


class InvalidKnowledge(LemsGuardError):
    """A knowledge base that does not compile; `problems` are printable lines, in file order."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        """Keep the problems, and say how many in the message."""
        self.problems = problems
        super().__init__("\n".join(problems))


class InvalidSettings(LemsGuardError):
    """Settings that cannot be used; the message names each variable and the fix."""


class InvalidCohort(LemsGuardError):
    """A cohort that cannot be read or gone on with; the message says why, and what to do."""


class NotFound(LemsGuardError):
    """What was asked for by id does not exist; the message suggests a near one."""


class NoSuchMethod(LemsGuardError):
    """A method that this service does not have, or not yet."""


class AlreadyRecorded(LemsGuardError):
    """What was reported under this id before is not what is reported now; the first one holds."""


class Unauthenticated(LemsGuardError):
    """Who calls could not be established; the message says what is missing, never a value sent."""


class PermissionDenied(LemsGuardError):
    """The caller may not do this; the message says what would have to be opened."""


class Unavailable(LemsGuardError):
    """No answer can be given now; never turned into an empty one."""


class Overloaded(LemsGuardError):
    """One call more than can be answered in time, or than its caller may make."""

    def __init__(self, why: str = "too many calls under way") -> None:
        """Say that nothing was checked."""
        super().__init__(f"{why}: NOT checked")


class DeadlinePassed(LemsGuardError):
    """The caller waits no longer: work for nobody is work taken from others."""

    def __init__(self) -> None:
        """Say that nothing was checked."""
        super().__init__("deadline passed: NOT checked")


class CallerGone(LemsGuardError):
    """The caller broke off before there was an answer."""

    def __init__(self) -> None:
        """Say that nothing was checked, to whoever reads it."""
        super().__init__("the caller is gone: NOT checked")
