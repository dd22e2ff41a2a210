"""Rooms: every import of the service is read, and held to what its room may import.

The table is in order: a room may import only rooms that stand above it, so there is no circle and
no arrow outwards. What still breaks a rule today stands in `STILL`, and must go from there when it
is gone from the code.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest

PACKAGE = "lems_guard"
SERVICE = Path(__file__).parents[2] / "service" / PACKAGE


class Room(NamedTuple):
    """What may be imported in a room beside itself and the standard library, between blanks."""

    rooms: str = ""
    libraries: str = ""


KNOWING = "clinical screening terminology knowledge"
LISTENING = "edges/certificates.py edges/unix_sockets.py"
FRAMING = "edges/frame.py edges/turns.py edges/evaluating.py"
ROOMS = {
    "file_stamp.py": Room(),
    # The inner rooms: values and judgement, nothing of wires, files or clocks.
    "clinical": Room(),
    "screening": Room("clinical"),
    "terminology": Room("clinical file_stamp.py", "msgspec"),
    "knowledge": Room("clinical screening terminology", "msgspec"),
    # The messages, and what is made of them whoever asks.
    "v1": Room("", "google grpc"),
    "answering": Room("clinical screening v1", "google"),
    "fhir": Room("clinical screening answering v1", "msgspec"),
    # What the process keeps, counts and shares.
    "telemetry": Room("clinical screening", "prometheus_client opentelemetry structlog"),
    "editions": Room(f"{KNOWING} telemetry file_stamp.py", "structlog"),
    "journal": Room("clinical", "msgspec structlog"),
    "store": Room("telemetry", "cryptography redis msgspec structlog"),
    "sharing": Room("clinical store"),
    "caching": Room("clinical answering store telemetry", "msgspec"),
    "setting_values.py": Room("clinical"),
    "settings.py": Room("clinical setting_values.py"),
    "callers": Room(
        "clinical knowledge sharing file_stamp.py setting_values.py",
        "jwt msgspec structlog",
    ),
    # The frame around all edges, which knows no transport.
    "edges/turns.py": Room(),
    "edges/frame.py": Room("clinical answering telemetry edges/turns.py", "structlog"),
    "edges/evaluating.py": Room("edges/frame.py"),
    "edges/observed.py": Room("clinical answering"),
    "edges/certificates.py": Room("clinical file_stamp.py", "cryptography structlog"),
    "edges/unix_sockets.py": Room("clinical"),
    # The edges: each knows a transport, and none another edge.
    "edges/grpc": Room(
        f"clinical v1 answering callers setting_values.py {FRAMING} {LISTENING}",
        "google grpc grpc_health grpc_reflection",
    ),
    "edges/http": Room(
        f"clinical v1 answering telemetry callers {FRAMING} setting_values.py {LISTENING}",
        "google h11 starlette structlog uvicorn",
    ),
    "edges/order_entry": Room(
        f"clinical screening v1 answering fhir telemetry sharing callers {FRAMING}",
        "httpx2 msgspec starlette structlog",
    ),
    "papers": Room("clinical screening knowledge", "jinja2 markupsafe"),
    "edges/workbench": Room(
        f"{KNOWING} v1 answering papers editions telemetry callers setting_values.py {FRAMING}",
        "google markdown_it starlette structlog",
    ),
    # Where all is put together, and called.
    "supervised.py": Room("", "structlog"),
    "exposure.py": Room("clinical sharing settings.py callers edges/certificates.py"),
    "shared.py": Room("clinical telemetry journal store sharing settings.py"),
    "server.py": Room(
        "clinical screening answering telemetry editions store sharing caching settings.py callers "
        f"edges/grpc edges/http edges/order_entry edges/workbench {FRAMING} edges/observed.py "
        "exposure.py shared.py supervised.py",
        "starlette structlog",
    ),
    "cohort": Room(
        f"{KNOWING} v1 answering fhir papers editions settings.py",
        "duckdb google msgspec pyarrow pyspark",
    ),
    "cli": Room(
        f"{KNOWING} v1 answering fhir papers telemetry editions journal store callers "
        "setting_values.py settings.py "
        "exposure.py server.py cohort",
        "google msgspec rich structlog typer uvloop",
    ),
}
# What one file of a room may import, and no other: (file, what) → why.
ALONE = {
    ("knowledge/reader.py", "ruamel"): "the only reader of YAML",
    ("cli/remote.py", "lems_guard_client"): "how the command line asks a service",
}
# What still breaks a rule today: (room, what) → until when.
STILL: dict[tuple[str, str], str] = {}

# Where the clock may be read and chance be asked.
CLOCKED = {
    "caching",
    "callers",
    "cli",
    "edges",
    "editions",
    "journal",
    "server.py",
    "sharing",
    "store",
    "telemetry",
}
DYNAMIC_IMPORTS = {"import_module", "__import__"}
CLOCK_AND_CHANCE = {"random", "secrets", "time", "uuid"}
CLOCK_READINGS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
}
ENVIRONMENT = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}


class Offence(NamedTuple):
    """An import that no list allows: where, and of what."""

    place: str
    imported: str


def is_in(file: PurePosixPath, places: set[str]) -> bool:
    """Whether a file of the package is one of the places, or lies in one of them."""
    return any(str(place) in places for place in (file, *file.parents))


def imports_of(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported anywhere: at the top, inside a function, or by name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and terminal_name(node.func) in DYNAMIC_IMPORTS:
            named = (argument for argument in node.args if isinstance(argument, ast.Constant))
            yield from (str(argument.value) for argument in named)


def attributes_of(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Every `owner.attribute`, with the last name of the owner."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield terminal_name(node.value), node.attr


def terminal_name(node: ast.expr) -> str:
    """The last name of a dotted expression: `now` of `datetime.datetime.now`."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def room_of(path: str) -> str:
    """The room that a file lies in, or that an imported module is; empty where there is none."""
    places = [path, f"{path}.py", *map(str, PurePosixPath(path).parents)]
    places += [f"{place}.py" for place in places]
    return next((place for place in places if place in ROOMS), "")


def imported_from(module: str) -> str:
    """What a module is of: a room of ours, a module that is in none, or a library."""
    library, _, rest = module.partition(".")
    if library != PACKAGE or rest == "__version__":
        return library
    return room_of(rest.replace(".", "/")) or module


def import_offences(file: PurePosixPath, module: str) -> Iterator[Offence]:
    """What is wrong with one import in one file."""
    room, imported = room_of(str(file)), imported_from(module)
    if imported in sys.stdlib_module_names or imported in {room, PACKAGE}:
        return
    allowed = f"{ROOMS[room].rooms} {ROOMS[room].libraries}".split() if room else []
    if imported in allowed or (str(file), imported) in ALONE:
        return
    yield Offence(room if (room, imported) in STILL else str(file), imported)


def habits(file: PurePosixPath, tree: ast.AST) -> Iterator[Offence]:
    """Relative imports, and the clock, chance or the environment where they are not read."""
    for module in imports_of(tree):
        if module.startswith("."):
            yield Offence(str(file), f"relative {module}")
        if module.partition(".")[0] in CLOCK_AND_CHANCE and not is_in(file, CLOCKED):
            yield Offence(str(file), f"clock or chance: {module}")
        if module in {f"os.{name}" for name in ENVIRONMENT} and str(file) != "settings.py":
            yield Offence(str(file), f"environment: {module}")
    for owner, attribute in attributes_of(tree):
        if (owner, attribute) in CLOCK_READINGS and not is_in(file, CLOCKED):
            yield Offence(str(file), f"clock: {owner}.{attribute}")
        if owner == "os" and attribute in ENVIRONMENT and str(file) != "settings.py":
            yield Offence(str(file), f"environment: os.{attribute}")


def offences(file: str, source: str) -> list[Offence]:
    """Everything in a file of the package that is not allowed there."""
    place, tree = PurePosixPath(file), ast.parse(source)
    modules = [module for module in imports_of(tree) if not module.startswith(".")]
    found = [each for module in modules for each in import_offences(place, module)]
    return found + list(habits(place, tree))


@pytest.fixture(scope="module")
def found() -> list[Offence]:
    files = sorted(SERVICE.rglob("*.py"))
    assert files
    return [
        offence
        for file in files
        for offence in offences(file.relative_to(SERVICE).as_posix(), file.read_text("utf-8"))
    ]


def test_each_room_imports_what_it_may(found: list[Offence]) -> None:
    new = sorted({each for each in found if tuple(each) not in STILL})
    assert not new, "\n".join(f"{place} must not import {imported}" for place, imported in new)


def test_what_is_still_allowed_is_still_there(found: list[Offence]) -> None:
    gone = sorted(STILL.keys() - {tuple(each) for each in found})
    assert not gone, f"take these from STILL: {gone}"


def test_every_file_lies_in_a_room() -> None:
    files = [file.relative_to(SERVICE).as_posix() for file in SERVICE.rglob("*.py")]
    homeless = [file for file in files if not room_of(file)]
    assert set(homeless) <= {"__init__.py", "__main__.py", "edges/__init__.py"}


def test_a_room_may_only_import_rooms_that_stand_above_it() -> None:
    names = list(ROOMS)
    for index, (name, room) in enumerate(ROOMS.items()):
        assert set(room.rooms.split()) <= set(names[:index]), name


def test_every_room_is_there() -> None:
    assert not [name for name in ROOMS if not (SERVICE / name).exists()]


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("clinical/rule.py", "import msgspec"),
        ("clinical/rule.py", "from lems_guard.screening.judge import judge"),
        ("clinical/rule.py", "from lems_guard import screening"),
        ("clinical/rule.py", "from . import dose"),
        ("clinical/rule.py", "def late():\n    import grpc"),
        ("clinical/patient.py", "import datetime\nNOW = datetime.datetime.now(datetime.UTC)"),
        ("clinical/patient.py", "from datetime import date\nTODAY = date.today()"),
        ("clinical/patient.py", "from datetime import datetime\nclock = datetime.utcnow"),
        ("screening/judge.py", "from lems_guard.knowledge.reader import read"),
        ("screening/judge.py", "from lems_guard.v1 import terms_pb2"),
        ("screening/judge.py", "import google.protobuf"),
        ("screening/judge.py", "import random"),
        ("screening/judge.py", "from time import monotonic"),
        ("screening/judge.py", "import uuid"),
        ("knowledge/compiler.py", "from ruamel.yaml import YAML"),
        ("knowledge/compiler.py", "import importlib\nimportlib.import_module('ruamel.yaml')"),
        ("knowledge/compiler.py", "from lems_guard.settings import Settings"),
        ("knowledge/reader.py", "import yaml"),
        ("terminology/vocabulary.py", "from lems_guard.knowledge import compiler"),
        ("terminology/vocabulary.py", "from lems_guard.caching import reply_cache"),
        ("answering/read.py", "import grpc"),
        ("answering/read.py", "from lems_guard.edges.grpc import call"),
        ("fhir/orders.py", "from lems_guard.edges.order_entry.discovery import PREFETCH"),
        ("fhir/orders.py", "import starlette"),
        ("callers/tokens.py", "from lems_guard.edges.order_entry.refusals import Refusal"),
        ("callers/tokens.py", "from starlette.requests import Request"),
        ("store/line.py", "from lems_guard.caching.replies import Replies"),
        ("edges/order_entry/cards.py", "import grpc"),
        ("edges/order_entry/cards.py", "from prometheus_client import Counter"),
        ("edges/order_entry/desk.py", "from lems_guard.edges.http import calls"),
        ("edges/order_entry/desk.py", "import lems_guard.settings"),
        ("edges/workbench/pages.py", "from lems_guard.edges.order_entry.cards import Card"),
        ("cli/check.py", "import grpc.aio"),
        ("cli/check.py", "from lems_guard.edges.grpc.port import Drain"),
        ("server.py", "import redis.asyncio"),
        ("new_room/file.py", "import msgspec"),
        ("clinical/rule.py", "from lems_guard.new_room import file"),
        ("edges/grpc/server.py", "import os\nLISTEN = os.environ['LISTEN']"),
        ("edges/grpc/settings.py", "import os\nLISTEN = os.getenv('LISTEN')"),
        ("cli/check.py", "from os import environ"),
        ("settings.py", "import time"),
    ],
)
def test_an_import_that_is_not_allowed_is_found(file: str, source: str) -> None:
    assert offences(file, source)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("clinical/rule.py", "import datetime\nfrom lems_guard.clinical.route import Route"),
        ("clinical/patient.py", "import datetime\nBIRTH = datetime.date.fromisoformat('1961')"),
        ("screening/judge.py", "from lems_guard.clinical import rule"),
        ("knowledge/compiler.py", "import hashlib\nimport msgspec\nimport lems_guard.terminology"),
        ("terminology/vocabulary.py", "import msgspec"),
        ("fhir/orders.py", "from lems_guard.answering.read import ROUTES"),
        ("store/line.py", "import random, time\nimport redis.asyncio"),
        ("telemetry/metrics.py", "import prometheus_client, time"),
        ("edges/grpc/servicer.py", "import grpc\nfrom lems_guard.v1 import terms_pb2"),
        ("edges/workbench/pages.py", "from lems_guard import __version__"),
        ("cli/serve.py", "from lems_guard import server\nfrom lems_guard.settings import Settings"),
        ("server.py", "import datetime\nSTART = datetime.datetime.now(datetime.UTC)"),
        ("settings.py", "import os\nENVIRONMENT = os.environ"),
    ],
)
def test_an_import_that_is_allowed_passes(file: str, source: str) -> None:
    assert not offences(file, source)
