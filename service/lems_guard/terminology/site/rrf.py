"""Reading the files of an RxNorm release line by line, from a folder or a zip file.

Every line has as many fields as its file has columns, each ended by `|`. The first line that has
not, or that is cut off, ends the import: a release read in part would hide drugs.
"""

import codecs
import contextlib
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import IO, TypeAlias

from lems_guard.clinical.errors import LemsGuardError

# Number of columns; those of RXNCUICHANGES and RXNSAB differ between releases.
COLUMNS = {"RXNCONSO": 18, "RXNREL": 16, "RXNSAT": 13, "RXNCUI": 5, "RXNATOMARCHIVE": 16}
NEEDED = ("RXNCONSO", "RXNREL", "RXNSAT")
LINES_A_REPORT = 20_000
# RxNorm's longest lines have some 4 kB, its files shrink to a tenth, and there are some forty.
LONGEST_LINE = 65_536
MOST_MEMBERS = 10_000
MOST_SWELLING = 200
SMALL_BYTES = 1_000_000
# A file that is cut off, encrypted (RuntimeError), or packed in a way that is not known.
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    RuntimeError,
    NotImplementedError,
)

# Hears of a file's name and of the bytes read since it last heard.
Progress: TypeAlias = Callable[[str, int], None]


class BrokenRelease(LemsGuardError):
    """A release that cannot be used, with the file and the line."""


def quiet(file: str, read: int) -> None:
    """No report of progress."""


class Release:
    """The files of a release."""

    def __init__(self, path: Path) -> None:
        """Find the files; raises `BrokenRelease` where one that is needed is not there."""
        self._path = path
        self.place = path.name
        self._zip = _opened_zip(path) if path.is_file() else None
        self._members: dict[PurePosixPath, zipfile.ZipInfo] = {}
        self._files = self._found()
        missing = [f"{name}.RRF" for name in NEEDED if name not in self._files]
        if missing:
            raise BrokenRelease(f"no RxNorm release: {', '.join(missing)} not found")

    def _found(self) -> dict[str, PurePosixPath]:
        """Each file's place; a full release holds the prescribable one again, deeper down."""
        if self._zip is not None:
            members = _members(self._zip, self._path.name)
            self._members = {PurePosixPath(each.filename): each for each in members}
            places = [*self._members]
        else:
            places = [PurePosixPath(file.as_posix()) for file in self._path.rglob("*.*")]
        places = [place for place in places if place.suffix.upper() == ".RRF"]
        places.sort(key=lambda place: (-len(place.parts), str(place)))
        return {place.stem.upper(): place for place in places}

    def has(self, name: str) -> bool:
        """Whether the release holds this file."""
        return name in self._files

    def size(self, *names: str) -> int:
        """How many bytes these files hold together, as far as they are there."""
        return sum(self._size(self._files[name]) for name in names if name in self._files)

    def _size(self, place: PurePosixPath) -> int:
        if self._zip is not None:
            return self._members[place].file_size
        return Path(place).stat().st_size

    def rows(
        self, name: str, progress: Progress = quiet, holding: bytes = b""
    ) -> Iterator[list[str]]:
        """The fields of each line that holds the given bytes; raises `BrokenRelease`."""
        if name not in self._files:
            return
        self.place = f"{name}.RRF:1"
        try:
            with self._open(self._files[name]) as stream:
                for number, fields in _rows(name, stream, progress, holding):
                    self.place = f"{name}.RRF:{number}"
                    yield fields
        except UnicodeDecodeError:
            raise BrokenRelease(f"{self.place}: not UTF-8 soon after this line") from None
        except UNREADABLE as fault:
            raise BrokenRelease(f"{self.place}: cannot be read on from here: {fault}") from None

    @contextlib.contextmanager
    def _open(self, place: PurePosixPath) -> Iterator[IO[bytes]]:
        if self._zip is None:
            with Path(place).open("rb", buffering=1 << 20) as stream:
                yield stream
            return
        # The archive checks its own sums as it is read to the end.
        archived = self._zip.open(self._members[place])
        with archived, io.BufferedReader(archived, 1 << 20) as stream:  # type: ignore[type-var]
            yield stream


def _opened_zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise BrokenRelease(f"{path.name}: no zip file, or one that is cut off") from None


def _members(archive: zipfile.ZipFile, file: str) -> list[zipfile.ZipInfo]:
    """What an archive holds; raises `BrokenRelease` for one that is made to swell."""
    members = archive.infolist()
    if len(members) > MOST_MEMBERS:
        raise BrokenRelease(f"{file}: more than {MOST_MEMBERS} files")
    for each in members:
        if each.file_size > SMALL_BYTES and each.file_size > MOST_SWELLING * each.compress_size:
            raise BrokenRelease(f"{file}: {each.filename[:100]!r} swells as no release does")
    return members


def _lines(name: str, stream: IO[bytes]) -> Iterator[bytes]:
    """The lines of a file; raises `BrokenRelease` for one that is longer than any can be."""
    number = 0
    while line := stream.readline(LONGEST_LINE + 1):
        number += 1
        if len(line) > LONGEST_LINE:
            raise BrokenRelease(f"{name}.RRF:{number}: a line longer than {LONGEST_LINE} bytes")
        yield line


def _rows(
    name: str, stream: IO[bytes], progress: Progress, holding: bytes
) -> Iterator[tuple[int, list[str]]]:
    width, read, number = COLUMNS.get(name, 0), 0, 0
    for number, line in enumerate(_lines(name, stream), 1):
        if number == 1:
            line = line.removeprefix(codecs.BOM_UTF8)  # noqa: PLW2901  # some editors put it there
        width = width or line.count(b"|")
        if line.count(b"|") != width or not line.endswith(b"|\n"):
            _refuse(f"{name}.RRF:{number}", line, width)
        read += len(line)
        if not number % LINES_A_REPORT:
            progress(name, read)
            read = 0
        if holding in line:
            yield number, line.decode().split("|")
    if not number:
        raise BrokenRelease(f"{name}.RRF:1: the file is empty")
    progress(name, read)


def _refuse(place: str, line: bytes, width: int) -> None:
    """Say what is wrong with a line; a carriage return before its end is not."""
    if line.endswith(b"|\r\n") and line.count(b"|") == width:
        return
    if not line.endswith(b"\n"):
        raise BrokenRelease(f"{place}: the file is cut off within this line")
    raise BrokenRelease(f"{place}: {line.count(b'|')} fields instead of {width}")
