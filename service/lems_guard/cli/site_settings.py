"""The settings of this machine, with a word on those that look like one and are none."""

import typer

from lems_guard.settings import Settings, unknown_settings


def site_settings() -> Settings:
    """The settings; warns on standard error of misspelt ones, raises `InvalidSettings`."""
    for warning in unknown_settings():
        typer.echo(f"warning: {warning}", err=True)
    return Settings.from_environment()
