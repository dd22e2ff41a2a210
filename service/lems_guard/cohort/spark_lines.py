"""Lines of files on a cluster: plain ones in parts as Spark splits them, gzipped ones whole.

A gzipped file is unpacked by the one reader of exports, and not by Hadoop: where it is damaged,
that says so by file and keeps what stands before, and does not end the job.
"""

import io
import re
from collections.abc import Iterator, Sequence
from functools import reduce
from typing import TypeAlias

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

from lems_guard.cohort.export_files import lines_in
from lems_guard.cohort.gathering import batches

Batches: TypeAlias = Iterator[pa.RecordBatch]

# The file, a line of it as bytes, and why the rest of the file cannot be read: then no line.
LINES = "file string, line binary, reject string"
SCHEMA = pa.schema([("file", pa.string()), ("line", pa.binary()), ("reject", pa.string())])
GZIPPED = ".gz"


def lines_of(session: SparkSession, paths: Sequence[str]) -> DataFrame:
    """The lines of some files, of which there is at least one, with the columns of `LINES`."""
    packed = [path for path in paths if path.lower().endswith(GZIPPED)]
    plain = [path for path in paths if path not in packed]
    frames = [_plain(session, plain)] if plain else []
    frames += [_unpacked_of(session, packed)] if packed else []
    return reduce(DataFrame.unionAll, frames)


def _plain(session: SparkSession, paths: Sequence[str]) -> DataFrame:
    lines = session.read.option("lineSep", "\n").text([_literal(each) for each in paths])
    file, line = f.col("_metadata.file_path"), f.col("value").cast("binary")
    return lines.select(file.alias("file"), line.alias("line"), f.lit("").alias("reject"))


def _unpacked_of(session: SparkSession, paths: Sequence[str]) -> DataFrame:
    files = session.read.format("binaryFile").load([_literal(each) for each in paths])
    return files.select("path", "content").mapInArrow(_unpacked, LINES)


def _unpacked(files: Batches) -> Batches:
    for batch in files:
        for each in batch.to_pylist():
            for rows in batches(_rows(each["path"], each["content"])):
                columns = list(zip(*rows, strict=True))
                yield pa.RecordBatch.from_arrays(
                    [
                        pa.array(cells, kind.type)
                        for cells, kind in zip(columns, SCHEMA, strict=True)
                    ],
                    schema=SCHEMA,
                )


def _rows(path: str, content: bytes) -> Iterator[tuple[str, bytes, str]]:
    for line in lines_in(io.BytesIO(content)):
        yield (path, b"", line) if isinstance(line, str) else (path, line, "")


def _literal(path: str) -> str:
    """A path of which no sign stands for others."""
    return re.sub(r"([\\{}\[\]*?])", r"\\\1", path)
