"""Where the drugs are sold: by it brands are read, and by nothing else."""

import datetime

import pytest

from lems_guard.answering.answer import Answerer
from lems_guard.clinical.errors import InvalidRequest
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.editions.library import Edition
from lems_guard.screening.screen import RuleScreener
from lems_guard.v1 import prescription_pb2 as wire
from lems_guard.v1 import screening_pb2 as told
from lems_guard.v1 import terms_pb2 as terms

# In the US methenamine hippurate, in Australia furosemide.
BRAND = "Urex 40 mg po daily"


def answer(
    edition: Edition,
    country: str,
    default: str = "",
    jurisdiction: terms.Jurisdiction = terms.JURISDICTION_UNSPECIFIED,
) -> told.CheckPrescriptionResponse:
    answerer = Answerer(
        edition.knowledge,
        edition,
        RuleScreener(),
        jurisdiction=Jurisdiction.US,
        country=default,
        today=lambda: datetime.date(2026, 11, 30),
    )
    request = wire.CheckPrescriptionRequest(
        proposed=[wire.Medication(id="1", text=BRAND)],
        country=country,
        jurisdiction=jurisdiction,
    )
    reply = answerer.answer(request.SerializeToString()).reply
    return told.CheckPrescriptionResponse.FromString(reply)


def drugs(response: told.CheckPrescriptionResponse) -> set[str]:
    [result] = response.medications
    return {each.name for each in result.ingredients}


@pytest.mark.parametrize(
    ("country", "default", "expected"),
    [
        ("AU", "", {"furosemide"}),
        ("au", "US", {"furosemide"}),
        ("US", "AU", {"methenamine hippurate"}),
        ("", "AU", {"furosemide"}),
        ("", "", {"furosemide", "methenamine hippurate"}),
    ],
    ids=["said", "said in small letters", "said, not the setting's", "the setting's", "not said"],
)
def test_a_brand_is_read_by_the_country(
    edition: Edition, country: str, default: str, expected: set[str]
) -> None:
    assert drugs(answer(edition, country, default)) == expected


def test_a_brand_of_two_drugs_is_ambiguous_where_no_country_is_said(edition: Edition) -> None:
    response = answer(edition, "")
    assert response.medications[0].disposition == terms.DISPOSITION_AMBIGUOUS
    assert response.completeness == terms.COMPLETENESS_INCOMPLETE


def test_the_label_jurisdiction_reads_no_brand(edition: Edition) -> None:
    for jurisdiction in (terms.JURISDICTION_US, terms.JURISDICTION_EU, terms.JURISDICTION_CH):
        assert drugs(answer(edition, "AU", jurisdiction=jurisdiction)) == {"furosemide"}


def test_the_decision_names_the_country(edition: Edition) -> None:
    assert answer(edition, "AU").decision_id != answer(edition, "US").decision_id
    assert answer(edition, "AU").decision_id == answer(edition, "au").decision_id
    assert answer(edition, "AU").decision_id == answer(edition, "", "AU").decision_id


@pytest.mark.parametrize("country", ["EU", "UK", "DEU", "1", "D ", "XX"])
def test_what_is_no_country_is_refused(edition: Edition, country: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        answer(edition, country)
    assert [each.field for each in refused.value.violations] == ["country"]
