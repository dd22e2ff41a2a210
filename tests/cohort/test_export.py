"""FHIR Bulk exports: who has LEMS is found, whatever the files hold and in whichever order."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest

from cohort.networks import Shape, write_network
from cohort.runs import Batch, answers, batch, drugs, rejects

Resource = dict[str, Any]

__all__ = ["batch"]
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
WHO = {"reference": "Patient/1"}
PATIENT: Resource = {"resourceType": "Patient", "id": "1", "birthDate": "1961-07-23"}
LEMS: Resource = {
    "resourceType": "Condition",
    "id": "c1",
    "subject": WHO,
    "code": {"coding": [{"system": ICD10CM, "code": "G70.80"}]},
}


def order(drug: str, own_id: str = "m1", **members: object) -> Resource:
    return {
        "resourceType": "MedicationRequest",
        "id": own_id,
        "status": "active",
        "subject": WHO,
        "medicationCodeableConcept": {"text": drug},
        **members,
    }


METOPROLOL = order("metoprolol 50 mg po bid")
FIRDAPSE = order("Firdapse 10 mg tablet", "m2")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "export"
    path.mkdir()
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.ndjson"


def put(folder: Path, *resources: Resource, name: str = "all.ndjson") -> None:
    content = "".join(json.dumps(each) + "\n" for each in resources)
    (folder / name).write_text(content, "utf-8")


def test_who_is_diagnosed_is_checked(batch: Batch, folder: Path, out: Path) -> None:
    put(folder, PATIENT, LEMS, METOPROLOL)
    assert batch(folder, out)[0] == 0
    assert drugs(answers(out)["1"]) == ["metoprolol"]


def test_who_takes_amifampridine_is_checked_and_told_why(
    batch: Batch, folder: Path, out: Path
) -> None:
    put(folder, PATIENT, METOPROLOL, FIRDAPSE)
    batch(folder, out)
    answer = answers(out)["1"]
    assert "metoprolol" in drugs(answer)
    assert any("inferred from amifampridine" in each for each in answer["response"]["notes"])


def test_who_has_no_lems_is_not_concerned(batch: Batch, folder: Path, out: Path) -> None:
    put(folder, PATIENT, METOPROLOL)
    code, said = batch(folder, out)
    assert (code, out.read_bytes(), "0 checked" in said) == (0, b"", True)


def test_a_medication_is_found_wherever_it_lies(batch: Batch, folder: Path, out: Path) -> None:
    medication = {"resourceType": "Medication", "id": "f", "code": {"text": "Firdapse 10 mg"}}
    by_reference = order("", "m2", medicationReference={"reference": "Medication/f"})
    del by_reference["medicationCodeableConcept"]
    put(folder, by_reference, METOPROLOL, name="a.ndjson")
    put(folder, PATIENT, medication, name="z.ndjson")
    batch(folder, out)
    answer = answers(out)["1"]
    taken = answer["response"]["medications"]
    assert "amifampridine" in [one["name"] for each in taken for one in each["ingredients"]]
    assert "metoprolol" in drugs(answer)


@pytest.mark.parametrize(
    ("reference", "why"),
    [
        ("Patient/1", "as exports write it"),
        ("https://ehr.example/fhir/Patient/1", "an absolute one"),
        ("Patient/1/_history/7", "one of a version"),
        ("urn:uuid:1", "as Synthea writes Bundles"),
    ],
)
def test_a_patient_is_known_by_any_reference(
    batch: Batch, folder: Path, out: Path, reference: str, why: str
) -> None:
    put(folder, PATIENT, LEMS | {"subject": {"reference": reference}}, METOPROLOL)
    batch(folder, out)
    assert "1" in answers(out), why


def test_the_order_of_lines_and_files_changes_nothing(batch: Batch, tmp_path: Path) -> None:
    network = tmp_path / "network"
    write_network(network, Shape(60, lems=1.0, seed=5))
    lines = [line for file in network.iterdir() for line in file.read_bytes().splitlines()]
    random.Random(5).shuffle(lines)  # noqa: S311  # the same every time
    shuffled = tmp_path / "shuffled"
    (shuffled / "deep").mkdir(parents=True)
    (shuffled / "one.ndjson").write_bytes(b"\n".join(lines[:200]))
    (shuffled / "deep" / "two.ndjson.gz").write_bytes(gzip.compress(b"\n\n".join(lines[200:])))
    for name in ("network", "shuffled"):
        batch(tmp_path / name, tmp_path / f"{name}.out")
    assert (tmp_path / "network.out").read_bytes() == (tmp_path / "shuffled.out").read_bytes()
    assert len(answers(tmp_path / "network.out")) > 40


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("nonsense", "no resource: "),
        ('{"resourceType": "Patient", "id": "1"', "no resource: "),
        ("[1]", "a JSON array"),
        ('{"id": "1"}', "it has no resourceType"),
        ('{"resourceType": ["Patient"]}', "no resource: "),
        (json.dumps(LEMS | {"subject": None}), "does not say which patient's"),
    ],
)
def test_a_bad_line_is_rejected_and_the_rest_is_read(
    batch: Batch, folder: Path, out: Path, line: str, reason: str
) -> None:
    put(folder, PATIENT, LEMS, METOPROLOL)
    (folder / "bad.ndjson").write_text(f"\n{line}\n")
    assert batch(folder, out)[0] == 0
    assert "1" in answers(out)
    [(file, number, why)] = rejects(out)
    assert (file, number) == ("bad.ndjson", "2")
    assert reason in why


def test_a_file_that_is_cut_off_is_rejected_from_there(
    batch: Batch, folder: Path, out: Path
) -> None:
    put(folder, PATIENT, LEMS, METOPROLOL)
    others = (order("x", f"x{n}", subject={"reference": f"Patient/{n}"}) for n in range(2, 2000))
    lines = "".join(json.dumps(each) + "\n" for each in others)
    (folder / "cut.ndjson.gz").write_bytes(gzip.compress(lines.encode())[:-2000])
    assert batch(folder, out)[0] == 0
    assert any("cut off or damaged" in why for _, _, why in rejects(out))
    assert "metoprolol" in drugs(answers(out)["1"])


@pytest.mark.parametrize(
    ("persons", "reason"),
    [
        ([], "no such Patient"),
        ([PATIENT, PATIENT | {"birthDate": "1999"}], "twice, with other content"),
    ],
)
def test_who_cannot_be_told_is_a_reject(
    batch: Batch, folder: Path, out: Path, persons: list[Resource], reason: str
) -> None:
    put(folder, *persons, LEMS, METOPROLOL)
    assert batch(folder, out)[0] == 2, "the only patient was not checked"
    [(file, line, why)] = rejects(out)
    assert (file, line) == ("Patient/1", "0")
    assert reason in why
    assert reason in answers(out)["1"]["error"]["message"]


def test_the_same_line_twice_is_one(batch: Batch, folder: Path, out: Path) -> None:
    put(folder, PATIENT, LEMS, METOPROLOL, PATIENT, LEMS, METOPROLOL)
    batch(folder, out)
    assert len(answers(out)["1"]["response"]["medications"]) == 1


def test_what_is_over_is_stopped_and_what_was_withdrawn_is_nothing(
    batch: Batch, folder: Path, out: Path
) -> None:
    statement = order("Firdapse 10 mg", "s1", status="completed")
    statement |= {"resourceType": "MedicationStatement", "effectivePeriod": {"end": "2026-11-20"}}
    withdrawn = order("gentamicin iv", "m3", status="entered-in-error")
    put(folder, PATIENT, LEMS, METOPROLOL, statement, withdrawn)
    batch(folder, out)
    found = answers(out)["1"]["response"]["medications"]
    lists = {each["id"]: each["list"] for each in found}
    assert lists == {
        "MedicationRequest/m1": "MEDICATION_LIST_ACTIVE",
        "MedicationStatement/s1": "MEDICATION_LIST_STOPPED",
    }


def test_a_diagnosis_without_any_drug_is_answered(batch: Batch, folder: Path, out: Path) -> None:
    put(folder, PATIENT, LEMS)
    batch(folder, out)
    assert answers(out)["1"]["response"] == {"completeness": "COMPLETENESS_COMPLETE"}


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("all.ndjson", "nonsense\n", "nothing of the input could be read"),
        ("all.ndjson", "", "it is empty"),
        ("all.json", "{}", "holds no file named"),
    ],
)
def test_a_folder_of_nothing_is_refused(
    batch: Batch, folder: Path, out: Path, name: str, content: str, words: str
) -> None:
    (folder / name).write_text(content)
    code, said = batch(folder, out)
    assert (code, words in said) == (2, True), said
    assert not out.exists(), "whoever looks for answers finds none"


def test_patients_on_record_are_counted_once(batch: Batch, folder: Path, out: Path) -> None:
    others = [{"resourceType": "Patient", "id": f"{number}"} for number in range(1, 40)]
    put(folder, PATIENT, PATIENT, LEMS, METOPROLOL, *others[1:])
    assert "39 patients on record, 1 checked\n" in batch(folder, out)[1]


def test_a_progress_is_told_also_while_nobody_is_found(
    batch: Batch, folder: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of millions of patients few have LEMS: reading them is nearly all of the time."""
    monkeypatch.setattr("lems_guard.cohort.gathering.BATCH", 2)
    monkeypatch.setattr("lems_guard.cli.batch_progress.LINE_SECONDS", 0.0)
    put(folder, PATIENT, LEMS, METOPROLOL, FIRDAPSE)
    said = batch(folder, out)[1].splitlines()
    told = [each for each in said if each.startswith("0 lists")]
    assert len(told) == 4, "two pieces, read twice"
    assert told[1].startswith("0 lists (50%)")


def test_nothing_of_a_patient_is_left_behind(
    batch: Batch, folder: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = tmp_path / "private"
    private.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(private))
    put(folder, PATIENT, LEMS, METOPROLOL)
    batch(folder, out)
    assert list(private.iterdir()) == []


@pytest.mark.parametrize("name", ["MedicationStatement.json", "more.ndjson.zip", "notes.txt"])
def test_a_file_that_is_not_read_is_told(batch: Batch, folder: Path, out: Path, name: str) -> None:
    put(folder, PATIENT, LEMS, METOPROLOL)
    (folder / name).write_text(json.dumps(FIRDAPSE))
    (folder / "manifest.json").write_text("{}")
    batch(folder, out)
    assert [(file, "not named" in why) for file, _, why in rejects(out)] == [(name, True)]


def test_endings_in_capitals_are_read(batch: Batch, folder: Path, out: Path) -> None:
    put(folder, PATIENT, LEMS, METOPROLOL, name="ALL.NDJSON")
    batch(folder, out)
    assert drugs(answers(out)["1"]) == ["metoprolol"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (json.dumps({"resourceType": "Bundle", "entry": []}), "write one resource a line"),
        ("[" * 100_000, "no resource"),
        ('{"a":' * 100_000, "no resource"),
    ],
)
def test_no_line_ends_the_run(
    batch: Batch, folder: Path, out: Path, line: str, reason: str
) -> None:
    put(folder, PATIENT, LEMS, METOPROLOL)
    (folder / "bad.ndjson").write_text(f"{line}\n")
    assert batch(folder, out)[0] == 0
    [(_, _, why)] = rejects(out)
    assert reason in why or "a JSON array" in why
    assert "1" in answers(out)


def test_who_is_known_by_an_order_that_is_too_long_is_not_passed_over(
    batch: Batch, folder: Path, out: Path
) -> None:
    codes = [{"system": "http://snomed.info/sct", "code": str(n)} for n in range(200)]
    concept = {"text": "Firdapse 10 mg tablet", "coding": codes}
    put(folder, PATIENT, order("ciprofloxacin", "m2"), order("", medicationCodeableConcept=concept))
    batch(folder, out)
    response = answers(out)["1"]["response"]
    assert response["completeness"] == "COMPLETENESS_INCOMPLETE"
    assert any("more words or codes" in each for each in response["notes"])
    assert [each["drug"] for each in response["alerts"]] == ["ciprofloxacin"], "LEMS is possible"


def test_a_medication_is_found_by_its_urn(batch: Batch, folder: Path, out: Path) -> None:
    medication = {"resourceType": "Medication", "id": "f", "code": {"text": "Firdapse 10 mg"}}
    by_reference = order("", "m2", medicationReference={"reference": "urn:uuid:f"})
    del by_reference["medicationCodeableConcept"]
    put(folder, PATIENT, medication, by_reference, METOPROLOL)
    batch(folder, out)
    taken = answers(out)["1"]["response"]["medications"]
    assert "amifampridine" in [one["name"] for each in taken for one in each["ingredients"]]


def test_a_refused_run_leaves_the_rejects_of_the_last(
    batch: Batch, folder: Path, out: Path
) -> None:
    put(folder, PATIENT, LEMS, METOPROLOL)
    (folder / "bad.ndjson").write_text("nonsense\n")
    batch(folder, out)
    assert len(rejects(out)) == 1
    assert batch(folder, out)[0] == 2, "OUT is there already"
    assert len(rejects(out)) == 1
