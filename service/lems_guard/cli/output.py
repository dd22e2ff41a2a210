"""Writing to standard output so that a reader who goes away changes nothing of the exit code."""

import os
import sys


def write_text(text: str) -> None:
    """Write text in the terminal's encoding; what that cannot show becomes a question mark."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    write_bytes(text.encode(encoding, "replace"))


def write_bytes(content: bytes) -> None:
    """Write bytes as they are; nowhere, where the caller has closed standard output."""
    if sys.stdout is None:
        return
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        silence()


def open_closed_streams() -> None:
    """Give a standard stream that the caller closed (`>&-`) the null device in its place.

    Python has None for it, and the next file that is opened would get its number: what somebody
    prints would end in that file.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123


def silence() -> None:
    """Let all further output go nowhere: the reader, such as `head`, has seen enough.

    Python would otherwise end with a code of its own, which scripts would read as a finding.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
