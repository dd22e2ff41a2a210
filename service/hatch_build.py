"""Wheel build hook: compiles the rules, so that an installed service parses no YAML at its start.

Rules that do not compile, fail their own cases, or are not as they were locked, stop the build.
"""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SERVICE = Path(__file__).parent


class CompileRules(BuildHookInterface[Any]):
    """Puts the compiled file among the rules, which the wheel takes along whole."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile before the files are gathered; an editable install reads the checkout."""
        if version == "editable":
            return
        sys.path.insert(0, str(SERVICE))
        from lems_guard.editions.library import (  # noqa: PLC0415
            compile_edition,
            refuse_unreleased,
            write_compiled,
        )

        rules = SERVICE.parent / "rules"
        edition = compile_edition(rules)
        refuse_unreleased(edition, rules)
        write_compiled(edition, rules)
