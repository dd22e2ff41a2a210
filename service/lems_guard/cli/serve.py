"""`lems-guard serve`: the service, until SIGTERM."""

import gc
import sys

import structlog

from lems_guard.cli.no_dumps import forbid_dumps
from lems_guard.settings import Settings, settings_table, unknown_settings
from lems_guard.telemetry.logs import configure_logs


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
    configure_logs(settings.log_level.value, settings.log_format.value)
    forbid_dumps()
    log = structlog.get_logger(__name__)
    for warning in unknown_settings():
        log.warning(warning)
    _run(settings)


def _run(settings: Settings) -> None:
    """Serve on uvloop, where it exists; what is loaded is collected once, before calls come."""
    gc.disable()
    import asyncio  # noqa: PLC0415 - what only a service needs, `--help` does not wait for

    from lems_guard import server  # noqa: PLC0415

    if sys.platform == "win32":
        asyncio.run(server.serve(settings))
    else:
        import uvloop  # noqa: PLC0415

        uvloop.run(server.serve(settings))
