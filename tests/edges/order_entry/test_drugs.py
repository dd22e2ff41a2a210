"""Which drug an order is for: what a mixture is made of counts, not its label alone."""

from typing import Any

import pytest

from edges.order_entry.calling import ORDER_SIGN, order, searchset, send, sign
from edges.order_entry.schema import checked
from lems_guard.clinical.medication import Disposition, Medication, MedicationList, Understood
from lems_guard.editions.library import Edition
from lems_guard.fhir.orders import OrderReader
from lems_guard.fhir.references import Shelf
from lems_guard.v1 import prescription_pb2 as wire
from running import Running

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SALINE = {"text": "Sodium chloride 0.9%"}
DEXTROSE = {"coding": [{"system": RXNORM, "code": "4850"}], "text": "dextrose"}
LOCAL = {"coding": [{"system": "urn:oid:1.2.3", "code": "7"}]}
INTRAVENOUS = [{"route": {"text": "intravenous"}}]


def made_of(code: dict[str, Any] | None, *parts: dict[str, Any]) -> dict[str, Any]:
    medication = {"resourceType": "Medication", "id": "md", "ingredient": list(parts)}
    return medication | ({"code": code} if code else {})


def part(text: str = "", code: str = "", **members: object) -> dict[str, Any]:
    concept: dict[str, Any] = {"text": text} if text else {}
    if code:
        concept["coding"] = [{"system": RXNORM, "code": code}]
    return {"itemCodeableConcept": concept, **members}


def referring(*contained: dict[str, Any], **members: object) -> dict[str, Any]:
    return {
        "resourceType": "MedicationRequest",
        "id": "m1",
        "status": "draft",
        "medicationReference": {"reference": "#md"},
        "contained": list(contained),
        "dosageInstruction": INTRAVENOUS,
        **members,
    }


def read(resource: dict[str, Any], edition: Edition) -> tuple[set[str], bool]:
    """The substances that an order is checked for, and whether it is understood."""

    def understand(asked: Medication) -> Understood:
        return edition.understand(asked)

    line = OrderReader(understand).line(resource, Shelf())
    sent = wire.Medication.FromString(line.content)
    whole = understand(Medication("m", MedicationList.PROPOSED, sent.text, line.codings))
    found = {each.name for reading in whole.readings for each in reading}
    return found, whole.disposition is not Disposition.UNRESOLVED


@pytest.mark.parametrize(
    ("medication", "holds", "why"),
    [
        (made_of(SALINE, part("Sodium chloride 0.9%"), part("magnesium sulfate")),
         {"sodium chloride", "magnesium sulfate"}, "the label names the carrier alone"),
        (made_of(SALINE, part("magnesium sulfate")),
         {"sodium chloride", "magnesium sulfate"}, "the additive alone is listed"),
        (made_of(DEXTROSE, part("gentamicin")), {"glucose", "gentamicin"}, "a label by code"),
        (made_of(SALINE, part(code="1596450")), {"sodium chloride", "gentamicin"},
         "an ingredient by its code alone"),
        (made_of(LOCAL, part("gentamicin")), {"gentamicin"}, "a local code without words"),
        (made_of({"text": "IV mixture 3"}, part("gentamicin")), {"gentamicin"},
         "a label that is not understood, ingredients that are"),
        (made_of(None, part("propranolol")), {"propranolol"}, "no label"),
        (made_of({"text": "Augmentin"}, part("amoxicillin"), part("clavulanate")),
         {"amoxicillin", "clavulanic acid"}, "the label names all that is in it"),
        (made_of({"text": "gentamicin"}, part("Gentamicinum sulfuricum")), {"gentamicin"},
         "one drug, one ingredient in another language"),
        (made_of({"text": "gentamicin"}, part("gentamicin"), part("xanthan", isActive=False)),
         {"gentamicin"}, "what has no effect of its own is not looked at"),
        (made_of(SALINE, {"itemReference": {"reference": "Medication/9", "display": "gentamicin"}}),
         {"sodium chloride", "gentamicin"}, "an ingredient that is not here, in words"),
        (made_of(SALINE, {"item": {"concept": {"text": "gentamicin"}}}),
         {"sodium chloride", "gentamicin"}, "as in R5"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_mixture_is_what_it_is_made_of(
    edition: Edition, medication: dict[str, Any], holds: set[str], why: str
) -> None:
    assert read(referring(medication), edition) == (holds, True), why


@pytest.mark.parametrize(
    ("medication", "recognised", "why"),
    [
        (made_of(SALINE, part("Sodium chloride"), part("frobnicol")), {"sodium chloride"},
         "an ingredient is none that is known"),
        (made_of(SALINE, part("magnesium sulfate"), part("frobnicol")),
         {"sodium chloride", "magnesium sulfate"}, "one is known, another is not"),
        (made_of({"text": "gentamicin"}, part("Sodium chloride"), part()),
         {"gentamicin", "sodium chloride"}, "an ingredient has no name"),
        (made_of(SALINE, part("Sodium chloride"), {"itemReference": {"reference": "Substance/9"}}),
         {"sodium chloride"}, "an ingredient is not here"),
        (made_of({"text": "gentamicin mixture 3"}, part("Sodium chloride")),
         {"gentamicin", "sodium chloride"}, "the label names more than the ingredients"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_a_mixture_of_which_something_is_not_read_is_not_understood(
    edition: Edition, medication: dict[str, Any], recognised: set[str], why: str
) -> None:
    assert read(referring(medication), edition) == (recognised, False), why


@pytest.mark.parametrize(
    "referring_part",
    [
        {"itemReference": {"reference": "#i"}},
        {"item": {"reference": {"reference": "#i"}}},
        {"item": {"reference": "#i"}},
    ],
    ids=["R4", "R5", "DSTU2"],
)
def test_an_ingredient_is_read_where_it_is_referred_to(
    edition: Edition, referring_part: dict[str, Any]
) -> None:
    gentamicin = {"resourceType": "Medication", "id": "i", "code": {"text": "gentamicin"}}
    resource = referring(made_of(SALINE, referring_part), gentamicin)
    assert read(resource, edition) == ({"sodium chloride", "gentamicin"}, True)


def test_a_label_in_the_order_does_not_hide_what_it_refers_to(edition: Edition) -> None:
    medication = {"concept": SALINE, "reference": {"reference": "#md"}}
    resource = referring(made_of(None, part("gentamicin")), medication=medication)
    assert read(resource, edition) == ({"sodium chloride", "gentamicin"}, True)


@pytest.mark.parametrize("junk", [None, 7, "x", [], {}, [None], {"item": 7}, [{"item": [{}]}]])
def test_no_shape_of_ingredients_makes_reading_fail(edition: Edition, junk: object) -> None:
    medication = {"resourceType": "Medication", "id": "md", "code": SALINE, "ingredient": junk}
    assert read(referring(medication), edition)[0] <= {"sodium chloride"}


def test_magnesium_in_a_bag_is_warned_of_with_lems_alone(service: Running) -> None:
    bag = made_of(SALINE, part("Sodium chloride 0.9%"), part("magnesium sulfate"))
    call = sign(order("", medicationReference={"reference": "#md"}, contained=[bag],
                      medicationCodeableConcept={}, dosageInstruction=INTRAVENOUS))  # fmt: skip
    cards = checked(send(service.http_at, ORDER_SIGN, call).content)
    assert any("magnesium sulfate" in card.summary for card in cards)
    call["prefetch"]["conditions"] = searchset()
    assert checked(send(service.http_at, ORDER_SIGN, call).content) == []
