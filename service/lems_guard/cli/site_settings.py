"""The settings of this machine, with a word on those that look like one and are none."""

import datetime
from typing import TYPE_CHECKING

import typer

from lems_guard.settings import Settings, unknown_settings

if TYPE_CHECKING:
    from lems_guard.cohort.in_process import InProcess


def site_settings() -> Settings:
    """The settings; warns on standard error of misspelt ones, raises `InvalidSettings`."""
    for warning in unknown_settings():
        typer.echo(f"warning: {warning}", err=True)
    return Settings.from_environment()


def today() -> datetime.date:
    """The day by which commands judge what is current, in UTC as the service does."""
    return datetime.datetime.now(datetime.UTC).date()


def in_process(settings: Settings) -> "InProcess":
    """The engine of some settings, today; raises `InvalidKnowledge` where there is none to ask."""
    from lems_guard.cohort.in_process import (  # noqa: PLC0415 - only when it is asked
        InProcess,
        edition_of,
        terms_of,
    )

    return InProcess(edition_of(settings), terms_of(settings, today()))
