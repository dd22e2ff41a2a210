"""What an order is for: recognised in plain words, and left open in doubt."""

from pathlib import Path

import pytest

from lems_guard.clinical.indication import Use
from lems_guard.clinical.medication import CodeSystem, Coding, Disposition, Indication, Understood
from lems_guard.terminology.indications import LONGEST, use_of, with_use
from lems_guard.terminology.tables import read_vocabulary
from lems_guard.terminology.words import words_of

TABLE = read_vocabulary(Path(__file__).parents[2] / "rules" / "vocabulary").indications


@pytest.mark.parametrize(
    ("text", "use", "reason"),
    [
        ("eclampsia", Use.ECLAMPSIA, "one word"),
        ("Status epilepticus, refractory", Use.STATUS_EPILEPTICUS, "among others"),
        ("Torsades de Pointes", Use.TORSADES, "in any case"),
        ("small-cell lung cancer, extensive stage", Use.SMALL_CELL_LUNG_CANCER, "hyphen"),
        ("non-small cell lung cancer", Use.OTHER, "the longest phrase counts"),
        ("pre-eclampsia", Use.OTHER, "not yet eclampsia"),
        ("constipation", Use.CONSTIPATION, "an everyday use, which another drug may serve"),
        ("Essential (primary) hypertension", Use.HYPERTENSION, "as ICD-10 displays it"),
        ("pulmonary hypertension", Use.OTHER, "another disease than hypertension"),
        ("A-fib, rate control", Use.RATE_CONTROL, "as a ward writes it"),
        ("Fibrilación auricular", Use.RATE_CONTROL, "in Spanish"),
        ("Arterielle Hypertonie", Use.HYPERTENSION, "in German"),
        ("migraine prophylaxis", Use.MIGRAINE, "prevention is what it is given for"),
        ("hypertension and atrial fibrillation", None, "two at once"),
        ("Epilepsy, well controlled", Use.SEIZURES, "an antiseizure drug's own use"),
        ("seizure disorder", Use.SEIZURES, "in other words"),
        ("seizure prophylaxis", None, "feared, perhaps never one"),
        ("migraine and epilepsy", None, "two at once"),
        ("no eclampsia", None, "denied"),
        ("history of status epilepticus", None, "past"),
        ("eclampsia prophylaxis", None, "feared"),
        ("eclampsia with torsades", None, "two at once: a person must say"),
        ("infusion as discussed", None, "not recognised"),
        ("", None, "nothing sent"),
    ],
)
def test_the_use_of_an_order(text: str, use: Use | None, reason: str) -> None:
    assert use_of(Indication(text=text), TABLE) is use, reason


def test_the_display_of_a_code_is_read_and_the_code_is_not() -> None:
    coded = Coding(CodeSystem.ICD10, "O15", "Eclampsia")
    assert use_of(Indication((coded,)), TABLE) is Use.ECLAMPSIA
    assert use_of(Indication((coded._replace(display=""),)), TABLE) is None


def test_an_order_without_indication_stays_as_it_is() -> None:
    understood = Understood(Disposition.EVALUATED)
    assert with_use(understood, None, TABLE) is understood
    assert with_use(understood, Indication(text="?"), TABLE) is understood
    told = with_use(understood, Indication(text="eclampsia"), TABLE)
    assert told.use is Use.ECLAMPSIA


def test_no_phrase_is_longer_than_what_is_looked_for() -> None:
    assert max(len(words_of(phrase)) for phrase in TABLE) <= LONGEST
    assert all(phrase == " ".join(words_of(phrase)) for phrase in TABLE)
