"""Generated prescriptions in the packaged edition's own words, sound ones only."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from lems_guard.editions.library import Edition
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import terms_pb2

ANSWERED = ("seizure_history", "epilepsy", "uncontrolled_asthma", "pregnant", "ventilated")
ANSWERS: st.SearchStrategy[Any] = st.sampled_from(sorted(terms_pb2.Answer.values()))
ROUTES: list[Any] = sorted(terms_pb2.Route.values())
PHASES: list[Any] = sorted(terms_pb2.Phase.values())
# Ids that a careless program would stumble over.
IDS = st.text("abcé →\ue000\ue001:", min_size=1, max_size=6)


def texts_of(edition: Edition) -> list[str]:
    """Drugs that rules name, in several spellings, and what nobody understands."""
    named = sorted(edition.knowledge.candidates)
    sigs = [f"{name} 50 mg po bid" for name in named]
    return [*named, *sigs, *(f"{name} iv" for name in named), "no such drug", "aspirin or so"]


# Names with a slip in them, which must be searched; the number makes each another text.
SLIPS = st.builds(
    "{} {} mg po".format,
    st.sampled_from(["metropolol", "Zithromx", "Toprl XL", "amifampridene"]),
    st.integers(1, 999),
)


@st.composite
def medications(draw: st.DrawFn, texts: Sequence[str]) -> wire.Medication:
    words = st.sampled_from(texts) if draw(st.integers(0, 3)) else SLIPS
    order = wire.Medication(text=draw(words), phase=draw(st.sampled_from(PHASES)))
    if draw(st.booleans()):
        order.route = draw(st.sampled_from(ROUTES))
    if draw(st.booleans()):
        order.dose.CopyFrom(wire.Dose(value=draw(st.sampled_from([0.1, 10, 50, 250])), unit="mg"))
        order.doses_per_day = draw(st.sampled_from([1, 3, 4]))
        order.as_needed = draw(ANSWERS)
    return order


@st.composite
def patients(draw: st.DrawFn) -> wire.Patient:
    told: dict[str, Any] = {name: draw(ANSWERS) for name in ANSWERED}
    told["lems_status"] = draw(st.sampled_from(terms_pb2.LemsStatus.values()))
    patient = wire.Patient(**told)
    if draw(st.booleans()):
        patient.age_years = draw(st.sampled_from([5, 17, 61, 90]))
    elif draw(st.booleans()):
        patient.birth_date = draw(st.sampled_from(["1961", "1961-02", "1961-02-03"]))
    if draw(st.booleans()):
        patient.creatinine_clearance_ml_min = draw(st.sampled_from([0.0, 29.5, 90.0]))
    return patient


@st.composite
def prescriptions(draw: st.DrawFn, texts: Sequence[str]) -> wire.CheckPrescriptionRequest:
    """One patient's orders, spread over the three lists."""
    request = wire.CheckPrescriptionRequest(
        patient=draw(patients()),
        jurisdiction=draw(st.sampled_from(terms_pb2.Jurisdiction.keys())),
        as_of=draw(st.sampled_from(["", "2026-11-21", "2024-02-29"])),
    )
    ids = draw(st.lists(IDS, min_size=1, max_size=6, unique=True))
    lists = (request.proposed, request.active, request.stopped)
    for place, name in enumerate(ids):
        order = draw(medications(texts))
        order.id = name
        chosen = draw(st.sampled_from(lists[:2] if place == 0 else lists))
        if chosen is request.stopped:
            order.stopped_on = draw(st.sampled_from(["", "2024-02-20"]))
        chosen.append(order)
    return request
