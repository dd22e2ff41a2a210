"""`python -m lems_guard.terminology.build FACTS_DIR rules/vocabulary` writes the tables."""

import sys
from pathlib import Path

from lems_guard.terminology.build.tables import build


def main() -> int:
    """Build from the facts in the first argument into the second."""
    if len(sys.argv) != 3:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    for name, rows in build(Path(sys.argv[1]), Path(sys.argv[2])).items():
        sys.stdout.write(f"{name}: {rows} rows\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
