"""The codes that FHIR resources are read and written with, each with the source it was found in."""

import functools
from typing import NamedTuple

from lems_guard.v1 import terms_pb2 as terms

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED_CT = "http://snomed.info/sct"
ICD10CM = "http://hl7.org/fhir/sid/icd-10-cm"
LOINC = "http://loinc.org"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
OWN = "urn:lems-guard:"

# Systems by the way they are written in the wild; only the canonical ones above are ever sent.
# Sources: hl7.org/fhir/r4/namingsystem-terminologies.html; the OIDs from the same register; ATC
# and ICD-10-CM as commonly used; hl7.org/fhir/uv/ips for what a summary says is absent.
SYSTEMS: dict[str, terms.CodeSystem] = {
    "www.nlm.nih.gov/research/umls/rxnorm": terms.CODE_SYSTEM_RXNORM,
    "2.16.840.1.113883.6.88": terms.CODE_SYSTEM_RXNORM,
    "hl7.org/fhir/sid/ndc": terms.CODE_SYSTEM_NDC,
    "2.16.840.1.113883.6.69": terms.CODE_SYSTEM_NDC,
    "snomed.info/sct": terms.CODE_SYSTEM_SNOMED_CT,
    "2.16.840.1.113883.6.96": terms.CODE_SYSTEM_SNOMED_CT,
    "fdasis.nlm.nih.gov": terms.CODE_SYSTEM_UNII,
    "www.whocc.no/atc": terms.CODE_SYSTEM_ATC,
    "hl7.org/fhir/sid/icd-10-cm": terms.CODE_SYSTEM_ICD10CM,
    "2.16.840.1.113883.6.90": terms.CODE_SYSTEM_ICD10CM,
    "hl7.org/fhir/sid/icd-10": terms.CODE_SYSTEM_ICD10,
    "2.16.840.1.113883.6.3": terms.CODE_SYSTEM_ICD10,
    "hl7.org/fhir/sid/cvx": terms.CODE_SYSTEM_CVX,
    "2.16.840.1.113883.12.292": terms.CODE_SYSTEM_CVX,
    "hl7.org/fhir/uv/ips/codesystem/absent-unknown-uv-ips": terms.CODE_SYSTEM_ABSENT_UNKNOWN,
}


@functools.lru_cache(maxsize=256)
def code_system(system: str) -> terms.CodeSystem:
    """The code system of a URI, with or without www, TLS and a slash at its end, in any case."""
    plain = system.strip().lower().partition("://")[2] or system.strip().lower()
    plain = plain.rstrip("/").removeprefix("urn:oid:")
    found = SYSTEMS.get(plain) or SYSTEMS.get(f"www.{plain}")
    return found or SYSTEMS.get(plain.removeprefix("www."), terms.CODE_SYSTEM_UNSPECIFIED)


class Measurement(NamedTuple):
    """What an observation measures, by its LOINC code; a number in `unit` times its factor."""

    code: str
    what: str
    units: dict[str, float]
    source: str


WEIGHT_UNITS = {
    "kg": 1.0,
    "g": 0.001,
    "[lb_av]": 0.45359237,
    "lb": 0.45359237,
    "lbs": 0.45359237,
}
# 88.4 micromoles of creatinine per litre are 1 mg/dL (molar mass 113.12 g/mol).
CREATININE_UNITS = {
    "mg/dl": 1.0,
    "mg/l": 0.1,
    "umol/l": 1 / 88.4,
    "µmol/l": 1 / 88.4,
    "μmol/l": 1 / 88.4,
    "mmol/l": 1000 / 88.4,
}

MEASUREMENTS = (
    Measurement("29463-7", "weight", WEIGHT_UNITS, "hl7.org/fhir bodyweight profile"),
    Measurement(
        "2160-0",
        "creatinine",
        CREATININE_UNITS,
        "hl7ch/ch-lab-order, ObservationDefinition observation-creatinine-serum",
    ),
    Measurement(
        "14682-9",
        "creatinine",
        CREATININE_UNITS,
        "noctiz89/CDE-Katalog, RV_CreatinineMoleConcentrationInSerumOrPlasma",
    ),
    Measurement(
        "35591-7",
        "clearance",
        {"ml/min": 1.0},
        "bvdh/dicom-terminology-in-fhir, DICOM CID 10046: by the Cockcroft-Gault formula",
    ),
)
MEASUREMENT_BY_CODE = {each.code: each for each in MEASUREMENTS}


class RouteCode(NamedTuple):
    """A SNOMED CT route, and the stem by which its name is known again."""

    code: str
    route: terms.Route
    stem: str
    source: str


ROUTE_CODES_PAGE = "hl7.org/fhir/R5/valueset-route-codes.html"
ROUTE_CODES_LIST = "public expansion of SNOMED CT routes of administration, seen in excerpts"
ROUTES = (
    RouteCode("26643006", terms.ROUTE_ORAL, "oral", ROUTE_CODES_PAGE),
    RouteCode("34206005", terms.ROUTE_SUBCUTANEOUS, "subcut", ROUTE_CODES_PAGE),
    RouteCode("37839007", terms.ROUTE_SUBLINGUAL, "sublingual", ROUTE_CODES_PAGE),
    RouteCode("6064005", terms.ROUTE_TOPICAL, "topical", ROUTE_CODES_PAGE),
    RouteCode("10547007", terms.ROUTE_OTIC, "otic", ROUTE_CODES_PAGE),
    RouteCode("12130007", terms.ROUTE_INTRA_ARTICULAR, "articular", ROUTE_CODES_PAGE),
    RouteCode("16857009", terms.ROUTE_VAGINAL, "vagina", ROUTE_CODES_PAGE),
    RouteCode("37161004", terms.ROUTE_RECTAL, "rect", ROUTE_CODES_PAGE),
    RouteCode("47625008", terms.ROUTE_INTRAVENOUS, "intraven", ROUTE_CODES_LIST),
    RouteCode("78421000", terms.ROUTE_INTRAMUSCULAR, "intramusc", ROUTE_CODES_LIST),
    RouteCode("54485002", terms.ROUTE_OPHTHALMIC, "ophthalm", ROUTE_CODES_LIST),
    RouteCode("46713006", terms.ROUTE_NASAL, "nasal", ROUTE_CODES_LIST),
    RouteCode("54471007", terms.ROUTE_BUCCAL, "bucca", ROUTE_CODES_LIST),
    RouteCode("45890007", terms.ROUTE_TRANSDERMAL, "transderm", ROUTE_CODES_LIST),
    RouteCode("72607000", terms.ROUTE_INTRATHECAL, "intrathec", ROUTE_CODES_LIST),
)
ROUTE_BY_CODE = {each.code: each for each in ROUTES}
# Words that name a route which has no code above; they too may contradict a code.
OTHER_ROUTE_STEMS = ("inhal", "epidural", "irrigat", "tube")

# Doses a day by http://terminology.hl7.org/CodeSystem/v3-GTSAbbreviation, as in
# hl7.org/fhir/R4/valueset-timing-abbreviation.html.
DOSES_PER_DAY = {
    "BID": 2.0,
    "TID": 3.0,
    "QID": 4.0,
    "AM": 1.0,
    "PM": 1.0,
    "QD": 1.0,
    "QOD": 0.5,
    "Q1H": 24.0,
    "Q2H": 12.0,
    "Q3H": 8.0,
    "Q4H": 6.0,
    "Q6H": 4.0,
    "Q8H": 3.0,
}


class PregnancyCode(NamedTuple):
    """A diagnosis that says "pregnant"; `is_category` takes in every code that begins with it."""

    system: terms.CodeSystem
    code: str
    is_category: bool
    source: str


PREGNANCY = (
    PregnancyCode(
        terms.CODE_SYSTEM_SNOMED_CT,
        "77386006",
        False,
        "bvdh/dicom-terminology-in-fhir, DICOM CID 6096: patient currently pregnant",
    ),
    PregnancyCode(
        terms.CODE_SYSTEM_ICD10CM, "Z33.1", False, "genhealth.ai/code/icd10cm/Z33.1, littleden.blog"
    ),
    PregnancyCode(
        terms.CODE_SYSTEM_ICD10CM, "Z33.3", False, "littleden.blog/icd10/code/z33: carrier"
    ),
    PregnancyCode(terms.CODE_SYSTEM_ICD10CM, "Z34", True, "icdlist.com, Z34 series"),
)


def means_pregnant(system: int | None, code: str) -> bool:
    """Whether a diagnosis says that the patient is pregnant."""
    plain = code.replace(".", "").upper()
    for row in PREGNANCY:
        known = row.code.replace(".", "")
        if row.system == system and (
            plain.startswith(known) if row.is_category else plain == known
        ):
            return True
    return False


class ServiceReason(NamedTuple):
    """A reason for service of NCPDP's DUR segment."""

    code: str
    display: str


# NCPDP Reason For Service Code (439-E4), read at ushik.ahrq.gov item 201191000 and, for those that
# the excerpt of it does not show, in resdac.org's "Drug Utilization Code" list of the same codes.
# No concern is mapped to a code that neither list gives.
REASON_REPORTED = ServiceReason("MC", "Drug-Disease (Reported)")
REASON_INFERRED = ServiceReason("DC", "Drug-Disease (Inferred)")
REASON_INTERACTION = ServiceReason("DD", "Drug-Drug Interaction")
REASON_DUPLICATE = ServiceReason("ID", "Ingredient Duplication")
REASON_HIGH_DOSE = ServiceReason("HD", "High Dose")

# DetectedIssue categories in v3-ActCode: interfaces differ on the code for a drug interaction, so
# it goes by FHIR release.
INTERACTION_CATEGORY = {"R4": ("DRG", "Drug Interaction Alert"), "R5": ("DRUG", "Drug Interaction")}
