"""Dockerfile, Compose and unit: linted, hardened, pinned; the image's build, tried without one."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from lems_guard.settings import settings_table

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
PIN = re.compile(r"^([a-z0-9][a-z0-9.\-]*)==(\S+)", re.MULTILINE)


def compose() -> dict[str, Any]:
    return dict(YAML(typ="safe").load(DEPLOY / "compose.yaml"))


def test_the_dockerfile_passes_its_linter() -> None:
    linter = Path(sys.executable).parent / "hadolint"
    ran = subprocess.run(
        [linter, DEPLOY / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout


def test_the_image_runs_without_root_and_says_whether_it_is_well() -> None:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    assert "\nUSER 10001:10001\n" in last
    assert "\nHEALTHCHECK " in last
    assert 'ENTRYPOINT ["lems-guard"]' in last
    assert DOCKERFILE.count("--require-hashes") == 2


@pytest.mark.parametrize("name", ["requirements.txt", "build-requirements.txt"])
def test_the_lock_is_that_of_the_constraints(name: str) -> None:
    locked = dict(PIN.findall((DEPLOY / name).read_text("utf-8")))
    constrained = dict(PIN.findall((DEPLOY / "constraints.txt").read_text("utf-8")))
    assert locked
    differing = {each for each in locked if constrained.get(each, locked[each]) != locked[each]}
    assert not differing, "renew it as its second line says"


def test_the_lock_has_every_dependency() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    locked = dict(PIN.findall((DEPLOY / "requirements.txt").read_text("utf-8")))
    for need in (*project["dependencies"], *project["optional-dependencies"]["otel"]):
        name = re.split(r"[\[<>=;]", need)[0].lower().replace(".", "-")
        assert name in locked, "renew deploy/requirements.txt as its second line says"


def test_the_images_stages_build_in_a_plain_environment(tmp_path: Path) -> None:
    """Without an engine: the commands of its first two stages, in folders instead of layers."""
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "deploy/build-requirements.txt"):
        shutil.copy(ROOT / name, source)
    for name in ("service", "rules"):
        ignored = shutil.ignore_patterns("__pycache__", ".compiled")
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    shutil.copy(DEPLOY / "requirements.txt", tmp_path)
    commands = re.findall(r"^RUN (.+)$", DOCKERFILE.replace("\\\n", ""), re.MULTILINE)
    assert len(commands) == 5
    building = tmp_path / "building"
    subprocess.run([sys.executable, "-m", "venv", building], check=True)
    for command, folder in zip(commands[:4], (source, *[tmp_path] * 3), strict=True):
        moved = command.replace("/app", f"{tmp_path}/app").replace("/wheels", f"{tmp_path}/wheels")
        environment = {"PATH": f"{building}/bin:{os.environ['PATH']}", "HOME": str(tmp_path)}
        kept = {k: v for k, v in os.environ.items() if k.startswith(("PIP_", "SSL_", "HTTP"))}
        ran = subprocess.run(
            ["/bin/sh", "-ec", moved],
            cwd=folder,
            env=kept | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
    installed = tmp_path / "app" / "bin" / "lems-guard"
    said = subprocess.run([installed, "--version"], capture_output=True, text=True, check=True)
    assert "knowledge base" in said.stdout


def test_compose_hardens_every_container_and_pins_every_image() -> None:
    services = compose()["services"]
    assert {"lems-guard-1", "lems-guard-2", "redis", "haproxy", "prometheus", "grafana"} == set(
        services
    )
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert not service["image"].endswith(":latest"), name
        for port in service.get("ports", ()):
            assert port.startswith("127.0.0.1:"), name


def test_compose_mounts_what_is_there_and_sets_what_exists() -> None:
    known = {name for name, _, _ in settings_table()}
    for service in compose()["services"].values():
        for volume in service.get("volumes", ()):
            here = volume.partition(":")[0]
            assert not here.startswith(".") or (DEPLOY / here).exists(), here
        for name in service.get("environment", {}):
            assert not name.startswith("LEMS_GUARD_") or name in known, name


def test_the_unit_may_be_instantiated_and_reloads() -> None:
    unit = (DEPLOY / "lems-guard@.service").read_text("utf-8")
    assert "ExecReload=/bin/kill -HUP $MAINPID" in unit
    assert "NoNewPrivileges=yes" in unit
