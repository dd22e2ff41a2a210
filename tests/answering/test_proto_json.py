"""A prescription as JSON: every fault is told with its place, and no value is repeated."""

import pytest

from lems_guard.answering.bounds import MORE_FAULTS, MOST_FAULTS
from lems_guard.answering.proto_json import read_request
from lems_guard.clinical.errors import InvalidRequest

BRACES = "expected an object in braces"


@pytest.mark.parametrize(
    ("content", "faults"),
    [
        ("", [("", "no JSON: line 1, column 1: Expecting value")]),
        ('{"proposed": [\n{]}', [("", "no JSON: line 2, column 2")]),
        ("[" * 100_000, [("", "nested too deeply")]),
        ("[]", [("", BRACES)]),
        ("null", [("", BRACES)]),
        ('{"asOf": "x", "asOf": "y"}', [("", "twice in one object 'asOf'")]),
        ('{"asOf": "x", "as_of": "y"}', [("as_of", "given twice: as asOf and as as_of")]),
        ('{"propsed": []}', [("", "has no field 'propsed' (did you mean proposed?)")]),
        ('{"patient": {"name": "x"}}', [("patient", "field not known here (known: ageYears,")]),
        ('{"Jane Doe, 61": 1}', [("", "field not known here (known: active,")]),
        ('{"patient": []}', [("patient", BRACES)]),
        ('{"proposed": {}}', [("proposed", "expected a list in brackets")]),
        ('{"proposed": [null]}', [("proposed[0]", BRACES)]),
        ('{"active": [{"dose": ""}]}', [("active[0].dose", BRACES)]),
        ('{"active": [{"text": 5}]}', [("active[0].text", "expected text in quotes")]),
        ('{"active": [{"text": "\\ud800"}]}', [("active[0].text", "expected text in quotes")]),
        (
            '{"patient": {"seizureHistory": false, "ageYears": true, "weightKg": true}}',
            [
                ("patient.seizure_history", "expected one of ANSWER_YES, ANSWER_NO"),
                ("patient.age_years", "expected a whole number"),
                ("patient.weight_kg", "expected a number"),
            ],
        ),
        (
            '{"patient": {"ageYears": 6.5, "weightKg": "much", "epilepsy": "YES"}}',
            [
                ("patient.age_years", "expected a whole number"),
                ("patient.weight_kg", "expected a number"),
                ("patient.epilepsy", "expected one of ANSWER_YES, ANSWER_NO"),
            ],
        ),
    ],
)
def test_every_fault_is_named_with_its_place(content: str, faults: list[tuple[str, str]]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_request(content.encode())
    told = refused.value.violations
    assert [each.field for each in told] == [field for field, _ in faults]
    for each, (_, words) in zip(told, faults, strict=True):
        assert words in each.description


def test_no_value_is_repeated() -> None:
    person = "JaneDoe"
    content = f'{{"patient": {{"ageYears": "{person}"}}, "{person}": 1, "asOf": ["{person}"]}}'
    for each in (content, f'{{"{person}": 1, "{person}": 2}}'):
        with pytest.raises(InvalidRequest) as refused:
            read_request(each.encode())
        assert person not in str(refused.value.violations)


def test_of_very_many_faults_the_first_are_told() -> None:
    content = ",".join(f'"x{number}": 1' for number in range(10_000))
    with pytest.raises(InvalidRequest) as refused:
        read_request(f"{{{content}}}".encode())
    assert len(refused.value.violations) == MOST_FAULTS + 1
    assert refused.value.violations[-1] == MORE_FAULTS


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="no UTF-8 text: byte 3"):
        read_request(b'{"\xff')


def test_both_spellings_null_and_a_byte_order_mark_are_read() -> None:
    content = '\ufeff{"as_of": "2026-11-21", "patient": {"ageYears": null, "weight_kg": 70}}'
    request = read_request(content.encode())
    assert request.as_of == "2026-11-21"
    assert request.patient.weight_kg == 70
    assert not request.patient.HasField("age_years")


@pytest.mark.parametrize(
    ("content", "field", "why"),
    [
        ('{"jurisdiction": 1.9}', "jurisdiction", "protobuf would cut it to 1, which is US"),
        ('{"jurisdiction": 1e400}', "jurisdiction", "no number at all"),
        ('{"jurisdiction": "\\ud800"}', "jurisdiction", "half a character"),
        (f'{{"patient": {{"weightKg": {"9" * 400}}}}}', "patient.weight_kg", "too large to hold"),
        (f'{{"patient": {{"ageYears": {"9" * 400}}}}}', "patient.age_years", "too large to hold"),
        (f'{{"patient": {{"ageYears": {"9" * 5000}}}}}', "", "more digits than are read"),
        ("[" * 100_000, "", "nested without end"),
        ('{"patient": ' * 100_000, "", "nested without end"),
        (f'{{"proposed": [{"{}," * 300_000}{{}}]}}', "", "more objects than any request has"),
    ],
)
def test_a_number_or_a_depth_that_none_has_is_the_callers_fault(
    content: str, field: str, why: str
) -> None:
    with pytest.raises(InvalidRequest) as refused:
        read_request(content.encode())
    assert refused.value.violations[0].field == field, why
