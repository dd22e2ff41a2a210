"""The most memory that importing a full RxNorm release takes, in a process of its own."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from lems_guard.bench.figures import Figure, middle
from lems_guard.bench.release import Scale, write_release
from lems_guard.editions.library import browse_edition
from lems_guard.knowledge.layout import VOCABULARY
from lems_guard.terminology.site.must_resolve import read_must_resolve

# What `ru_maxrss` tells of a child begins with the memory of its parent; this does not.
IMPORT = """
import atexit, pathlib
from lems_guard.cli.main import main
atexit.register(lambda: print(pathlib.Path("/proc/self/status").read_text("utf-8")))
main()
"""
COMMAND = (sys.executable, "-c", IMPORT, "vocabulary", "import-rxnorm")
_PEAK = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


class NotImported(RuntimeError):
    """The generated release was refused."""


def peak_memory(rules: Path, scale: Scale) -> Figure:
    """Peak resident memory in MB of one import of a release of this scale."""
    vocabulary = browse_edition(rules).vocabulary
    must = read_must_resolve(rules / VOCABULARY, vocabulary)
    with tempfile.TemporaryDirectory() as folder:
        release = Path(folder, "rrf")
        release.mkdir()
        write_release(release, scale, must, vocabulary.ingredients)
        return middle([_import(rules, release, Path(folder, "site.sqlite"))])


def _import(rules: Path, release: Path, out: Path) -> float:
    ran = subprocess.run(  # noqa: S603  # our own program, by its full path
        ["env", f"LEMS_GUARD_RULES={rules}", *COMMAND, str(release), "--out", str(out)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    peak = _PEAK.search(ran.stdout)
    if ran.returncode or peak is None:
        raise NotImported(ran.stderr.strip() or f"it ended with {ran.returncode}")
    return int(peak[1]) / 1024
