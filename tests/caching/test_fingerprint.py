"""The fingerprint: everything that screening reads, told apart from everything else."""

import datetime
from dataclasses import fields, replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lems_guard.caching.fingerprint import anonymous, fingerprint, ids_of
from lems_guard.caching.seal import Seal, encode
from lems_guard.caching.stored_screening import Shelf, with_ids
from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.dose import Dose
from lems_guard.clinical.facts import Answer, Span
from lems_guard.clinical.medication import Coding, Indication, MatchedBy
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.route import Route
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.screening.screen import RuleScreener
from worlds import knowledge_bases, requests

SEAL = Seal(b"a secret of all replicas, 32 long")
DECODE = msgspec.msgpack.Decoder(ScreeningRequest).decode
NAMES = {str(number): f"{number} → \ue000" for number in range(10)}


def name(request: ScreeningRequest, digest: str = "digest") -> str:
    return fingerprint(anonymous(request), digest, SEAL)


@given(requests())
def test_no_two_contents_are_encoded_alike(request: ScreeningRequest) -> None:
    stripped = anonymous(request)
    assert DECODE(encode(stripped)) == stripped


@given(knowledge_bases(), requests())
def test_screening_reads_only_what_the_fingerprint_covers(
    known: object, request: ScreeningRequest
) -> None:
    shelf = Shelf(known)  # type: ignore[arg-type]
    screen = RuleScreener().screen
    screening = screen(request, known)  # type: ignore[arg-type]
    shared = screen(anonymous(request), known)  # type: ignore[arg-type]
    assert shelf.unpacked(shelf.packed(shared)) == shared
    assert with_ids(shared, ids_of(request)) == screening


@given(requests(), st.data())
def test_any_change_of_what_is_read_changes_the_key(
    request: ScreeningRequest, data: st.DataObject
) -> None:
    changed = [*changed_patients(request), *changed_orders(request, data), *changed_frames(request)]
    names = [name(each) for each in (request, *changed)]
    assert len(set(names)) == len(names)
    assert name(request, "other digest") not in names
    assert (
        fingerprint(anonymous(request), "digest", Seal(b"another secret, long enough")) not in names
    )


FACT_VALUES: tuple[Any, ...] = (Span(123.0, 124.0), None, Answer.YES, Answer.NO)


def changed_patients(request: ScreeningRequest) -> list[ScreeningRequest]:
    """Each fact of the patient changed by itself, to values that nothing else takes."""
    changed = []
    for spec in fields(Patient):
        known = getattr(request.patient, spec.name)
        for value in FACT_VALUES:
            if value != known or (value is None) is not (known is None):
                patient = replace(request.patient, **{spec.name: value})
                changed.append(replace(request, patient=patient))
    return changed


def changed_orders(request: ScreeningRequest, data: st.DataObject) -> list[ScreeningRequest]:
    place = data.draw(st.integers(0, len(request.orders) - 1))
    order, understood = request.orders[place]
    day = datetime.date(2001, 1, 1)
    pairs = [
        (order._replace(stopped_on=day), understood),
        (order, understood._replace(route=Route.INHALED)),
        (order, understood._replace(dose=Dose(0.3, "mg"))),
        (order, understood._replace(dose=Dose(0.3, "g"))),
        (order, understood._replace(doses_per_day=0.125)),
        (order, understood._replace(readings=(*understood.readings, ()))),
        (order, understood._replace(readings=(*understood.readings, (), ()))),
    ]
    changed = [
        replace(request, orders=(*request.orders[:place], pair, *request.orders[place + 1 :]))
        for pair in pairs
    ]
    return [*changed, replace(request, orders=(*request.orders, request.orders[place]))]


def changed_frames(request: ScreeningRequest) -> list[ScreeningRequest]:
    return [
        *(
            replace(request, jurisdiction=each)
            for each in Jurisdiction
            if each is not request.jurisdiction
        ),
        replace(request, as_of=request.as_of + datetime.timedelta(1)),
    ]


@given(requests())
def test_what_no_rule_reads_is_not_in_the_key(request: ScreeningRequest) -> None:
    """Ids, words and codes may name a person; they tell one patient's list from no other's."""
    disguised = [
        (
            order._replace(
                id=NAMES[order.id],
                text="for Mrs Canary",
                codings=(Coding(None, "house code"),),
                route_text="as told",
                indication=Indication((), "weakness"),
            ),
            understood._replace(matched_by=MatchedBy.CODE, notes=("a note",), trail=("a step",)),
        )
        for order, understood in request.orders
    ]
    assert name(replace(request, orders=tuple(disguised))) == name(request)


def test_a_key_shows_its_format_its_knowledge_and_its_kind() -> None:
    told = SEAL.name("screening", "0123456789abcdef", b"content")
    prefix, form, digest, kind, hashed = told.split(":")
    assert (prefix, form, digest, kind) == ("lems-guard", "1", "01234567", "screening")
    assert len(bytes.fromhex(hashed)) == 16


@pytest.mark.parametrize(
    "other",
    [("screenin", "gdigest", b""), ("screening", "digestx", b""), ("screening", "digest", b"\0")],
)
def test_neighbouring_parts_of_a_key_do_not_run_into_each_other(
    other: tuple[str, str, bytes],
) -> None:
    assert SEAL.name(*other)[-32:] != SEAL.name("screening", "digest", b"")[-32:]
