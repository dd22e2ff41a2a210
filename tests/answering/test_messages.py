"""What a message holds and this version does not know is refused with its path, wherever it is."""

from collections.abc import Callable

import pytest
from google.protobuf.message import Message
from hypothesis import given
from hypothesis import strategies as st

from lems_guard.answering.bounds import MOST_FAULTS
from lems_guard.answering.messages import envelope, parsed
from lems_guard.clinical.errors import InvalidRequest
from lems_guard.v1 import interaction_check_service_pb2 as stream
from lems_guard.v1 import prescription_pb2 as wire

# Field 1023 holds one letter: no version of the contract has it.
UNKNOWN = b"\xfa\x3f\x01x"


def request() -> wire.CheckPrescriptionRequest:
    """A request with something in every kind of place."""
    coding = wire.Coding(system="CODE_SYSTEM_RXNORM", code="6918")
    order = wire.Medication(
        id="1",
        codings=[coding, coding],
        dose=wire.Dose(value=5, unit="mg"),
        indication=wire.Indication(codings=[coding]),
    )
    return wire.CheckPrescriptionRequest(
        patient=wire.Patient(conditions=[coding]), proposed=[order, order], stopped=[order]
    )


PLACES: dict[str, Callable[[wire.CheckPrescriptionRequest], Message]] = {
    "1023": lambda whole: whole,
    "patient.1023": lambda whole: whole.patient,
    "patient.conditions[0].1023": lambda whole: whole.patient.conditions[0],
    "proposed[1].1023": lambda whole: whole.proposed[1],
    "proposed[1].codings[1].1023": lambda whole: whole.proposed[1].codings[1],
    "proposed[0].dose.1023": lambda whole: whole.proposed[0].dose,
    "stopped[0].indication.codings[0].1023": lambda whole: whole.stopped[0].indication.codings[0],
}


@given(st.sets(st.sampled_from(sorted(PLACES)), min_size=1))
def test_every_unknown_field_is_named_by_its_path(paths: set[str]) -> None:
    whole = request()
    for path in paths:
        PLACES[path](whole).MergeFromString(UNKNOWN)
    with pytest.raises(InvalidRequest) as refused:
        parsed(whole.SerializeToString(), wire.CheckPrescriptionRequest)
    assert {each.field for each in refused.value.violations} == paths


def test_what_is_known_is_what_was_sent() -> None:
    whole = request()
    assert parsed(whole.SerializeToString(), wire.CheckPrescriptionRequest) == whole


def test_no_more_faults_are_told_than_anybody_reads() -> None:
    with pytest.raises(InvalidRequest) as refused:
        parsed(UNKNOWN * 2 * MOST_FAULTS, wire.CheckPrescriptionRequest)
    assert len(refused.value.violations) == MOST_FAULTS


def test_of_an_item_only_the_item_itself_is_looked_at() -> None:
    whole = request()
    whole.patient.MergeFromString(UNKNOWN)
    item = stream.CheckPrescriptionStreamRequest(request_id="1", request=whole)
    found = envelope(item.SerializeToString(), stream.CheckPrescriptionStreamRequest)
    assert UNKNOWN in found.request.SerializeToString()  # for whoever reads the request
    with pytest.raises(InvalidRequest):
        envelope(item.SerializeToString() + UNKNOWN, stream.CheckPrescriptionStreamRequest)
