"""What LEMS Guard stands on: locked by hash, listed with its licence, said alike everywhere."""

import json
import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from lems_guard import __version__

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
LOCKS = ("development.txt", "build-requirements.txt", "requirements.txt")
RENEW = "run `make locks`"
# Locked for Python before 3.11.3, Windows and Emscripten: not in an image of Linux.
ELSEWHERE = {"async-timeout", "colorama", "httpx2-jsfetch"}
PIN = re.compile(r"^([a-z0-9][a-z0-9.\-]*)==([^\s;]+)", re.MULTILINE)
# They ask for no more than to be named; whatever else a package tells, a person looks at.
FREELY_GIVEN = {
    "MIT",
    "MIT-0",
    "MIT License",
    "ISC License",
    "BSD License",
    "3-Clause BSD License",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "Apache-2.0",
    "PSF-2.0",
    "MIT OR Apache-2.0",
    "Apache-2.0 OR BSD-3-Clause",
    "Apache-2.0 AND BSD-2-Clause",
}


def versions(lock: str) -> dict[str, str]:
    return dict(PIN.findall((DEPLOY / lock).read_text("utf-8")))


def names(needs: list[str]) -> set[str]:
    return {re.split(r"[\[<>=;]", need)[0].lower().replace(".", "-") for need in needs}


@pytest.fixture(scope="module")
def project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


@pytest.fixture(scope="module")
def made() -> dict[str, Any]:
    """What `deploy/bill_of_materials.py` defines."""
    return runpy.run_path(str(DEPLOY / "bill_of_materials.py"))


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    return dict(json.loads((DEPLOY / "sbom.json").read_text("utf-8")))


@pytest.mark.parametrize("lock", LOCKS)
def test_each_locked_package_has_hashes(lock: str) -> None:
    text = (DEPLOY / lock).read_text("utf-8")
    entries = re.split(r"\n(?=\S)", text.partition("make locks\n")[2].strip())
    assert len(entries) == len(versions(lock)) > 0
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", LOCKS[1:])
def test_the_locks_agree(lock: str) -> None:
    every = versions(LOCKS[0])
    differing = {
        name: version
        for name, version in versions(lock).items()
        if every.get(name, version) != version
    }
    assert differing == {}, RENEW


def test_each_lock_has_what_the_project_names(project: dict[str, Any]) -> None:
    named = project["project"]
    client = tomllib.loads((ROOT / "service/client/pyproject.toml").read_text("utf-8"))["project"]
    ours = {f"{client['name']}=={__version__}"}  # built with the service, from here
    assert ours < set(named["dependencies"])
    needed = names([*named["dependencies"], *client["dependencies"]]) - names([*ours])
    options = named["optional-dependencies"]
    assert needed | names(options["otel"]) <= versions("requirements.txt").keys(), RENEW
    every = names([need for needs in options.values() for need in needs]) - {"lems-guard"}
    assert needed | every <= versions("development.txt").keys(), RENEW
    building = {*project["dependency-groups"]["build"], *project["build-system"]["requires"]}
    assert names([*building]) <= versions(LOCKS[1]).keys(), RENEW


def test_nothing_is_installed_that_is_not_locked() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8").replace("pip install --quiet\n", "")
    dockerfile = (DEPLOY / "Dockerfile").read_text("utf-8").replace("\\\n", "")
    asked = re.findall(r"(?:\$\(PIP\)|pip (?:install|wheel)) ([^\n&]+)", makefile + dockerfile)
    assert len(asked) >= 7
    # Of a file with hashes, or of this repository's own alone, built by what is there.
    own = ("--no-deps", "--no-build-isolation"), ("--no-deps", "--no-index")
    allowed = (("--require-hashes",), *own)
    assert [a for a in asked if not any(set(words) <= set(a.split()) for words in allowed)] == []


def test_the_bill_of_materials_is_that_of_the_lock(made: dict[str, Any]) -> None:
    """The same bytes for the same lock, on any machine: no date, no random number."""
    written = (DEPLOY / "sbom.json").read_text("utf-8")
    assert made["bill"](DEPLOY / "requirements.txt") == written, RENEW


def test_the_bill_of_materials_is_as_cyclonedx_has_it(bill: dict[str, Any]) -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(json.dumps(bill)) is None
    assert validator.validate_str(json.dumps(bill | {"licence": "MIT"})) is not None


def test_the_bill_of_materials_names_every_package_and_file(
    bill: dict[str, Any], made: dict[str, Any]
) -> None:
    locked = versions("requirements.txt") | {"lems-guard-client": __version__}
    listed = {each["name"]: each["version"] for each in bill["components"]}
    assert listed.items() <= locked.items()
    assert locked.keys() - listed.keys() == ELSEWHERE
    for each in made["locked"](DEPLOY / "requirements.txt"):
        [told] = [one for one in bill["components"] if one["name"] == each.name]
        assert {one["content"] for one in told["hashes"]} == each.hashes != set()
    needs = {each["ref"]: each.get("dependsOn", []) for each in bill["dependencies"]}
    roots = needs[bill["metadata"]["component"]["bom-ref"]]
    assert any(ref.startswith("pkg:pypi/grpcio@") for ref in roots)


def test_the_licences_are_listed_and_ask_for_no_more_than_a_name(made: dict[str, Any]) -> None:
    listed = (DEPLOY / "LICENSES.md").read_text("utf-8")
    shipped = made["locked"](DEPLOY / "requirements.txt")
    assert made["table"](shipped) in listed, RENEW
    told = {each.name: made["licence"](each.name) for each in shipped}
    assert {name: said for name, said in told.items() if said not in FREELY_GIVEN} == {}
    for each in made["locked"](DEPLOY / "development.txt"):
        assert f"| {each.name} | {each.version} | " in listed, RENEW
