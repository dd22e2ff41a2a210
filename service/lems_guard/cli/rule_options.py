"""What the commands on rules take alike: which folder, which overlay, which form."""

from pathlib import Path
from typing import Annotated

import typer

from lems_guard.settings import variable

CONTENT_FAULT = 2

RulesDir = Annotated[
    Path | None,
    typer.Option(
        "--rules",
        metavar="DIR",
        envvar=variable("rules"),
        exists=True,
        file_okay=False,
        help="Folder of rules (packaged ones).",
    ),
]
OverlayFile = Annotated[
    Path | None,
    typer.Option("--overlay", metavar="FILE", envvar=variable("overlay"), help="A site's overlay."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
