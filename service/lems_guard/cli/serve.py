"""`lems-guard serve`: the service, until SIGTERM."""

import functools
import gc
import sys
from typing import Any

import structlog
import typer

from lems_guard import __version__
from lems_guard.cli.no_dumps import forbid_dumps
from lems_guard.settings import (
    LogFormat,
    Settings,
    WorkbenchDoor,
    settings_table,
    unknown_settings,
)
from lems_guard.telemetry.logs import configure_logs

SERVES = """
LEMS Guard {version} serves, by {rules} rules of knowledge base {knowledge_base}.

  gRPC             {grpc}
  HTTP             {scheme}://{http}     /v1, Connect, /cds-services, /openapi.json
  health, metrics  {scheme}://{watched}/readyz, /metrics
"""
PAGE = "  page             {scheme}://{http}/     check a list, read the rules, sign them\n"
STOP = "\nCtrl-C stops it: calls under way may end.\n"


def settings_in_words() -> str:
    """The settings, for `--help`: a line for each, its default and its meaning."""
    lines = ["Settings, from the environment:"]
    for name, default, meaning in settings_table():
        told = meaning.replace("[", "\\[")  # no markup: `redis[s]://`
        lines.append(f"[bold cyan]{name}[/bold cyan]={default}  [dim]{told}[/dim]")
    return "\n\n".join(lines)


def serve() -> None:
    """Run the service: gRPC and HTTP, until SIGTERM or Ctrl-C, when calls under way may end."""
    settings = Settings.from_environment()
    is_for_people = settings.log_format is LogFormat.AUTO and sys.stderr.isatty()
    form = LogFormat.CONSOLE if is_for_people else settings.log_format
    configure_logs(settings.log_level.value, form.value)
    forbid_dumps()
    log = structlog.get_logger(__name__)
    for warning in unknown_settings():
        log.warning(warning)
    _run(settings, is_for_people=is_for_people)


def announced(settings: Settings, where: dict[str, Any], *, is_for_people: bool) -> None:
    """Tell that a service serves: a person at a terminal what to do with it, else the log."""
    if not is_for_people:
        structlog.get_logger(__name__).info("serving", settings=settings.shown(), **where)
        return
    text = SERVES if settings.workbench is WorkbenchDoor.OFF else SERVES + PAGE
    scheme = "https" if where["tls"] else "http"
    watched = where["metrics"] or where["http"]
    told = where | {"version": __version__, "scheme": scheme, "watched": watched}
    typer.echo(text.format(**told) + STOP, err=True)


def _run(settings: Settings, *, is_for_people: bool) -> None:
    """Serve on uvloop, where it exists; what is loaded is collected once, before calls come."""
    gc.disable()
    import asyncio  # noqa: PLC0415 - what only a service needs, `--help` does not wait for

    from lems_guard import server  # noqa: PLC0415

    announce = functools.partial(announced, settings, is_for_people=is_for_people)
    if sys.platform == "win32":
        asyncio.run(server.serve(settings, announce))
    else:
        import uvloop  # noqa: PLC0415

        uvloop.run(server.serve(settings, announce))
