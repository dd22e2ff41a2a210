"""Cohorts on Apache Spark, for who outgrows one machine. Needs the extra `spark`.

`screen` answers requests, `cohort` finds and answers the patients with LEMS in tables of FHIR
resources. The knowledge base is broadcast: an executor needs this package and nothing beside it.
The answers are those of every other engine, byte for byte.
"""

import functools
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, TypeAlias

import pyarrow as pa
from pyspark.core.broadcast import Broadcast
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as f

from lems_guard.clinical.errors import InvalidSettings
from lems_guard.cohort.checking import Check, CheckedLine, InputKind
from lems_guard.cohort.export_files import MEDICATION, ExportedResource, resource_of
from lems_guard.cohort.gathering import Finder, chart_of, is_read, medication_of
from lems_guard.cohort.in_process import InProcess, Terms
from lems_guard.cohort.lines import CohortLine
from lems_guard.cohort.results import why_refused
from lems_guard.cohort.spool import ChartPart
from lems_guard.cohort.starting import check_of
from lems_guard.editions.library import Edition
from lems_guard.fhir.patients import interpreter_of
from lems_guard.fhir.standing import MEDICATION_KINDS
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.terminology.vocabulary import Vocabulary

Batches: TypeAlias = Iterator[pa.RecordBatch]

# What a result holds: the caller's reference (of a file that was not read its path), the answer as
# a line of JSON (none for a part of the input that could not be read), the severity of its gravest
# alert (0: none, 5: contraindicated), whether all that is current was checked, and why nothing was:
# empty for a list that was answered.
RESULTS = "reference string, answer string, worst int, complete boolean, reject string"
FOUND = (
    "kind string, own string, patient string, content string, "
    "concerns boolean, medication string, reject string"
)
# A core that is done early takes one part more.
PARTS_A_CORE = 4
NO_SITE = "a site's own vocabulary (LEMS_GUARD_VOCABULARY) cannot be sent to executors"


class Answering(NamedTuple):
    """What executors answer from: the broadcast knowledge, and what holds for every list."""

    knowledge: "Broadcast[tuple[KnowledgeBase, Vocabulary]]"
    digest: str
    terms: Terms


def answering(sample: DataFrame, edition: Edition, terms: Terms) -> Answering:
    """Send an edition to the executors of a frame's session.

    Raises `InvalidSettings` for an edition with a site's own vocabulary, which is a file.
    """
    if edition.site is not None:
        raise InvalidSettings(NO_SITE)
    context = sample.sparkSession.sparkContext
    knowledge = context.broadcast((edition.knowledge, edition.vocabulary))
    return Answering(knowledge, edition.knowledge.digest, terms)


def screen(requests: DataFrame, by: Answering) -> DataFrame:
    """The answers to requests: `requests` has a column `reference` and one `request` (JSON).

    Where it has one `reject`, this says what could not be read, and there is no request. The result
    has the columns of `RESULTS`, a row for each request, in no particular order.
    """
    chosen = requests.select("reference", _bytes("request"), _or_empty(requests, "reject"))
    return chosen.mapInArrow(functools.partial(_screened, by=by), RESULTS)


def cohort(resources: Mapping[str, DataFrame], by: Answering) -> DataFrame:
    """The answers for the patients with LEMS in FHIR tables, by kind; each has a column `resource`.

    `resource` is one resource as JSON. A frame may have columns `file`, where that was read, and
    `reject`, why what else stands there could not be. The result has the columns of `RESULTS`: a
    row for each patient who has LEMS or may, and one with `reject` for each resource that could not
    be read, with its file for a reference.
    """
    columns = [
        each.select(_bytes("resource"), _or_empty(each, "file"), _or_empty(each, "reject"))
        for each in resources.values()
    ]
    every = functools.reduce(DataFrame.unionAll, columns)
    found = every.mapInArrow(functools.partial(_found, by=by), FOUND).cache()
    charts = _spread(_charts(found)).mapInArrow(functools.partial(_answered, by=by), RESULTS)
    unread = found.where("reject != ''").withColumnRenamed("own", "reference")
    return charts.unionAll(rejected(unread))


def _spread(charts: DataFrame) -> DataFrame:
    """Charts over all cores: to Spark they are few bytes, which it would leave to one of them."""
    cores = charts.sparkSession.sparkContext.defaultParallelism
    return charts.repartition(PARTS_A_CORE * cores, "patient")


def _bytes(name: str) -> Column:
    """A column of text as its bytes, which need not be such as Python can read."""
    return f.col(name).cast("binary").alias(name)


def _or_empty(frame: DataFrame, name: str) -> Column:
    """A column that a frame may have."""
    return f.col(name) if name in frame.columns else f.lit("").alias(name)


def rejected(parts: DataFrame) -> DataFrame:
    """Parts of the input that were not read, with `reference` and `reject`, as results."""
    return parts.select(
        "reference",
        f.lit(None).cast("string").alias("answer"),
        f.lit(0).alias("worst"),
        f.expr("false").alias("complete"),
        "reject",
    )


def _charts(found: DataFrame) -> DataFrame:
    """The patients who are concerned, each with all parts and the Medications they refer to."""
    medications = found.where(f.col("kind") == MEDICATION)
    parts = found.where((f.col("patient") != "") & (f.col("reject") == ""))
    by_reference = parts.join(
        medications.where("concerns").select(f.col("own").alias("medication")), "medication"
    )
    concerned = parts.where("concerns").select("patient").union(by_reference.select("patient"))
    gathered = parts.join(concerned.distinct(), "patient", "left_semi")
    referred = gathered.select("patient", "medication").join(
        medications.select(f.col("own").alias("medication"), "content"), "medication"
    )
    held = referred.select(
        "patient",
        f.lit(MEDICATION).alias("kind"),
        f.col("medication").alias("own"),
        "content",
    )
    rows = gathered.select("patient", "kind", "own", "content").union(held).distinct()
    part = f.struct("kind", "own", "content")
    return rows.groupBy("patient").agg(f.sort_array(f.collect_list(part)).alias("parts"))


def _screened(batches: Batches, by: Answering) -> Batches:
    check = _check(by, InputKind.REQUESTS)
    for batch in batches:
        yield _results([_screened_row(each, check) for each in batch.to_pylist()])


def _screened_row(given: dict[str, Any], check: Check) -> tuple[object, ...]:
    reference = given["reference"]
    if given["reject"]:
        return (reference, None, 0, False, given["reject"])
    return _row(reference, check(CohortLine(reference, given["request"] or b"")))


def _found(batches: Batches, by: Answering) -> Batches:
    finder = Finder(interpreter_of(_edition(by), by.terms.country))
    for batch in batches:
        rows = (_seen(each, finder) for each in batch.to_pylist())
        yield _batch([each for each in rows if each], _schema(FOUND))


def _seen(given: dict[str, Any], finder: Finder) -> tuple[object, ...] | None:
    """A resource with what it tells; `None` for one of which nothing is read."""
    found = given["reject"] or resource_of((given["resource"] or b"").strip())
    if found is None:
        return None
    if isinstance(found, str):
        return ("", given["file"], "", "", False, "", found)
    text = found.content.decode()
    if found.kind == MEDICATION:
        concerns = finder.may_hold(found.content)
        return (found.kind, found.own_id, "", text, concerns, "", "")
    if not is_read(found):
        return None
    medication = medication_of(found.content) if found.kind in MEDICATION_KINDS else ""
    return (*_key(found), text, finder.is_told(found), medication, "")


def _key(found: ExportedResource) -> tuple[str, str, str]:
    return found.kind, found.own_id, found.patient


def _answered(batches: Batches, by: Answering) -> Batches:
    check = _check(by, InputKind.CHARTS)
    for batch in batches:
        rows = (_chart_row(each["patient"], each["parts"], check) for each in batch.to_pylist())
        yield _results([each for each in rows if each])


def _chart_row(patient: str, held: list[dict[str, str]], check: Check) -> tuple[object, ...] | None:
    """A patient's answer; `None` for one who turns out not to be concerned."""
    rows = [_part(patient, each) for each in held]
    parts = [each for each in rows if each.kind != MEDICATION]
    medications = [each.content for each in rows if each.kind == MEDICATION]
    chart = chart_of(patient, parts, medications)
    checked = check(chart)
    return _row(chart.place, checked) if checked.answer else None


def _part(patient: str, held: dict[str, str]) -> ChartPart:
    return ChartPart(patient, held["kind"], held["own"], held["content"].encode())


def _row(reference: str, checked: CheckedLine) -> tuple[object, ...]:
    answer = checked.answer.decode().rstrip("\n")
    why_not = "" if checked.is_answered else why_refused(checked.answer)
    return (reference, answer, checked.worst, checked.is_complete, why_not)


_TYPES = {"string": pa.string(), "boolean": pa.bool_(), "int": pa.int32()}


def _schema(columns: str) -> pa.Schema:
    """The same columns as Arrow has them."""
    named = (each.split() for each in columns.split(", "))
    return pa.schema([(name, _TYPES[kind]) for name, kind in named])


def _results(rows: list[tuple[object, ...]]) -> pa.RecordBatch:
    return _batch(rows, _schema(RESULTS))


def _batch(rows: list[tuple[object, ...]], schema: pa.Schema) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(cells, each.type) for cells, each in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)


# A worker process of Spark is used again and again: it makes an edition once.
_editions: dict[str, Edition] = {}


def _edition(by: Answering) -> Edition:
    if by.digest not in _editions:
        _editions.clear()
        _editions[by.digest] = Edition(*by.knowledge.value)
    return _editions[by.digest]


def _check(by: Answering, kind: InputKind) -> Check:
    return check_of(InProcess(_edition(by), by.terms), kind, by.terms)
