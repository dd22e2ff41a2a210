"""The forms in which a cohort's answers can be had."""

import enum


class OutputFormat(enum.StrEnum):
    """What OUT holds."""

    NDJSON = "ndjson"
    WORKLIST = "worklist"
    HTML = "html"
    FHIR = "fhir"
    PARQUET = "parquet"
