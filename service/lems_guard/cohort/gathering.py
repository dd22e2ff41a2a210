"""Gathering: from resources of many patients, in any order, to the charts of those with LEMS.

What there is is read twice: first to find who may have LEMS, by a diagnosis or an aminopyridine on
any list, then to gather what is on record of these. So of the millions without, nothing is kept.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar

import msgspec

from lems_guard.clinical.errors import InvalidCohort
from lems_guard.cohort.export_files import MEDICATION, PATIENT, URN, ExportedResource, Odometer
from lems_guard.cohort.lines import CohortLine, Reject, silent
from lems_guard.cohort.rejects import Rejects
from lems_guard.cohort.spool import ChartPart, Spool
from lems_guard.fhir.drugs import reference_in
from lems_guard.fhir.measurements import measured
from lems_guard.fhir.patients import Interpreter
from lems_guard.fhir.references import Shelf, relative
from lems_guard.fhir.relevance import HAVE_LEMS
from lems_guard.fhir.shapes import Resource, text
from lems_guard.fhir.standing import MEDICATION_KINDS

Each = TypeVar("Each")

# So many resources are put on the disk at once.
BATCH = 2000
NOT_HERE = "not checked: no such Patient was read"
TWICE = "not checked: the Patient stands there twice, with other content"


class ResourceFile(NamedTuple):
    """A file of resources: its size in bytes, and what it holds, as often as one asks."""

    size: int
    read: Callable[[Odometer], Iterator[ExportedResource | Reject]]


class Charts:
    """A cohort of charts: a line for each patient who may have LEMS, in the order of their ids."""

    def __init__(
        self,
        files: Iterable[ResourceFile],
        vocabularies: Sequence[Interpreter],
        spool: Spool,
        rejects: Rejects,
    ) -> None:
        """Any of the vocabularies tells who is concerned; nothing is read yet."""
        self._rejects = rejects
        self._odometer, self._told = Odometer(), 0
        self._files = tuple(files)
        self.size = 2 * sum(each.size for each in self._files)
        self._finder, self._spool = Finder(*vocabularies), spool

    @property
    def read(self) -> int:
        """How many bytes have gone by: of the files in both readings, and of the charts."""
        return self._odometer.passed + self._told

    @property
    def patients(self) -> int:
        """How many are on record; all once there is a line."""
        return self._spool.patient_count()

    def lines(self, passing: Callable[[], None] = silent) -> Iterator[CohortLine]:
        """The charts; raises `InvalidCohort` where no resource could be read."""
        if not self._find(passing):
            first = self._rejects.first
            why = f"{first.file}, line {first.line}: {first.reason}" if first else "it is empty"
            raise InvalidCohort(f"nothing of the input could be read ({why})")
        self._spool.settle()
        for batch in self._batches(passing):
            found = (each for each in batch if isinstance(each, ExportedResource))
            self._put([part_of(each) for each in found if self._is_gathered(each)])
        for patient, parts in self._spool.patients():
            yield self._chart(patient, parts)
            self._told += sum(len(each.content) for each in parts)

    def _batches(self, passing: Callable[[], None]) -> Iterator[list[ExportedResource | Reject]]:
        """All that the files hold, some at a time."""
        for file in self._files:
            for batch in batches(file.read(self._odometer)):
                yield batch
                passing()

    def _find(self, passing: Callable[[], None]) -> int:
        """Note who may have LEMS; tells how many resources there are."""
        seen = 0
        for batch in self._batches(passing):
            found = [each for each in batch if isinstance(each, ExportedResource)]
            for each in batch:
                if isinstance(each, Reject):
                    self._rejects.add(each)
            self._note(found)
            seen += len(found)
        return seen

    def _note(self, batch: Sequence[ExportedResource]) -> None:
        """Keep Medications, and by which of them or by what else a patient is concerned."""
        concerned, referring, medications = [], [], []
        for each in batch:
            if each.kind == MEDICATION:
                holds = self._finder.may_hold(each.content)
                medications.append((each.own_id, holds, each.content))
            elif self._finder.is_told(each):
                concerned.append(each.patient)
            elif each.kind in MEDICATION_KINDS and (name := medication_of(each.content)):
                referring.append((each.patient, name))
        self._spool.note(concerned, referring, medications)
        self._spool.count(each.own_id for each in batch if each.kind == PATIENT)

    def _put(self, parts: list[ChartPart]) -> None:
        """Keep these, which are told in the end."""
        self._spool.put(parts)
        self.size += sum(len(each.content) for each in parts)

    def _is_gathered(self, found: ExportedResource) -> bool:
        if found.kind == MEDICATION or not self._spool.is_concerned(found.patient):
            return False
        return is_read(found)

    def _chart(self, patient: str, parts: list[ChartPart]) -> CohortLine:
        """The line of a patient."""
        orders = (each.content for each in parts if each.kind in MEDICATION_KINDS)
        names = sorted({medication_of(each) for each in orders} - {""})
        medications = [each for name in names for each in self._spool.medications(name)]
        return chart_of(patient, parts, medications)


class Finder:
    """Tells, resource by resource, who may have LEMS."""

    def __init__(self, *vocabularies: Interpreter) -> None:
        """The vocabularies are those of the editions that answer."""
        self._vocabularies = vocabularies

    def may_hold(self, content: bytes) -> bool:
        """Whether a Medication holds an aminopyridine, or may."""
        shelf, medication = Shelf(), msgspec.json.decode(content)
        shelf.put(medication)
        order = {"medicationReference": {"reference": f"Medication/{text(medication.get('id'))}"}}
        return self._is_aminopyridine(order, shelf)

    def is_told(self, found: ExportedResource) -> bool:
        """Whether a resource tells by itself that its patient may have LEMS."""
        if found.kind == "Condition":
            conditions = [msgspec.json.decode(found.content)]
            return any(each.diagnoses.lems(conditions) in HAVE_LEMS for each in self._vocabularies)
        if found.kind not in MEDICATION_KINDS:
            return False
        return self._is_aminopyridine(msgspec.json.decode(found.content), Shelf())

    def _is_aminopyridine(self, order: Resource, shelf: Shelf) -> bool:
        return any(
            not each.orders.line(order, shelf).holds.isdisjoint(each.aminopyridines)
            for each in self._vocabularies
        )


def is_read(found: ExportedResource) -> bool:
    """Whether anything of a patient's resource is read: of measurements few are."""
    return found.kind != "Observation" or bool(measured([msgspec.json.decode(found.content)]))


def chart_of(patient: str, parts: list[ChartPart], medications: list[bytes]) -> CohortLine:
    """The line of a patient: the resources, or in words why nobody can tell who that is."""
    persons = sum(each.kind == PATIENT for each in parts)
    if persons != 1:
        return CohortLine(patient, msgspec.json.encode(TWICE if persons else NOT_HERE))
    contents = [each.content for each in parts] + medications
    return CohortLine(patient, b"[" + b",".join(contents) + b"]")


def batches(found: Iterable[Each]) -> Iterator[list[Each]]:
    """What was found, some at a time."""
    following = iter(found)
    while batch := list(itertools.islice(following, BATCH)):
        yield batch


def part_of(found: ExportedResource) -> ChartPart:
    """A resource as it is put on the disk."""
    return ChartPart(found.patient, found.kind, found.own_id, found.content)


def medication_of(order: bytes) -> str:
    """The id of the Medication that an order refers to outside itself; empty where it does not."""
    reference = text(reference_in(msgspec.json.decode(order)).get("reference"))
    plain = reference.partition("/_history/")[0]
    if plain.startswith("#"):
        return ""
    return relative(plain).removeprefix("Medication/").removeprefix(URN)
