"""One patient's record as a line: FHIR resources, read exactly as order entry reads them."""

import datetime
from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

import msgspec

from lems_guard.clinical.errors import FieldViolation, InvalidRequest
from lems_guard.cohort.export_files import URN
from lems_guard.cohort.lines import AskedList, CohortLine
from lems_guard.fhir.about_lems import how_told, is_about_lems, is_no_lems
from lems_guard.fhir.lists import TOO_LONG, Lists
from lems_guard.fhir.patients import Interpreter
from lems_guard.fhir.record import Record
from lems_guard.fhir.shapes import Resource, text
from lems_guard.screening.screen import LEMS_ABSENT
from lems_guard.v1 import prescription_pb2 as request_wire
from lems_guard.v1 import screening_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

Ask: TypeAlias = Callable[[request_wire.CheckPrescriptionRequest], wire.CheckPrescriptionResponse]


class ChartReader:
    """Answers charts: who has LEMS, what is taken, and what becomes of it."""

    def __init__(self, vocabulary: Interpreter, today: datetime.date) -> None:
        """`vocabulary` is that of the edition that answers."""
        self._vocabulary = vocabulary
        self._today = today

    def answered(
        self, line: CohortLine, ask: Ask
    ) -> tuple[AskedList, wire.CheckPrescriptionResponse] | None:
        """What a chart asks, with its answer; `None` where it is not about LEMS."""
        content = msgspec.json.decode(line.content)
        if isinstance(content, str):  # why nobody can tell whose chart it is
            raise InvalidRequest((FieldViolation("", content),))
        lists = self._lists(content)
        request, diagnoses = lists.request, lists.person.diagnoses
        question = AskedList(line.place, request)
        if not (request.proposed or request.active or request.stopped):
            # The engine has nothing to say of nobody's drugs; the diagnosis brought the patient.
            nothing = wire.CheckPrescriptionResponse(completeness=terms.COMPLETENESS_COMPLETE)
            is_meant = is_about_lems(diagnoses, lists.left_out, nothing)
            return (question, _told(nothing, lists, ())) if is_meant else None
        response = ask(request)
        if not is_about_lems(diagnoses, lists.left_out, response):
            return None
        said = how_told(diagnoses, lists.left_out, response)
        if is_no_lems(diagnoses, lists.left_out, response):
            request.patient.lems_status = terms.LEMS_STATUS_ABSENT
            response = ask(request)
        return question, _told(response, lists, said)

    def _lists(self, resources: Iterable[Resource]) -> Lists:
        record = Record()
        for each in resources:
            own_id = text(each.get("id"))
            record.add(text(each.get("resourceType")), each, f"{URN}{own_id}" if own_id else "")
        lists = Lists(record, self._vocabulary, self._today)
        lists.take_record()
        return lists


def _told(
    response: wire.CheckPrescriptionResponse, lists: Lists, said: tuple[str, ...]
) -> wire.CheckPrescriptionResponse:
    """The answer with what must be said of the record that it was made from."""
    notes = [each for each in response.notes if not (said and each == LEMS_ABSENT)]
    del response.notes[:]
    response.notes.extend((*said, *lists.person.notes, *notes, *_left_out(lists.left_out)))
    if TOO_LONG in lists.left_out:
        response.completeness = terms.COMPLETENESS_INCOMPLETE
    return response


def _left_out(left_out: Mapping[str, int]) -> Iterable[str]:
    """What was told and is not screened, with how many."""
    return (f"Not screened: {why}" + f" ({count})" * (count > 1) for why, count in left_out.items())
