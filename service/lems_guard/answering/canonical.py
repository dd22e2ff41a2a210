"""Messages in the one form in which equal ones are equal bytes, and the hash over them."""

import datetime
import hashlib
from collections.abc import Iterable, Sequence

from google.protobuf.internal.containers import RepeatedCompositeFieldContainer

from lems_guard.clinical.severity import Jurisdiction
from lems_guard.v1 import prescription_pb2 as wire

LENGTH_BYTES = 4


def decision_id(
    edition: tuple[str, Jurisdiction, str, datetime.date],
    patient: bytes,
    lists: Iterable[Sequence[bytes]],
) -> str:
    """A hash of the request in canonical form, its day, jurisdiction, country, and the knowledge.

    Unkeyed, so that anyone can repeat it; equal for equal requests in any order of their lists.
    Takes the patient and the lists, each sorted by the orders' ids, as `measured` canonical bytes.
    """
    digest, jurisdiction, country, as_of = edition
    pieces = [f"{digest}|{as_of}|{jurisdiction:d}|{country}".encode(), patient]
    for orders in lists:
        pieces.append(len(orders).to_bytes(LENGTH_BYTES))
        pieces += orders
    return hashlib.blake2b(b"".join(pieces), digest_size=16).hexdigest()


def measured(content: bytes) -> bytes:
    """Some bytes after their length, so that what follows cannot be taken for a part of them."""
    return len(content).to_bytes(LENGTH_BYTES) + content


def canonical_patient(patient: wire.Patient) -> bytes:
    """A patient serialised, the diagnoses and allergies sorted."""
    if len(patient.conditions) > 1 or patient.allergies:
        copy = wire.Patient()
        copy.CopyFrom(patient)
        _sort(copy.conditions)
        for each in copy.allergies:
            _sort(each.codings)
        copy.allergies.sort(key=lambda each: each.SerializeToString(deterministic=True))
        patient = copy
    return patient.SerializeToString(deterministic=True)


def canonical_order(order: wire.Medication) -> bytes:
    """An order serialised, the codings sorted."""
    if len(order.codings) > 1 or len(order.indication.codings) > 1:
        copy = wire.Medication()
        copy.CopyFrom(order)
        _sort(copy.codings)
        if order.HasField("indication"):
            _sort(copy.indication.codings)
        order = copy
    return order.SerializeToString(deterministic=True)


def _sort(codings: RepeatedCompositeFieldContainer[wire.Coding]) -> None:
    codings.sort(key=lambda coding: (coding.system, coding.code, coding.display))
