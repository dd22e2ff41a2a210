"""The answers of a run as they lie in its file: what worklists, summaries and comparisons read."""

from collections.abc import Iterator
from pathlib import Path

import msgspec

from lems_guard.clinical.errors import InvalidCohort
from lems_guard.cohort.requests import NO_JSON

NOT_READ = ("DISPOSITION_UNRESOLVED", "DISPOSITION_AMBIGUOUS")


class ToldFinding(msgspec.Struct, rename="camel", frozen=True):
    """One finding of an alert."""

    rule_id: str
    severity: str = ""
    certainty: str = ""
    concern: str = ""
    deed: str = ""
    missing: tuple[str, ...] = ()


class ToldAlert(msgspec.Struct, rename="camel", frozen=True):
    """One alert: the offending drug, what to do, and the orders it is about."""

    severity: str
    drug: str
    summary: str = ""
    certainty: str = ""
    medication_ids: tuple[str, ...] = ()
    findings: tuple[ToldFinding, ...] = ()


class ToldIngredient(msgspec.Struct, frozen=True):
    """What an order was read to contain."""

    name: str = ""


class ToldOrder(msgspec.Struct, rename="camel", frozen=True):
    """What became of an order."""

    id: str
    disposition: str = ""
    ingredients: tuple[ToldIngredient, ...] = ()


class ToldGap(msgspec.Struct, rename="camel", frozen=True):
    """What is not known, as a question."""

    ask: str = ""
    worst: str = ""


class ToldDoubt(msgspec.Struct, rename="camel", frozen=True):
    """What was told of the patient and not understood."""

    field: str = ""
    words: str = ""


class ToldKnowledge(msgspec.Struct, rename="camel", frozen=True):
    """What an answer was made with."""

    version: str = ""
    digest: str = ""


class ToldList(msgspec.Struct, rename="camel", frozen=True):
    """The answer to one list."""

    alerts: tuple[ToldAlert, ...] = ()
    medications: tuple[ToldOrder, ...] = ()
    gaps: tuple[ToldGap, ...] = ()
    doubts: tuple[ToldDoubt, ...] = ()
    completeness: str = ""
    knowledge_base: ToldKnowledge = ToldKnowledge()
    as_of: str = ""
    jurisdiction: str = ""
    notes: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether all was understood and checked, and nothing is open that forbids a drug."""
        is_open = any(gap.worst == "SEVERITY_CONTRAINDICATED" for gap in self.gaps)
        is_whole = self.completeness == "COMPLETENESS_COMPLETE"
        return is_whole and not self.doubts and not is_open

    def unread(self) -> tuple[str, ...]:
        """The orders that were not understood for certain, by their ids."""
        return tuple(each.id for each in self.medications if each.disposition in NOT_READ)


class ToldViolation(msgspec.Struct, rename="camel", frozen=True):
    """One fault of a list that was not checked."""

    field: str = ""
    description: str = ""


class ToldError(msgspec.Struct, rename="camel", frozen=True):
    """Why a list was not checked."""

    message: str = ""
    field_violations: tuple[ToldViolation, ...] = ()

    def words(self) -> str:
        """All that is wrong, in a line."""
        found = [f"{each.field or 'request'}: {each.description}" for each in self.field_violations]
        return "; ".join(found) or self.message


class Result(msgspec.Struct, rename="camel", frozen=True):
    """What became of one list, under the caller's reference."""

    request_id: str = ""
    response: ToldList | None = None
    error: ToldError | None = None


def result_of(answer: bytes) -> Result | None:
    """The result in an answer; none where there is no answer."""
    return msgspec.json.decode(answer, type=Result) if answer else None


def why_refused(answer: bytes) -> str:
    """Why a list was not checked, by its answer; empty where it was."""
    result = result_of(answer)
    return result.error.words() if result and result.error else ""


def results_in(answers: Path) -> Iterator[Result]:
    """The results in a file of answers; raises `InvalidCohort` where a line is none."""
    decoder = msgspec.json.Decoder(Result)
    with answers.open("rb") as file:
        for number, line in enumerate(file, start=1):
            try:
                yield decoder.decode(line)
            except NO_JSON as fault:
                why = f"{answers}: line {number} is no answer: {fault}"
                raise InvalidCohort(why) from None
