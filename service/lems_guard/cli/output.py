"""Writing to standard output so that a reader who goes away changes nothing of the exit code."""

import os
import sys


def write_text(text: str) -> None:
    """Write text in the terminal's encoding; what that cannot show becomes a question mark."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    write_bytes(text.encode(encoding, "replace"))


def write_bytes(content: bytes) -> None:
    """Write bytes as they are."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        silence()


def silence() -> None:
    """Let all further output go nowhere: the reader, such as `head`, has seen enough.

    Python would otherwise end with a code of its own, which scripts would read as a finding.
    """
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
