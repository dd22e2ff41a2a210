"""Compiling apart: a changed folder is compiled in a process of its own, while this one answers.

`python -m lems_guard.editions.compiling FOLDER` writes the compiled edition to standard
output, or the problems to standard error, a line each.
"""

import subprocess
import sys
from pathlib import Path

from lems_guard import __version__
from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.editions.library import Edition, Loaded, compile_edition, load_edition
from lems_guard.knowledge.packed import pack, unpack
from lems_guard.terminology.vocabulary import Vocabulary

PROBLEMS = 2
NO_SOURCES = "00" * 32  # a pipe is no file beside any
PATIENCE_SECONDS = 600


def load_apart(rules_dir: Path) -> Loaded:
    """The edition of a folder, compiled elsewhere where it must be; raises `InvalidKnowledge`."""
    return load_edition(rules_dir, _compiled_apart)


def _compiled_apart(rules_dir: Path) -> Edition:
    try:
        done = subprocess.run(  # noqa: S603  # our own module, by this very interpreter
            [sys.executable, "-m", __name__, str(rules_dir)],
            capture_output=True,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise InvalidKnowledge((f"not compiled within {PATIENCE_SECONDS} s",)) from None
    if done.returncode == 0:
        return Edition(*unpack(done.stdout, Vocabulary, __version__))
    if done.returncode == PROBLEMS:
        raise InvalidKnowledge(tuple(done.stderr.decode().splitlines()))
    raise InvalidKnowledge((f"the compiler ended with {done.returncode}",))


def main(folder: str) -> int:
    """Compile a folder to standard output; the exit code."""
    try:
        edition = compile_edition(Path(folder))
    except InvalidKnowledge as fault:
        sys.stderr.write("\n".join(fault.problems))
        return PROBLEMS
    sys.stdout.buffer.write(pack(edition.knowledge, edition.vocabulary, NO_SOURCES))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
