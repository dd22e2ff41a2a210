"""Whether a file has changed, told without reading it."""

from pathlib import Path
from typing import NamedTuple


class FileStamp(NamedTuple):
    """What changes when a file's content does, also where it is written over in place.

    A link that comes to point elsewhere changes it too. The times are in nanoseconds; that of a
    change of state cannot be set back, as that of the content can.
    """

    content_time: int
    state_time: int
    size: int
    inode: int
    device: int


def stamp_of(path: Path) -> FileStamp | None:
    """The stamp of a file; `None` where there is none, or it cannot be looked at."""
    try:
        state = path.stat()
    except OSError:
        return None
    return FileStamp(
        state.st_mtime_ns, state.st_ctime_ns, state.st_size, state.st_ino, state.st_dev
    )
