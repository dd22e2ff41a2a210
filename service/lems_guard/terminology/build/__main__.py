"""`python -m lems_guard.terminology.build rules/vocabulary` writes the tables from its sources."""

import sys
from pathlib import Path

from lems_guard.terminology.build.tables import build


def main() -> int:
    """Build the tables of the directory in the first argument from the `sources/` in it."""
    if len(sys.argv) != 2:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    directory = Path(sys.argv[1])
    for name, rows in build(directory / "sources", directory).items():
        sys.stdout.write(f"{name}: {rows} rows\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
