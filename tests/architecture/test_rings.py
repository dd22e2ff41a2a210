"""Dependencies point inwards: every import of the service is read and judged."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

PACKAGE = "lems_guard"
SERVICE = Path(__file__).parents[2] / "service" / PACKAGE

# The inner rings, and all they may import besides the standard library.
RINGS = {
    "clinical": {"lems_guard.clinical"},
    "screening": {"lems_guard.clinical", "lems_guard.screening"},
    "terminology": {
        "lems_guard.clinical",
        "lems_guard.screening",
        "lems_guard.terminology",
        "msgspec",
    },
    # The vocabulary is compiled together with the rules, so knowledge may look into terminology.
    "knowledge": {
        "lems_guard.clinical",
        "lems_guard.screening",
        "lems_guard.terminology",
        "lems_guard.knowledge",
        "msgspec",
    },
    "knowledge/reader.py": {
        "lems_guard.clinical",
        "lems_guard.screening",
        "lems_guard.knowledge",
        "msgspec",
        "ruamel",
    },
}

# Libraries that only these may import.
GRPC_USERS = {"edges/grpc", "edges/http/json_methods.py", "v1", "cli/client.py", "bench"}
SOLE_USERS = {
    "grpc": GRPC_USERS,
    "grpc_health": GRPC_USERS,
    "grpc_reflection": GRPC_USERS,
    "grpc_status": GRPC_USERS,
    "redis": {"store"},
    "prometheus_client": {"telemetry"},
    "ruamel": {"knowledge/reader.py"},
    "yaml": set[str](),
}

EDGES = {
    "bench",
    "caching",
    "callers",
    "cli",
    "edges",
    "editions",
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


def is_within(module: str, packages: set[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def ring_of(file: PurePosixPath) -> str | None:
    """The inner ring that a file belongs to; a file named by itself comes before its folder."""
    return next((str(place) for place in (file, *file.parents) if str(place) in RINGS), None)


def import_offences(file: PurePosixPath, module: str) -> Iterator[str]:
    """What is wrong with one import in one file."""
    library = module.partition(".")[0]
    if module.startswith("."):
        yield f"relative import {module}"
    ring = ring_of(file)
    if ring and library not in sys.stdlib_module_names and not is_within(module, RINGS[ring]):
        yield f"{ring} must not import {module}"
    if library in SOLE_USERS and not is_in(file, SOLE_USERS[library]):
        yield f"{library} is only for {sorted(SOLE_USERS[library])}"
    if library in CLOCK_AND_CHANCE and not is_in(file, EDGES):
        yield f"clock or chance inside: import {module}"
    if is_within(module, {f"os.{name}" for name in ENVIRONMENT}) and str(file) != "settings.py":
        yield f"the environment is read by settings.py only: import {module}"


def attribute_offences(file: PurePosixPath, owner: str, attribute: str) -> Iterator[str]:
    """What is wrong with reading one attribute in one file."""
    if (owner, attribute) in CLOCK_READINGS and not is_in(file, EDGES):
        yield f"clock inside: {owner}.{attribute}"
    if owner == "os" and attribute in ENVIRONMENT and str(file) != "settings.py":
        yield f"the environment is read by settings.py only: os.{attribute}"


def offences(file: str, source: str) -> list[str]:
    """Everything in a file of the package that points outwards."""
    place, tree = PurePosixPath(file), ast.parse(source)
    found = [text for module in imports_of(tree) for text in import_offences(place, module)]
    for owner, attribute in attributes_of(tree):
        found += attribute_offences(place, owner, attribute)
    return found


def test_dependencies_point_inwards() -> None:
    files = sorted(SERVICE.rglob("*.py"))
    found = [
        f"{file.relative_to(SERVICE)}: {text}"
        for file in files
        for text in offences(file.relative_to(SERVICE).as_posix(), file.read_text("utf-8"))
    ]
    assert files
    assert not found, "\n".join(found)


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
        ("edges/order_entry/cards.py", "import grpc"),
        ("edges/order_entry/cards.py", "from prometheus_client import Counter"),
        ("cli/check.py", "import grpc.aio"),
        ("server.py", "import redis.asyncio"),
        ("edges/grpc/server.py", "import os\nLISTEN = os.environ['LISTEN']"),
        ("edges/grpc/settings.py", "import os\nLISTEN = os.getenv('LISTEN')"),
        ("cli/check.py", "from os import environ"),
        ("settings.py", "import time"),
    ],
)
def test_an_outward_dependency_is_found(file: str, source: str) -> None:
    assert offences(file, source)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        ("clinical/rule.py", "import datetime\nfrom lems_guard.clinical.route import Route"),
        (
            "clinical/patient.py",
            "import datetime\nBIRTH = datetime.date.fromisoformat('1961-02-03')",
        ),
        ("screening/judge.py", "from lems_guard.clinical import rule"),
        ("knowledge/reader.py", "import msgspec\nfrom ruamel.yaml import YAML"),
        ("knowledge/compiler.py", "import hashlib\nimport msgspec\nimport lems_guard.terminology"),
        ("terminology/vocabulary.py", "import msgspec"),
        ("store/line.py", "import random, time\nimport redis.asyncio"),
        ("telemetry/metrics.py", "import prometheus_client, time"),
        ("edges/grpc/servicer.py", "import grpc\nfrom lems_guard.v1 import terms_pb2"),
        ("cli/client.py", "import grpc"),
        ("server.py", "import datetime\nSTART = datetime.datetime.now(datetime.UTC)"),
        ("settings.py", "import os\nENVIRONMENT = os.environ"),
    ],
)
def test_an_inward_dependency_passes(file: str, source: str) -> None:
    assert not offences(file, source)
