"""What answers a cohort's lines, made from settings: here, or anew in a process of its own."""

from lems_guard.cohort.checking import Check, InputKind, checker_of
from lems_guard.cohort.in_process import InProcess, Terms, edition_of
from lems_guard.fhir.patients import interpreter_of
from lems_guard.settings import Settings


def check_of(here: InProcess, kind: InputKind, terms: Terms) -> Check:
    """What answers lines of a kind by the engine of this process."""
    return checker_of(kind, here.check, interpreter_of(here.edition, terms.country), terms)


def begin_check(settings: Settings, kind: InputKind, terms: Terms) -> Check:
    """The same, of an engine that is loaded for it."""
    return check_of(InProcess(edition_of(settings), terms), kind, terms)
