"""What an order is for, where its own words say it: heard as the field is."""

import pytest

from lems_guard.clinical.indication import Use
from lems_guard.clinical.medication import Indication, Medication, MedicationList
from lems_guard.editions.library import Edition


@pytest.mark.parametrize(
    ("text", "use", "reason"),
    [
        ("levetiracetam 500 mg bid for seizures", Use.SEIZURES, "a reason"),
        ("lamotrigine 100 mg daily for epilepsy", Use.SEIZURES, "another word"),
        ("gabapentin 300 mg tid epilepsy", Use.SEIZURES, "without a preposition"),
        ("lorazepam 4 mg iv once for status epilepticus", Use.STATUS_EPILEPTICUS, "an emergency"),
        ("propranolol 40 mg bid for migraine", Use.MIGRAINE, "decides what is offered"),
        ("oxycodone 5 mg q4h prn severe pain", Use.PAIN, "why it is taken when needed"),
        ("magnesium sulfate 4 g iv for eclampsia", Use.ECLAMPSIA, "an emergency"),
        ("amitriptyline 10 mg hs for sleep", Use.SLEEP, "an everyday reason"),
        ("metoprolol 25 mg bid for HTN and migraine", None, "two uses at once"),
        ("levetiracetam 500 mg bid", None, "not said"),
    ],
)
def test_the_use_is_heard(edition: Edition, text: str, use: Use | None, reason: str) -> None:
    order = Medication("1", MedicationList.PROPOSED, text)
    assert edition.understand(order).use is use, reason


def test_words_and_field_say_the_same(edition: Edition) -> None:
    in_words = Medication("1", MedicationList.PROPOSED, "levetiracetam 500 mg bid for seizures")
    in_field = Medication(
        "1",
        MedicationList.PROPOSED,
        "levetiracetam 500 mg bid",
        indication=Indication(text="seizures"),
    )
    assert edition.understand(in_words).use is edition.understand(in_field).use
