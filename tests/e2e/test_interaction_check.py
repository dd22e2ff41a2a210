"""InteractionCheckService as a pharmacy system meets it: a real server, a real channel."""

import base64
import time
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2

from lems_guard.answering.bounds import MOST_FAULTS
from lems_guard.v1 import interaction_check_service_pb2 as wire
from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard.v1 import prescription_pb2 as prescription
from lems_guard.v1 import screening_pb2, terms_pb2
from running import Running, trailing

AVOID = terms_pb2.SEVERITY_AVOID
CONTRAINDICATED = terms_pb2.SEVERITY_CONTRAINDICATED


@pytest.fixture
def stub(service: Running) -> Iterator[rpc.InteractionCheckServiceStub]:
    with service.channel() as channel:
        yield rpc.InteractionCheckServiceStub(channel)


def medication(identifier: str, text: str) -> prescription.Medication:
    return prescription.Medication(id=identifier, text=text)


def request(
    *proposed: str, active: str = "Firdapse 20 mg 4x/day"
) -> prescription.CheckPrescriptionRequest:
    return prescription.CheckPrescriptionRequest(
        patient=prescription.Patient(age_years=61, seizure_history="ANSWER_NO"),
        proposed=[medication(f"p{index}", text) for index, text in enumerate(proposed)],
        active=[medication("a1", active)] if active else [],
        as_of="2026-11-21",
    )


def severities(response: screening_pb2.CheckPrescriptionResponse) -> dict[str, int]:
    return {alert.drug: alert.severity for alert in response.alerts}


def test_the_five_classes_are_to_be_avoided(stub: rpc.InteractionCheckServiceStub) -> None:
    response = stub.CheckPrescription(
        request(
            "metoprolol po", "gentamicin iv", "azithromycin po", "ciprofloxacin po",
            "magnesium sulfate iv",
        )
    )  # fmt: skip
    found = severities(response)
    five = ("metoprolol", "gentamicin", "azithromycin", "ciprofloxacin", "magnesium sulfate")
    assert {drug: found[drug] for drug in five} == dict.fromkeys(five, AVOID)
    double_hit = next(alert for alert in response.alerts if alert.drug == "ciprofloxacin")
    assert [finding.concern for finding in double_hit.findings] == [
        terms_pb2.CONCERN_NEUROMUSCULAR_WEAKNESS,
        terms_pb2.CONCERN_SEIZURE,
    ]
    assert all(finding.evidence for alert in response.alerts for finding in alert.findings)


def test_every_order_comes_back_with_a_disposition(
    stub: rpc.InteractionCheckServiceStub,
) -> None:
    response = stub.CheckPrescription(request("amoxicillin po", "zzzomycin"))
    dispositions = {each.id: each.disposition for each in response.medications}
    assert dispositions == {
        "p0": terms_pb2.DISPOSITION_EVALUATED,
        "p1": terms_pb2.DISPOSITION_UNRESOLVED,
        "a1": terms_pb2.DISPOSITION_EVALUATED,
    }
    assert response.completeness == terms_pb2.COMPLETENESS_INCOMPLETE


def test_equal_requests_in_any_order_are_equal_bytes(
    stub: rpc.InteractionCheckServiceStub,
) -> None:
    forth = request("metoprolol po", "ciprofloxacin po", "timolol eye drops")
    back = prescription.CheckPrescriptionRequest()
    back.CopyFrom(forth)
    del back.proposed[:]
    back.proposed.extend(reversed(forth.proposed))
    serialised = {
        stub.CheckPrescription(each).SerializeToString(deterministic=True) for each in (forth, back)
    }
    assert len(serialised) == 1


def test_the_reply_is_the_bytes_that_protobuf_would_write(service: Running) -> None:
    with service.channel() as channel:
        call: Any = channel.unary_unary("/lems_guard.v1.InteractionCheckService/CheckPrescription")
        asked = request("metoprolol po", "ciprofloxacin po", "zzzomycin")
        raw = call(asked.SerializeToString())
    message = screening_pb2.CheckPrescriptionResponse.FromString(raw)
    assert message.SerializeToString(deterministic=True) == raw


def refusal(error: grpc.RpcError) -> list[str]:
    """The fields that an error status names."""
    status = status_pb2.Status.FromString(trailing(error)["grpc-status-details-bin"])
    bad_request = error_details_pb2.BadRequest()
    assert status.details[0].Unpack(bad_request)
    return [violation.field for violation in bad_request.field_violations]


def test_bad_input_is_named_and_nothing_is_answered(
    stub: rpc.InteractionCheckServiceStub,
) -> None:
    bad = request("metoprolol")
    bad.patient.weight_kg = -3
    bad.proposed[0].dose.value = 50
    with pytest.raises(grpc.RpcError) as refused:
        stub.CheckPrescription(bad)
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    assert refusal(refused.value) == ["patient.weight_kg", "proposed[0].dose.unit"]
    assert "metoprolol" not in (refused.value.details() or "")


def test_a_refusal_fits_into_metadata_however_many_faults_there_are(
    stub: rpc.InteractionCheckServiceStub,
) -> None:
    """Clients take 8 kB of metadata for certain: beyond it they see no fault at all."""
    bad = prescription.CheckPrescriptionRequest(proposed=[medication("", "x")] * 500)
    with pytest.raises(grpc.RpcError) as refused:
        stub.CheckPrescription(bad, metadata=(("x-request-id", "9" * 128),))
    assert refused.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    raw = trailing(refused.value)["grpc-status-details-bin"]
    assert len(base64.b64encode(raw)) + len(refused.value.details() or "") < 4400
    *named, last = refusal(refused.value)
    assert named == [f"proposed[{index}].id" for index in range(len(named))]
    assert len(named) > 20
    assert not last
    assert b"and more faults" in raw


def test_the_error_of_an_item_names_a_hundred_faults(stub: rpc.InteractionCheckServiceStub) -> None:
    """It is a message like any other, not metadata."""
    bad = prescription.CheckPrescriptionRequest(proposed=[medication("", "x")] * 500)
    (answer,) = stub.CheckPrescriptionStream(
        iter([wire.CheckPrescriptionStreamRequest(request=bad)])
    )
    assert len(answer.error.field_violations) == MOST_FAULTS + 1


def test_a_stop_alone_is_checked(stub: rpc.InteractionCheckServiceStub) -> None:
    response = stub.CheckPrescription(
        prescription.CheckPrescriptionRequest(stopped=[medication("s1", "diazepam 10 mg po daily")])
    )
    rules = [finding.rule_id for alert in response.alerts for finding in alert.findings]
    assert rules == ["sedative-stopped"]


def test_five_megabytes_are_refused_by_the_transport(
    stub: rpc.InteractionCheckServiceStub,
) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        stub.CheckPrescription(request("x" * 5_000_000))
    assert refused.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


def test_a_passed_deadline_is_an_error_and_no_answer(
    stub: rpc.InteractionCheckServiceStub,
) -> None:
    with pytest.raises(grpc.RpcError) as late:
        stub.CheckPrescription(request("metoprolol"), timeout=-1)
    assert late.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED


@pytest.mark.parametrize(
    ("sent", "back", "why"),
    [
        ("order-17", "order-17", "as it came"),
        ("9" * 128, "9" * 128, "the longest that comes back whole"),
        ("8" * 128 + "7", "8" * 128, "a longer one is cut, not lost: its begin still tells calls"),
    ],
)
def test_the_calls_own_id_comes_back_beside_the_message(
    stub: rpc.InteractionCheckServiceStub, sent: str, back: str, why: str
) -> None:
    _, call = stub.CheckPrescription.with_call(
        request("metoprolol"), metadata=(("x-request-id", sent),)
    )
    assert trailing(call)["x-request-id"] == back, why


def test_a_refused_call_keeps_its_id(stub: rpc.InteractionCheckServiceStub) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        stub.CheckPrescription(
            prescription.CheckPrescriptionRequest(), metadata=(("x-request-id", "order-18"),)
        )
    assert trailing(refused.value)["x-request-id"] == "order-18"


def test_a_bad_item_of_a_stream_fails_alone_and_order_is_kept(
    stub: rpc.InteractionCheckServiceStub,
) -> None:
    good = request("metoprolol po")
    items = [
        wire.CheckPrescriptionStreamRequest(request_id=str(number), request=each)
        for number, each in enumerate(
            [good, prescription.CheckPrescriptionRequest(), good, request("amoxicillin po")]
        )
    ]
    answers = list(stub.CheckPrescriptionStream(iter(items)))
    assert [answer.request_id for answer in answers] == ["0", "1", "2", "3"]
    assert [answer.WhichOneof("outcome") for answer in answers] == [
        "response", "error", "response", "response",
    ]  # fmt: skip
    assert answers[1].error.code == 3
    assert [each.field for each in answers[1].error.field_violations] == ["proposed"]
    assert answers[0].response == stub.CheckPrescription(good)


def test_bytes_that_are_no_item_are_the_clients_fault_and_fail_alone(service: Running) -> None:
    good = wire.CheckPrescriptionStreamRequest(request_id="1", request=request("metoprolol po"))
    with service.channel() as channel:
        call: Any = channel.stream_stream(
            "/lems_guard.v1.InteractionCheckService/CheckPrescriptionStream",
            response_deserializer=wire.CheckPrescriptionStreamResponse.FromString,
        )
        broken, answered = call(iter([b"\xff\xff", good.SerializeToString()]))
    assert broken.error.code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert [each.field for each in broken.error.field_violations] == [""]
    assert answered.WhichOneof("outcome") == "response"


def test_a_thousand_items_come_back_while_the_client_is_slow(
    stub: rpc.InteractionCheckServiceStub,
) -> None:
    items = (
        wire.CheckPrescriptionStreamRequest(request_id=str(number), request=request("metoprolol"))
        for number in range(1000)
    )
    ids = []
    for answer in stub.CheckPrescriptionStream(items):
        ids.append(answer.request_id)
        if len(ids) == 10:
            time.sleep(0.2)
    assert ids == [str(number) for number in range(1000)]
