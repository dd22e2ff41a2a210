"""Doors of an order: its words and its codes."""

from fuzz.calls import edition
from fuzz.door import Door, Doors, kept, must
from lems_guard.answering.bounds import LONGEST_WORDS
from lems_guard.clinical.medication import CodeSystem, Coding, Disposition, Medication
from lems_guard.clinical.medication import MedicationList as Lists

SYSTEMS = (*CodeSystem, None)
DRUGS = (b"gentamicin", b"metoprolol", b"amifampridin", b"3,4-diaminopyridine", b"Ca gluconat")


def text_of(data: bytes) -> str:
    """Any bytes as words."""
    return data.decode("utf-8", "replace")


def words(data: bytes) -> None:
    """The words of an order: each character stands in one phrase, and each has its fate."""
    order = Medication("p1", Lists.PROPOSED, text_of(data))
    understood = edition().explain(order)
    phrases = edition().phrases(order)
    ends = [0, *(phrase.end for phrase in phrases)]
    must(ends == sorted(ends), "phrases run into each other")
    must([phrase.start for phrase in phrases] == ends[:-1], "a character stands in no phrase")
    must("".join(each.words for each in phrases) == order.text[: ends[-1]], "words were changed")
    if understood.disposition is Disposition.EVALUATED:
        must(len(understood.readings) == 1, "called sure, and read in several ways")
    must(edition().understand(order).readings == understood.readings, "explained otherwise")


def codes(data: bytes) -> None:
    """One to three codings beside some words, parted by lines."""
    lines = data.split(b"\n")
    codings = tuple(
        Coding(
            SYSTEMS[line[0] % len(SYSTEMS)],
            text_of(line[1:40]),
            text_of(line[40 : 40 + LONGEST_WORDS]),
        )
        for line in lines[:3]
        if line
    )
    order = Medication("p1", Lists.PROPOSED, text_of(b"\n".join(lines[3:])), codings)
    understood = edition().explain(order)
    if understood.disposition is Disposition.EVALUATED:
        must(understood.readings, "called sure, and nothing was read")


SIGS = (
    "metoprolol succ ER 50 mg tab po bid x 30 days for HTN",
    "gentamicin 80 mg/2 mL i.v. q8h; then tobramycin 0,3 % gtt OU tid",
    "Firdapse 10mg: 2 tabs qid, max 80 mg/d, titrate by 5 mg every 3-4 days",
    "no known medications",
    "prednisone 60 mg → 40 mg → 20 mg taper, hold if SBP < 90 (allergy: penicillin)",
)
ORDERS: Doors = {
    "text": lambda: Door(
        words,
        (*(sig.encode() for sig in SIGS), *kept("text")),
        lambda size: b"metoprolol 50 mg po bid and " * size,
        (*DRUGS, b" and ", b" or ", b"no ", b" mg", "µg".encode(), "½".encode(), b"/", b"("),
    ),
    "codes": lambda: Door(
        codes,
        (b"\0" + b"6918", b"\1" + b"00781-1234-01\n\2C07AB02", b"\3372826007\n\4GEB06NHM23"),
        lambda size: b"\n\n\n" + b"\0006918" * size,
        (b"2551", b"2106338", b"*", b"-", b"%", b"C07"),
    ),
}
