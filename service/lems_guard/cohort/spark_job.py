"""A job for `spark-submit`: a cohort as text files in, results as Parquet out.

    spark-submit lems_guard/cohort/spark_job.py requests IN OUT [--as-of DATE]
    spark-submit lems_guard/cohort/spark_job.py fhir FOLDER OUT [--as-of DATE]

`requests` reads lines of JSON as `lems-guard batch` does; `fhir` the folder of a Bulk export. The
rules, the jurisdiction and the country are those of the driver's settings.
"""

import argparse
import datetime

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from lems_guard.cohort.in_process import edition_of, terms_of
from lems_guard.cohort.spark import Answering, answering, cohort, screen
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
    lines = session.read.text(given.source, recursiveFileLookup=True)
    by = answering(lines, edition_of(settings), terms_of(settings, given.as_of))
    results = screen(numbered(lines), by) if given.kind == "requests" else charts(lines, by)
    results.write.mode("error").parquet(given.target)
    session.stop()


def numbered(lines: DataFrame) -> DataFrame:
    """Lines of requests; one that names no reference of its own goes by a number of its line."""
    numbers = f.monotonically_increasing_id().cast("string")
    return lines.select(numbers.alias("reference"), f.col("value").alias("request"))


def charts(lines: DataFrame, by: Answering) -> DataFrame:
    """The answers for the patients of a Bulk export."""
    return cohort({"every kind": lines.select(f.col("value").alias("resource"))}, by)


if __name__ == "__main__":
    main()
