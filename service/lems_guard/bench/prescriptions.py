"""Requests as a pharmacy sends them: ten coded orders, about three alerts, no two alike."""

import random
from collections.abc import Iterator
from itertools import count, islice
from typing import NamedTuple

from lems_guard.grpc_api.answer import Answerer
from lems_guard.library import Edition
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import screening_pb2, terms_pb2

MEDICATIONS, ALERTS = 10, range(2, 5)
TEMPLATES = 16
ATTEMPTS = 3000
OWN_DRUG = "amifampridine"
# In every order's id, and replaced by the number of the request: equally long in all of them.
MARK = "########"
DIGITS = len(MARK)
DOSES_MG = (5.0, 10.0, 20.0, 50.0, 100.0, 250.0, 500.0)


class Template(NamedTuple):
    """A request with a mark in place of its number."""

    content: bytes

    def numbered(self, number: int) -> bytes:
        """A request of its own: only the ids of its orders tell it from its likes."""
        return self.content.replace(MARK.encode(), b"%0*d" % (DIGITS, number))


class Requests:
    """An endless supply of requests, no two alike."""

    def __init__(self, templates: list[Template]) -> None:
        """Begin with number 0."""
        self.templates = templates
        self._numbers = count()

    def take(self, number: int) -> list[bytes]:
        """The next requests: each template in turn."""
        return list(islice(self._endless(), number))

    def _endless(self) -> Iterator[bytes]:
        for number in self._numbers:
            yield self.templates[number % len(self.templates)].numbered(number)


class Repeated(Requests):
    """The same few requests over and over."""

    def take(self, number: int) -> list[bytes]:
        """The templates in turn, always under the same numbers."""
        count_of = len(self.templates)
        bodies = [template.numbered(place) for place, template in enumerate(self.templates)]
        return [bodies[each % count_of] for each in range(number)]


class NoPrescriptions(RuntimeError):
    """The knowledge base yields no prescription of the kind wanted."""


def templates(edition: Edition, answerer: Answerer, wanted: int = TEMPLATES) -> list[Template]:
    """Prescriptions drawn from an edition's own drugs until enough have about three alerts."""
    chance = random.Random(wanted)  # noqa: S311  # the same prescriptions every time
    drugs = sorted(edition.vocabulary.ingredients.items())
    named = [drug for drug in drugs if drug[0] in edition.knowledge.candidates]
    silent = [drug for drug in drugs if drug[0] not in edition.knowledge.candidates]
    found: list[Template] = []
    for _ in range(ATTEMPTS):
        offending = min(len(named), chance.choice(ALERTS))
        picked = chance.sample(named, offending) + chance.sample(silent, MEDICATIONS - offending)
        request = prescription(picked, edition.vocabulary.ingredients.get(OWN_DRUG), chance)
        if _alerts(answerer, request) in ALERTS:
            found.append(Template(request))
        if len(found) == wanted:
            return found
    raise NoPrescriptions(f"only {len(found)} of {wanted} prescriptions have 2 to 4 alerts")


def _alerts(answerer: Answerer, request: bytes) -> int:
    reply = screening_pb2.CheckPrescriptionResponse.FromString(answerer.answer(request).reply)
    return len(reply.alerts)


def prescription(
    drugs: list[tuple[str, str]], own_rxcui: str | None, chance: random.Random
) -> bytes:
    """A serialised request: two drugs proposed, the others active, amifampridine among them."""
    names = [(name, rxcui) for name, rxcui in drugs if name != OWN_DRUG]
    chance.shuffle(names)
    if own_rxcui is not None:
        names = [*names[: MEDICATIONS - 1], (OWN_DRUG, own_rxcui)]
    orders = [_order(place, *drug, chance) for place, drug in enumerate(names)]
    request = wire.CheckPrescriptionRequest(
        patient=_patient(), proposed=orders[:2], active=orders[2:], as_of="2026-11-21"
    )
    return request.SerializeToString(deterministic=True)


def _order(place: int, name: str, rxcui: str, chance: random.Random) -> wire.Medication:
    codings = [wire.Coding(system=terms_pb2.CODE_SYSTEM_RXNORM, code=rxcui, display=name)]
    return wire.Medication(
        id=f"order-{MARK}-{place}",
        codings=codings if rxcui else [],
        text=name,
        route=terms_pb2.ROUTE_ORAL,
        dose=wire.Dose(value=chance.choice(DOSES_MG), unit="mg"),
        doses_per_day=chance.choice((1.0, 2.0, 3.0)),
        as_needed=terms_pb2.ANSWER_NO,
    )


def _patient() -> wire.Patient:
    no = terms_pb2.ANSWER_NO
    return wire.Patient(
        lems_status=terms_pb2.LEMS_STATUS_CONFIRMED,
        birth_date="1961-04-12",
        weight_kg=71.5,
        creatinine_clearance_ml_min=88,
        seizure_history=no,
        epilepsy=no,
        uncontrolled_asthma=no,
        pregnant=no,
        congenital_long_qt=no,
    )
