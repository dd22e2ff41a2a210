"""`lems-guard doctor`: whether a service could run here, and what to fix where it could not."""

import datetime
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import typer
from rich.console import Console

from lems_guard.clinical.errors import InvalidKnowledge, InvalidSettings
from lems_guard.editions.known_answers import refuse_unknowing
from lems_guard.editions.library import Library, packaged_rules
from lems_guard.exposure import certificates_of, notices
from lems_guard.journal.reading import verified
from lems_guard.knowledge.manifest import LOCK
from lems_guard.settings import (
    HOW_TO_MAKE_A_KEY,
    PORTS,
    Address,
    Settings,
    unknown_settings,
    variable,
)

EARLIEST = datetime.date(2026, 11, 1)  # this release is younger than that
PROBLEMS_SHOWN = 5
SOON_DAYS = 14  # as the alert has it


class DoctorFinding(NamedTuple):
    """What one look found: `fix` is empty where all is well, or as somebody chose it to be."""

    what: str
    found: str
    fix: str = ""
    is_to_be_known: bool = False


def doctor() -> None:
    """Look at settings, ports, Redis, rules, vocabulary and clock, and say what to fix."""
    console = Console(highlight=False)
    findings = list(examined())
    for each in findings:
        mark = "[red]FIX[/red]" if each.fix else "[green]ok [/green]"
        mark = "[yellow]SEE[/yellow]" if each.is_to_be_known else mark
        console.print(f"{mark} [bold]{each.what}[/bold]: ", end="")
        console.print(each.found, markup=False)
        if each.fix:
            console.print(f"      {each.fix}", markup=False)
    raise typer.Exit(1 if any(each.fix for each in findings) else 0)


def examined() -> Iterator[DoctorFinding]:
    """Every look, in the order in which a start would meet them."""
    try:
        settings = Settings.from_environment()
    except InvalidSettings as fault:
        for line in str(fault).splitlines():
            name, _, expected = line.partition(": ")
            yield DoctorFinding(
                "settings", line, f"set {name} to {expected.removeprefix('expected ')}"
            )
        return
    yield from _settings()
    for name in PORTS:
        where: Address | None = getattr(settings, name)
        if where is not None:
            yield _port(variable(name), where)
    yield from _certificate(settings)
    for notice in notices(settings):
        yield DoctorFinding("open", notice, is_to_be_known=True)
    yield from _knowledge(settings)
    yield from _journal(settings.journal)
    yield _redis(settings)
    yield _clock(datetime.datetime.now(datetime.UTC).date())
    yield from _start(settings)


def _settings() -> Iterator[DoctorFinding]:
    warnings = unknown_settings()
    for warning in warnings:
        yield DoctorFinding("settings", warning, "rename it or unset it")
    if not warnings:
        yield DoctorFinding("settings", "all can be used")


def _port(name: str, where: Address) -> DoctorFinding:
    """A port is free, or another of our processes shares it; else it is taken."""
    if where.path:
        return _socket(name, where)
    try:
        _listen(where, shared=True)
    except OSError as fault:
        fix = f"set {name} to another address, or end what listens there"
        return DoctorFinding("port", f"{where}: {fault.strerror}", fix)
    try:
        _listen(where, shared=False)
    except OSError:
        return DoctorFinding("port", f"{where} is already served; calls would be shared")
    return DoctorFinding("port", f"{where} can be listened on")


def _socket(name: str, where: Address) -> DoctorFinding:
    folder = Path(where.path).parent
    if os.access(folder, os.W_OK) and folder.is_dir():
        return DoctorFinding("port", f"{where} can be listened on, by our user and group")
    fix = f"set {name} to a path in a folder that we may write to"
    return DoctorFinding("port", f"{where}: {folder} is no such folder", fix)


def _certificate(settings: Settings) -> Iterator[DoctorFinding]:
    try:
        certificates = certificates_of(settings)
    except InvalidSettings:
        return  # told by the start
    if certificates is None:
        return
    ends = datetime.datetime.fromtimestamp(certificates.expires(), datetime.UTC)
    days = (ends - datetime.datetime.now(datetime.UTC)).days
    fix = (
        f"renew {settings.tls_certificate}; it is read again by itself" if days < SOON_DAYS else ""
    )
    yield DoctorFinding("certificate", f"good until {ends:%Y-%m-%d %H:%M} UTC ({days} days)", fix)


def _listen(where: Address, *, shared: bool) -> None:
    """Listen for a moment; raises `OSError`."""
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    socket.create_server((where.host, where.port), family=family, reuse_port=shared).close()


def _knowledge(settings: Settings) -> Iterator[DoctorFinding]:
    folder = settings.rules or packaged_rules()
    try:
        library = Library(
            folder, site=settings.vocabulary, overlay=settings.overlay, approve=refuse_unknowing
        )
    except InvalidKnowledge as fault:
        for problem in fault.problems[:PROBLEMS_SHOWN]:
            yield DoctorFinding("rules", problem, f"mend it: {_where_to_look(settings, folder)}")
        return
    edition, why = library.current, library.compiled_because
    knowledge = edition.knowledge
    yield DoctorFinding("rules", f"{len(knowledge.rules)} rules, edition {knowledge.version}")
    shown = f"as {LOCK} says, and the known answers are given; digest {knowledge.digest[:12]}"
    yield DoctorFinding("edition", shown)
    if why:
        fix = f"`lems-guard rules compile --rules {folder}` makes starts faster"
        yield DoctorFinding("rules", f"compiled from YAML at each start: {why}", fix)
    names, ingredients = edition.name_count(), edition.ingredient_count()
    fix = "" if names and ingredients else f"put the vocabulary into {folder}/vocabulary"
    yield DoctorFinding("vocabulary", f"{ingredients} ingredients by {names} names and codes", fix)


def _journal(path: Path | None) -> Iterator[DoctorFinding]:
    """Whether decisions can be written down, and those that were are whole."""
    if path is None:
        return
    if not os.access(path if path.exists() else path.parent, os.W_OK):
        fix = "set LEMS_GUARD_JOURNAL to a file in a folder that we may write to"
        yield DoctorFinding("journal", f"{path} cannot be written", fix)
        return
    try:
        report = verified(path)
    except OSError as fault:
        yield DoctorFinding("journal", f"{path}: {fault.strerror}", "let us read all of its files")
        return
    broken = f": {report.faults[0]}" if report.faults else ""
    told = f"{report.records} records in {report.files} files, {len(report.faults)} faults{broken}"
    fix = f"see `lems-guard journal verify {path}`: somebody changed it" if broken else ""
    yield DoctorFinding("journal", told, fix)


def _where_to_look(settings: Settings, folder: Path) -> str:
    said = [f"`lems-guard rules lint --rules {folder}`"]
    if settings.overlay:
        said.append(f"the overlay {settings.overlay}")
    if settings.vocabulary:
        said.append(f"`lems-guard vocabulary info {settings.vocabulary}`")
    return "see " + ", ".join(said)


def _start(settings: Settings) -> Iterator[DoctorFinding]:
    """What only a start would tell, such as settings that do not go together."""
    from lems_guard.server import Service  # noqa: PLC0415 - all of a service

    try:
        Service(settings)
    except InvalidKnowledge:
        return  # told above
    except InvalidSettings as fault:
        for line in str(fault).splitlines():
            yield DoctorFinding("start", line, "`lems-guard serve` would end with this")
    else:
        yield DoctorFinding("start", "everything goes together")


def _redis(settings: Settings) -> DoctorFinding:
    if settings.redis_url is None:
        return DoctorFinding("Redis", "not configured; it is not needed")
    if settings.cache_key is None:
        return DoctorFinding("Redis", "LEMS_GUARD_CACHE_KEY is not set", HOW_TO_MAKE_A_KEY)
    from lems_guard.store.clients import Tls  # noqa: PLC0415 - only where there is a Redis
    from lems_guard.store.ping import ping  # noqa: PLC0415

    tls = Tls(settings.redis_ca, settings.redis_certificate, settings.redis_certificate_key)
    try:
        seconds = ping(settings.redis_url, tls)
    except Exception as error:  # noqa: BLE001 - its message may hold an address with a password
        fix = "start it, or see LEMS_GUARD_REDIS_URL; the service starts and answers without it"
        return DoctorFinding("Redis", f"no answer: {type(error).__name__}", fix)
    return DoctorFinding("Redis", f"answers within {seconds * 1000:.1f} ms")


def _clock(today: datetime.date) -> DoctorFinding:
    """A wrong day judges ages, expiries and reviews wrongly."""
    fix = "set the clock (NTP)" if today < EARLIEST else ""
    return DoctorFinding("clock", f"today is {today}, UTC", fix)
