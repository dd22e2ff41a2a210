"""Diagnoses that rules ask about in words, and in systems that the contract has not.

Problem lists hold older releases of the ICD, newer ones and registries of rare diseases beside the
ICD-10-CM and SNOMED CT that the vocabulary has; and many are not coded at all.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from lems_guard.fhir.shapes import Resource, codings_in, objs, text

# Facts of the patient by the names of their fields, and what is no field of its own.
EPILEPSY, SEIZURE, PREGNANT = "epilepsy", "seizure_history", "pregnant"
LONG_QT, ASTHMA = "congenital_long_qt", "uncontrolled_asthma"
FACTS = frozenset({EPILEPSY, SEIZURE, PREGNANT, LONG_QT, ASTHMA})
LEMS = "lems"
SMALL_CELL = "small cell lung cancer"

# Systems as they are written in the wild: http://hl7.org/fhir/sid/icd-9-cm, "ICD9CM", WHO's
# http://id.who.int/icd/release/11/mms, https://www.orpha.net/ORDOcodes; OIDs by HL7's registry.
ICD9 = re.compile(r"icd-?9(?!.*pro?c)|113883\.6\.(?:2|103)$", re.IGNORECASE)
ICD11 = re.compile(r"icd-?11|/icd/(?:release/11|entity)|113883\.6\.347$", re.IGNORECASE)
ORPHA = re.compile(r"orpha", re.IGNORECASE)


class ForeignCode(NamedTuple):
    """A code, or with `is_category` every code that begins with it, and what it diagnoses."""

    system: re.Pattern[str]
    code: str
    is_category: bool
    fact: str
    source: str


ICD9_EPILEPSY = "wmwtl.com, ICD-9 code for epilepsy"
FOREIGN_CODES = (
    ForeignCode(ICD9, "3583", True, LEMS, "aapc.com, ICD-9 October updates: new codes of 2012"),
    ForeignCode(ICD11, "8C62", True, LEMS, "rareportal.org.au, LEMS"),
    ForeignCode(ORPHA, "43393", False, LEMS, "rareportal.org.au, LEMS"),
    ForeignCode(ICD9, "345", True, EPILEPSY, ICD9_EPILEPSY),
)
PREFIXES = re.compile(r"^(?:orpha|icd-?(?:9|11)(?:-?cm)?)[:_ ]", re.IGNORECASE)

MENTIONS = {
    LEMS: re.compile(r"\blems\b|lambert.{0,20}?eaton|eaton.{0,20}?lambert", re.IGNORECASE),
    EPILEPSY: re.compile(r"\bepilep(?!togenic)\w*|\bépilep\w*|\bepilett\w*", re.IGNORECASE),
    SEIZURE: re.compile(
        r"\bseizures?\b|\bconvulsions?\b|\bkrampf(?:anfall|anfälle|anfällen)\b|\bconvulsiones\b",
        re.IGNORECASE,
    ),
    # A long QT that is not said to be inborn may be a drug's: that stays a question.
    LONG_QT: re.compile(
        r"\bcongenital\s+(?:long|prolonged)[\s-]+q-?t\b|\bromano.ward\b|\bjervell\b",
        re.IGNORECASE,
    ),
    ASTHMA: re.compile(
        r"\b(?:un|poorly[\s-]|not[\s-](?:well[\s-])?)controlled\s+(?:\w+\s+)?asthma\b"
        r"|\basthma\b[\s,:(-]*(?:(?:is|was)\s+)?"
        r"(?:un|poorly[\s-]|not[\s-](?:well[\s-])?)controlled\b",
        re.IGNORECASE,
    ),
    SMALL_CELL: re.compile(
        r"(?<!non)(?<!non[\s-])\bsmall[\s-]cell\s+(?:lung\s+(?:cancer|carcinoma)"
        r"|carcinoma\s+of\s+(?:the\s+)?lung)\b|\bsclc\b",
        re.IGNORECASE,
    ),
}
OF = r"(?:(?:evidence|signs?|diagnosis|history) of\s+)?"
DENIED_BEFORE = re.compile(
    rf"\b(?:no|not|without|excluded|ruled out|family history of)\b[\s:-]*{OF}\Z", re.IGNORECASE
)
DENIED_BEHIND = re.compile(
    r"(?:\s+(?:myasthenic|syndrome|disorder))*[\s:,(-]*(?:(?:was|is|has been)\s+)?"
    r"(?:excluded|ruled out)\b",
    re.IGNORECASE,
)
# Of epilepsy and seizures more is written that is none: fears, precautions, two denied at once. Of
# LEMS each such word is a reason to look.
NO_SEIZURE_BEFORE = re.compile(
    r"\b(?:no|not|non|anti|without|never|denies|negative for|screening for|risk (?:of|for)"
    rf"|(?:family history|fhx?) of)\b[\s:-]*(?:(?:any|known|past|prior)\s+)*{OF}"
    r"(?:(?:epilepsy|seizures?|convulsions?)\s*(?:/|and|or)\s*)?\Z",
    re.IGNORECASE,
)
NO_SEIZURE_BEHIND = re.compile(
    r"\s+(?:prophylaxis|precautions?|screening|risk|in (?:the )?(?:family|mother|father"
    r"|brother|sister|sibling)s?)\b",
    re.IGNORECASE,
)


def facts_coded(concept: Resource) -> frozenset[str]:
    """What the codes of a diagnosis tell that are of systems the contract has no number for."""
    return frozenset(
        row.fact
        for coding in codings_in(concept)
        for row in FOREIGN_CODES
        if row.system.search(text(coding.get("system")).rstrip("/"))
        and _means(row, text(coding.get("code")))
    )


def _means(row: ForeignCode, code: str) -> bool:
    """Whether a code is a row's; ICD codes are read with and without their dot."""
    sent = PREFIXES.sub("", code).replace(".", "").upper()
    return sent.startswith(row.code) if row.is_category else sent == row.code


def facts_in_words(concept: Resource) -> frozenset[str]:
    """What a diagnosis names in words, unless it is denied in the same breath.

    "Rule out" is a suspicion; what is a fear, a precaution or a relative's is no diagnosis.
    """
    return frozenset(
        fact
        for words in _words(concept)
        for fact, mention in MENTIONS.items()
        if any(_is_meant(fact, words, *found.span()) for found in mention.finditer(words))
    )


def _words(concept: Resource) -> Iterator[str]:
    yield text(concept.get("text"))
    yield from (text(coding.get("display")) for coding in objs(concept.get("coding")))


def _is_meant(fact: str, words: str, start: int, end: int) -> bool:
    if DENIED_BEFORE.search(words, 0, start) or DENIED_BEHIND.match(words, end):
        return False
    if fact == LEMS:
        return True
    return not (NO_SEIZURE_BEFORE.search(words, 0, start) or NO_SEIZURE_BEHIND.match(words, end))
