"""The fingerprint: all that screening reads of a request, and nothing else.

`anonymous` strips a request to that, and only what it leaves is screened for the shared tier. So
the fingerprint, which is over the same stripped request, cannot miss anything that was read: two
requests with one fingerprint *are* one request to the screener.
"""

from collections.abc import Iterable

from lems_guard.caching.seal import Seal, encode
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.medication import Medication, Understood

KIND = "screening"
# Orders are named by their place, as one character each from a range that Unicode leaves private.
FIRST_SLOT = 0xE000


def slot(place: int) -> str:
    """The name of the order at a place."""
    return chr(FIRST_SLOT + place)


def place_of_slot(name: str) -> int:
    """The place of the order with a name."""
    return ord(name) - FIRST_SLOT


def ids_of(request: ScreeningRequest) -> tuple[str, ...]:
    """The ids of the orders by their places."""
    return tuple([order.id for order, _ in request.orders])


def anonymous(request: ScreeningRequest) -> ScreeningRequest:
    """The request with its orders named by their places, and without what no rule reads.

    The places stay: sums of doses are taken in that order, and floating-point sums depend on it.
    """
    orders = [
        (_stripped(order, place), _stripped_reading(understood))
        for place, (order, understood) in enumerate(request.orders)
    ]
    return ScreeningRequest(request.patient, tuple(orders), request.jurisdiction, request.as_of)


def _stripped(order: Medication, place: int) -> Medication:
    return Medication(slot(place), order.list, phase=order.phase, stopped_on=order.stopped_on)


def _stripped_reading(understood: Understood) -> Understood:
    return Understood(
        understood.disposition,
        understood.readings,
        understood.route,
        understood.dose,
        understood.doses_per_day,
        understood.as_needed,
        necessary_use=understood.necessary_use,
        dose_basis=understood.dose_basis,
        product=understood.product,
    )


def fingerprint(stripped: ScreeningRequest, digest: str, seal: Seal) -> str:
    """The key under which the screening of a stripped request is shared."""
    return seal.name(KIND, digest, encode(stripped))


def bound(names: Iterable[str], ids: tuple[str, ...]) -> tuple[str, ...]:
    """The orders' own ids for their names by place."""
    return tuple([ids[ord(name) - FIRST_SLOT] for name in names])
