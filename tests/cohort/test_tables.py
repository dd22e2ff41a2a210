"""Pharmacy extracts: each row is read as an order, by a mapping that says what the columns are."""

from pathlib import Path

import pytest

from cohort.runs import Batch, answers, batch, drugs, rejects
from lems_guard.cli.main import run

__all__ = ["batch"]
MAPPING = """\
patient: MEMBER_ID
drug: DRUG_NAME
code: NDC
code_system: NDC
sig: DIRECTIONS
start: FILL_DATE
end: STOP_DATE
"""
HEADING = "MEMBER_ID,DRUG_NAME,NDC,DIRECTIONS,FILL_DATE,STOP_DATE"
FIRDAPSE = "m1,Firdapse 10 mg tablet,,2 tablets 4 times daily,2026-11-01,"
METOPROLOL = "m1,metoprolol 50 mg tablet,,1 tablet bid,2026-11-01,"


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    path = tmp_path / "columns.yaml"
    path.write_text(MAPPING)
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.ndjson"


def table(tmp_path: Path, *rows: str, heading: str = HEADING, name: str = "in.csv") -> Path:
    path = tmp_path / name
    path.write_text("\n".join([heading, *rows]) + "\n", "utf-8")
    return path


def test_rows_of_a_patient_belong_together(
    batch: Batch, tmp_path: Path, mapping: Path, out: Path
) -> None:
    other = "m2,metoprolol 50 mg tablet,,1 bid,2026-11-01,"
    source = table(tmp_path, METOPROLOL, other, FIRDAPSE)
    assert batch(source, out, "--columns", mapping)[0] == 0
    found = answers(out)
    assert list(found) == ["m1"], "m2 takes no amifampridine"
    assert "metoprolol" in drugs(found["m1"])
    firdapse = found["m1"]["response"]["medications"]
    amounts = [one.get("dailyAmount") for each in firdapse for one in each["orders"]]
    assert {"value": 80.0, "unit": "mg"} in amounts


def test_everybody_listed_has_lems_where_the_mapping_says_so(
    batch: Batch, tmp_path: Path, mapping: Path, out: Path
) -> None:
    mapping.write_text(f"{MAPPING}lems: listed\n")
    batch(table(tmp_path, METOPROLOL), out, "--columns", mapping)
    assert drugs(answers(out)["m1"]) == ["metoprolol"]


def test_what_ended_is_stopped(batch: Batch, tmp_path: Path, mapping: Path, out: Path) -> None:
    gone = "m1,ciprofloxacin 500 mg,,1 bid,2026-11-01,2026-11-20"
    batch(table(tmp_path, FIRDAPSE, gone), out, "--columns", mapping)
    lists = {each["list"] for each in answers(out)["m1"]["response"]["medications"]}
    assert lists == {"MEDICATION_LIST_ACTIVE", "MEDICATION_LIST_STOPPED"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",metoprolol,,,,", "MEMBER_ID: empty, so nobody knows whose order it is"),
        ("m1,,,,,", "DRUG_NAME: empty, so nobody knows which drug it is"),
        ("m1,metoprolol,,,01/11/2026,", "FILL_DATE: no date written as %Y-%m-%d"),
        ("m1,metoprolol,,", "more or fewer cells than there are columns"),
        ("m1,metoprolol,,,,,,", "more or fewer cells than there are columns"),
    ],
)
def test_a_bad_row_is_rejected_with_its_line(
    batch: Batch, tmp_path: Path, mapping: Path, out: Path, row: str, reason: str
) -> None:
    batch(table(tmp_path, FIRDAPSE, row, METOPROLOL), out, "--columns", mapping)
    assert rejects(out) == [("in.csv", "3", reason)] or reason in rejects(out)[0][2]
    assert "metoprolol" in drugs(answers(out)["m1"])


@pytest.mark.parametrize(
    ("mapping_text", "words"),
    [
        ("patient: A\n", "needs 'drug'"),
        (f"{MAPPING}sigg: X\n", "did you mean 'sig'"),
        ("patient: MEMBER_ID\ndrug: DRUG_NAME\ncode: NDC\n", "needs 'code_system'"),
        ("patient: MEMBER_ID\ndrug: NAME\n", "no column NAME"),
        ("patient: MEMBER_ID\ndrug: DRUG_NAME\ndate_format: '%d.%m'\n", "needs %Y, %m and %d"),
        ("patient: [A]\ndrug: B\n", "columns.yaml:1:"),
    ],
)
def test_a_wrong_mapping_is_refused_with_its_place(
    batch: Batch, tmp_path: Path, mapping: Path, out: Path, mapping_text: str, words: str
) -> None:
    mapping.write_text(mapping_text)
    code, said = batch(table(tmp_path, FIRDAPSE), out, "--columns", mapping)
    assert (code, words in said) == (2, True), said


@pytest.mark.parametrize(
    ("delimiter", "name"), [("\t", "in.tsv"), (";", "in.csv"), ("|", "in.txt")]
)
def test_any_delimiter_is_found(
    batch: Batch, tmp_path: Path, mapping: Path, out: Path, delimiter: str, name: str
) -> None:
    rows = [each.replace(",", delimiter) for each in (FIRDAPSE, METOPROLOL)]
    source = table(tmp_path, *rows, heading=HEADING.replace(",", delimiter), name=name)
    batch(source, out, "--columns", mapping)
    assert "metoprolol" in drugs(answers(out)["m1"])


def test_a_table_without_a_mapping_is_told_how_to_get_one(
    batch: Batch, tmp_path: Path, out: Path
) -> None:
    code, said = batch(table(tmp_path, FIRDAPSE), out)
    assert (code, "cohort columns" in said) == (2, True)


def test_a_mapping_is_proposed(
    batch: Batch, tmp_path: Path, out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = table(tmp_path, FIRDAPSE, METOPROLOL)
    assert run(["cohort", "columns", str(source)]) == 0
    proposed = capsys.readouterr().out
    for line in MAPPING.splitlines():
        assert line in proposed
    mapping = tmp_path / "proposed.yaml"
    mapping.write_text(proposed)
    batch(source, out, "--columns", mapping)
    assert "metoprolol" in drugs(answers(out)["m1"])


def test_what_is_no_table_has_no_columns(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    requests = tmp_path / "in.ndjson"
    requests.write_text('{"proposed": []}\n')
    assert run(["cohort", "columns", str(requests)]) == 2
    assert "is no table" in capsys.readouterr().err


def test_a_damaged_row_takes_no_other_with_it(
    batch: Batch, tmp_path: Path, mapping: Path, out: Path
) -> None:
    damaged = 'm9,"1 tablet "as needed" daily",,,,'
    batch(table(tmp_path, damaged, FIRDAPSE, METOPROLOL), out, "--columns", mapping)
    assert "metoprolol" in drugs(answers(out)["m1"])
    [(file, _, reason)] = rejects(out)
    assert file == "in.csv"
    assert "damaged" in reason


def test_a_prescription_that_is_filled_again_is_two_rows(
    batch: Batch, tmp_path: Path, mapping: Path, out: Path
) -> None:
    mapping.write_text(f"{MAPPING}order: RX\n")
    rows = (f"{FIRDAPSE},77", f"{METOPROLOL},78", f"{METOPROLOL.replace('50', '25')},78")
    batch(table(tmp_path, *rows, heading=f"{HEADING},RX"), out, "--columns", mapping)
    found = answers(out)["m1"]["response"]["medications"]
    ids = [each["id"].removeprefix("MedicationStatement/") for each in found]
    assert ids == ["77.2", "78.3", "78.4"]
