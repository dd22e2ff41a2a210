"""The file that a release is imported into: one SQLite database, read-only once it is written."""

import contextlib
import hashlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lems_guard.clinical.errors import LemsGuardError

FORMAT = 1
# `readings` holds RxCUIs of ingredients: sets parted by `|`, the ingredients of one by spaces.
TABLES = {
    "drug": (
        "rxcui INTEGER PRIMARY KEY, kind TEXT, name TEXT, readings TEXT, route TEXT, obsolete INT",
        "",
    ),
    "code": (
        "system INT, code TEXT, rxcui INT, PRIMARY KEY (system, code, rxcui)",
        "WITHOUT ROWID",
    ),
    "name": ("key TEXT, rxcui INT, PRIMARY KEY (key, rxcui)", "WITHOUT ROWID"),
    "retired": ("rxcui INT, successor INT, PRIMARY KEY (rxcui, successor)", "WITHOUT ROWID"),
}
# What SQLite raises for a damaged file, whose words may themselves be no UTF-8.
UNREADABLE = (sqlite3.Error, UnicodeDecodeError)
META = "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT)"


class UnusableVocabulary(LemsGuardError):
    """A file that is no imported vocabulary, or one of another format."""


class About(NamedTuple):
    """What a file says of itself."""

    release: str
    digest: str
    counts: dict[str, int]


def create(path: Path) -> sqlite3.Connection:
    """A new, empty file; nothing reads it before it is finished, so nothing guards its writing."""
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE", "cache_size=-16384"):
        database.execute(f"PRAGMA {pragma}")
    for name, (columns, options) in TABLES.items():
        database.execute(f"CREATE TABLE {name} ({columns}) {options}")
    database.execute(META)
    database.execute("CREATE INDEX drug_kind ON drug (kind)")
    return database


def open_read_only(path: Path) -> sqlite3.Connection:
    """A finished file, opened so that nothing is ever written or locked; raises when unusable."""
    unusable = UnusableVocabulary(f"{path}: no vocabulary made by `vocabulary import-rxnorm`")
    try:
        database = sqlite3.connect(
            f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
    except sqlite3.Error:
        raise unusable from None
    try:
        written_as = database.execute("SELECT value FROM meta WHERE key = 'format'").fetchone()
    except UNREADABLE:
        database.close()
        raise unusable from None
    if written_as != (str(FORMAT),):
        database.close()
        raise UnusableVocabulary(f"{path}: written by another version; import the release again")
    return database


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """A finished file, closed in the end."""
    with contextlib.closing(open_read_only(path)) as database:
        yield database


def about(database: sqlite3.Connection) -> About:
    """What a file says of itself."""
    meta = dict(database.execute("SELECT key, value FROM meta"))
    counts = {key[6:]: int(value) for key, value in meta.items() if key.startswith("count:")}
    return About(meta["release"], meta["digest"], dict(sorted(counts.items())))


def finish(database: sqlite3.Connection, release: str) -> About:
    """Write what the file says of itself, and close the writing."""
    counts = {f"kind {kind}": count for kind, count in database.execute(_KINDS)}
    counts |= {table: _count(database, table) for table in TABLES}
    said = About(release, content_digest(database, release), counts)
    rows = [("format", str(FORMAT)), ("release", release), ("digest", said.digest)]
    rows += [(f"count:{key}", str(count)) for key, count in counts.items()]
    database.executemany("INSERT INTO meta VALUES (?, ?)", rows)
    database.execute("COMMIT")
    return said


_KINDS = "SELECT kind, count(*) FROM drug GROUP BY kind"


def _count(database: sqlite3.Connection, table: str) -> int:
    return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def content_digest(database: sqlite3.Connection, release: str) -> str:
    """The digest of all that can change an answer, row by row in the order of the keys."""
    digest = hashlib.sha256(f"{FORMAT} {release}".encode())
    for table in TABLES:
        order = "rxcui" if table == "drug" else "1, 2, 3" if table == "code" else "1, 2"
        for row in database.execute(f"SELECT * FROM {table} ORDER BY {order}"):  # noqa: S608
            digest.update(repr(row).encode())
    return digest.hexdigest()
