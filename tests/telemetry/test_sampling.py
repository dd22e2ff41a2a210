"""A busy service logs some of its calls, and tells how many it left out: none is lost count of."""

import json
import time

import grpc

from lems_guard.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard.v1 import prescription_pb2 as prescription
from running import Running, start, stop
from steady_load import CHECK
from waiting import until

CALLS = 300


def lines(service: Running, event: str) -> list[int]:
    """How many calls were left out before each line."""
    said = [json.loads(line) for line in list(service.log)]
    return [line["left_out"] for line in said if line["event"] == event]


def told(service: Running, event: str) -> int:
    """How many calls the lines tell of."""
    left_out = lines(service, event)
    return len(left_out) + sum(left_out)


def ask(service: Running, number: int) -> None:
    """As many answers as refusals."""
    with service.channel() as channel:
        check = rpc.InteractionCheckServiceStub(channel)
        for _ in range(number):
            check.CheckPrescription(CHECK)
            try:
                check.CheckPrescription(prescription.CheckPrescriptionRequest())
            except grpc.RpcError as refused:
                assert refused.code() is grpc.StatusCode.INVALID_ARGUMENT  # noqa: PT017


def test_calls_are_sampled_when_there_are_many() -> None:
    service = start(LEMS_GUARD_LOG_CALLS_PER_SECOND="1")
    try:
        begun = time.monotonic()
        ask(service, CALLS)
        seconds = time.monotonic() - begun
        time.sleep(1.1)  # the next call falls into another second, and so is logged
        ask(service, 1)
        for event in ("answered", "call failed"):
            until(lambda event=event: told(service, event) > CALLS)  # type: ignore[misc]
            assert told(service, event) == CALLS + 1, event
            assert len(lines(service, event)) <= seconds + 3
    finally:
        stop(service)
