"""`lems-guard callers`: tokens for those who may call, and a look at the file of them."""

import hashlib
import os
import secrets
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from lems_guard.cli.output import write_text

callers_app = typer.Typer(no_args_is_help=True, help="Who may call a service.")
TOKEN_BYTES = 32
MODE = 0o600  # whoever reads the token is the caller
Named: TypeAlias = list[str] | None
ROLE = typer.Option(help="What it may do: check (default), knowledge, feedback, review, operate.")
OUT = typer.Option(help="Write the token to this new file (mode 0600), and do not show it.")


@callers_app.command()
def token(
    name: Annotated[str, typer.Argument(help="The caller's name in journal and metrics.")],
    role: Annotated[Named, ROLE] = None,
    out: Annotated[Path | None, OUT] = None,
) -> None:
    """Make a token, and print the lines for LEMS_GUARD_CALLERS that let its holder in."""
    from lems_guard.callers.callers_file import NAME, ROLES  # noqa: PLC0415 - reads YAML

    roles = list(dict.fromkeys(role or ["check"]))
    if not NAME.fullmatch(name):
        raise typer.BadParameter("NAME: letters, digits, '.', '_' and '-', at most 64")
    for each in roles:
        if each not in ROLES:
            raise typer.BadParameter(f"--role {each}: expected one of {', '.join(ROLES)}")
    made = secrets.token_urlsafe(TOKEN_BYTES)
    if out is None:
        write_text(
            f"# The token, shown this once; keep it where {name} alone reads it:\n# {made}\n"
        )
    else:
        _keep(made, out)
    digest = hashlib.sha256(made.encode("ascii")).hexdigest()
    write_text(f"  - name: {name}\n    token_sha256: {digest}\n    roles: [{', '.join(roles)}]\n")


def _keep(made: str, out: Path) -> None:
    try:
        number = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, MODE)
    except OSError as fault:
        raise typer.BadParameter(f"--out {out}: {fault.strerror}") from None
    with os.fdopen(number, "w", encoding="ascii") as file:
        file.write(made)


@callers_app.command()
def lint(
    file: Annotated[Path, typer.Argument(help="The file that LEMS_GUARD_CALLERS names.")],
) -> None:
    """Read a file of callers, and say all that is wrong with it."""
    from lems_guard.callers.known import KnownCallers  # noqa: PLC0415 - reads YAML
    from lems_guard.callers.proofs import CertificateProof  # noqa: PLC0415

    for caller, proof in KnownCallers(file).directory.known:
        roles = ", ".join(sorted(role.value for role in caller.roles))
        is_certified = isinstance(proof, CertificateProof)
        needed = " (by certificate: LEMS_GUARD_TLS_CLIENT_CA is needed)" if is_certified else ""
        write_text(f"{caller.name}: {roles}{needed}\n")
