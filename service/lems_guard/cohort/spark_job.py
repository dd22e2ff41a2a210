"""A job for `spark-submit`: a cohort as text files in, results as Parquet out.

    spark-submit lems_guard/cohort/spark_job.py requests IN OUT [--as-of DATE]
    spark-submit lems_guard/cohort/spark_job.py fhir FOLDER OUT [--as-of DATE]

`requests` reads lines of JSON as `lems-guard batch` does; `fhir` the folder of a Bulk export, of
which the same files are read. Gzipped files are known by the ending `.gz`; each is read whole by
one executor. The rules, the jurisdiction and the country are those of the driver's settings.
"""

import argparse
import datetime

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from lems_guard.clinical.errors import InvalidCohort
from lems_guard.cohort.export_files import ASIDE, NONE_NAMED, why_not_read
from lems_guard.cohort.in_process import edition_of, terms_of
from lems_guard.cohort.spark import Answering, answering, cohort, rejected, screen
from lems_guard.cohort.spark_lines import lines_of
from lems_guard.settings import Settings

KINDS = ("requests", "fhir")


def main() -> None:
    """Run the job that the arguments ask for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("source")
    parser.add_argument("target")
    parser.add_argument("--as-of", required=True, type=datetime.date.fromisoformat)
    given = parser.parse_args()
    settings = Settings.from_environment()
    session = SparkSession.builder.appName("lems-guard").getOrCreate()
    by = answering(session.range(1), edition_of(settings), terms_of(settings, given.as_of))
    if given.kind == "requests":
        results = screen(numbered(lines_of(session, files_in(session, given.source))), by)
    else:
        results = charts(session, given.source, by)
    results.write.mode("error").parquet(given.target)
    session.stop()


def numbered(lines: DataFrame) -> DataFrame:
    """Lines of requests; one that names no reference of its own goes by a number of its line.

    What could not be read goes by its file.
    """
    numbers = f.monotonically_increasing_id().cast("string")
    reference = f.when(f.col("reject") == "", numbers).otherwise(f.col("file"))
    return lines.select(reference.alias("reference"), f.col("line").alias("request"), "reject")


def files_in(session: SparkSession, source: str) -> list[str]:
    """The files of a folder, or of a pattern, that hold data; raises `InvalidCohort` for none."""
    names = _names(session, source)
    found = [path for path in names if not path.rpartition("/")[2].startswith(ASIDE)]
    if not found:
        raise InvalidCohort(f"{source}: there is no file")
    return found


def _names(session: SparkSession, source: str) -> list[str]:
    files = session.read.format("binaryFile").load(source, recursiveFileLookup=True).select("path")
    return [path for (path,) in files.collect()]


def charts(session: SparkSession, folder: str, by: Answering) -> DataFrame:
    """The answers for the patients of a Bulk export, and which of its files were not read.

    Raises `InvalidCohort` where there are none to read.
    """
    reasons = {path: why_not_read(path.rpartition("/")[2]) for path in _names(session, folder)}
    paths = [path for path, why in reasons.items() if why is None]
    if not paths:
        raise InvalidCohort(NONE_NAMED.format(folder))
    lines = lines_of(session, paths).withColumnRenamed("line", "resource")
    answers = cohort({"every kind": lines}, by)
    others = [each for each in reasons.items() if each[1]]
    columns = "reference string, reject string"
    return answers.unionAll(rejected(session.createDataFrame(others, columns)))


if __name__ == "__main__":
    main()
