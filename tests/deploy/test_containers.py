"""Dockerfile, Compose and unit: linted, hardened, pinned; the image's stages, tried by hand."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import redis
from ruamel.yaml import YAML

from lems_guard.settings import address, settings_table
from running import COMMAND, start, stop
from system_programs import connected, free_port, program
from waiting import PATIENCE, until

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")


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
    assert 'CMD ["lems-guard", "healthcheck"]' in last
    assert 'ENTRYPOINT ["lems-guard"]' in last
    assert DOCKERFILE.count("--require-hashes") == 2


def test_the_image_has_no_shell_and_tells_what_is_in_it() -> None:
    before, _, last = DOCKERFILE.rpartition("\nFROM ")
    assert last.startswith("scratch AS service\n"), "what was deleted is in no layer of it"
    trimmed = before.rpartition("\nFROM ")[2]
    assert "/usr/sbin /usr/bin\n" in trimmed
    assert "pip uninstall" in trimmed
    for told in ("LICENSE", "deploy/LICENSES.md", "deploy/sbom.json"):
        assert told in trimmed
        assert f"!{told}" in (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").split()


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Without an engine: what the first two stages' commands make, in folders instead of layers."""
    folder = tmp_path_factory.mktemp("image")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "deploy/build-requirements.txt"):
        shutil.copy(ROOT / name, source)
    for name in ("service", "rules"):
        ignored = shutil.ignore_patterns("__pycache__", ".compiled")
        shutil.copytree(ROOT / name, source / name, ignore=ignored)
    shutil.copy(DEPLOY / "requirements.txt", folder)
    commands = re.findall(r"^RUN (.+)$", DOCKERFILE.replace("\\\n", ""), re.MULTILINE)
    assert len(commands) == 5
    building = folder / "building"
    subprocess.run([sys.executable, "-m", "venv", building], check=True)
    kept = {k: v for k, v in os.environ.items() if k.startswith(("PIP_", "SSL_", "HTTP"))}
    environment = {"PATH": f"{building}/bin:{os.environ['PATH']}", "HOME": str(folder)}
    for command, place in zip(commands[:4], (source, *[folder] * 3), strict=True):
        moved = command.replace("/app", f"{folder}/app").replace("/wheels", f"{folder}/wheels")
        ran = subprocess.run(
            ["/bin/sh", "-ec", moved],
            cwd=place,
            env=kept | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
    return folder


class LastStage:
    """What the Dockerfile says of the running container, at ports that are free here."""

    def __init__(self, image: Path) -> None:
        ports = {port: str(free_port()) for port in ("50051", "8080")}
        text = DOCKERFILE.rpartition("\nFROM ")[2].replace("\\\n", " ")
        for port, other in ports.items():
            text = text.replace(f":{port}", f":{other}")
        (said,) = re.findall(r"^ENV (.+)$", text, re.MULTILINE)
        self.environment = dict(pair.split("=", 1) for pair in said.split())
        self.environment["LEMS_GUARD_PLAINTEXT"] = "anywhere"  # as Compose and Kubernetes have it
        path = f"{image}/app/bin:{os.environ['PATH']}"
        self.environment["PATH"] = self.environment["PATH"].replace("/app/bin:/usr/local/bin", path)
        (entry,), (arguments,) = (
            re.findall(rf"^{word} (\[.+\])$", text, re.MULTILINE) for word in ("ENTRYPOINT", "CMD")
        )
        self.command: list[str] = [*json.loads(entry), *json.loads(arguments)]
        (check,) = re.findall(r"^HEALTHCHECK .*?CMD (\[.+\])$", text, re.MULTILINE)
        self.check: list[str] = json.loads(check)

    def healthy(self) -> bool:
        ran = subprocess.run(self.check, env=self.environment, capture_output=True, check=False)
        return ran.returncode == 0


def test_the_image_names_its_knowledge(image: Path) -> None:
    installed = image / "app" / "bin" / "lems-guard"
    said = subprocess.run([installed, "--version"], capture_output=True, text=True, check=True)
    assert "knowledge base" in said.stdout


def test_the_container_starts_is_found_healthy_and_stops(image: Path) -> None:
    """Entry point, command, environment and health check, as an engine would run them."""
    stage = LastStage(image)
    assert not stage.healthy()
    entry = shutil.which(stage.command[0], path=stage.environment["PATH"])
    assert entry == str(image / "app" / "bin" / "lems-guard")
    process = subprocess.Popen(stage.command, env=stage.environment, stderr=subprocess.PIPE)
    assert process.stderr is not None
    try:
        said = next(line for line in process.stderr if json.loads(line)["event"] == "serving")
        assert b"0.0.0.0" in said
        assert stage.healthy()
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        assert not stage.healthy()
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


VARIABLE = re.compile(r"\$\{\w+(?::-([^}]*)|:\?[^}]*)\}")
NEEDED = re.compile(r"\$\{(\w+):\?")


def composed(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """What Compose itself says of a file, with the variables that it needs; it calls no engine.

    Debian's Compose is of before a project could be named in the file.
    """
    file = folder / "compose.yaml"
    file.write_text(re.sub(r"^name: .*\n", "", text, flags=re.MULTILINE), "utf-8")
    needed = dict.fromkeys(NEEDED.findall(text), "given")
    return subprocess.run(
        [program("docker-compose"), "--file", file, "--project-directory", DEPLOY, "config"],
        env=os.environ | needed,
        capture_output=True,
        text=True,
        check=False,
    )


def test_compose_takes_the_file(tmp_path: Path) -> None:
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    said = composed(text, tmp_path)
    assert said.returncode == 0, said.stderr
    assert set(YAML(typ="safe").load(said.stdout)["services"]) == set(compose()["services"])


@pytest.mark.parametrize(
    ("right", "wrong", "why"),
    [
        ("read_only: true", "read_onyl: true", "no such word"),
        ("cap_drop: [ALL]", "cap_drop: ALL", "a list"),
        ("interval: 10s", "interval: 10 apples", "no time"),
        ("${REDIS_PASSWORD:?", "${REDIS PASSWORD:?", "no variable"),
    ],
)
def test_compose_takes_no_other(tmp_path: Path, right: str, wrong: str, why: str) -> None:
    text = (DEPLOY / "compose.yaml").read_text("utf-8")
    assert right in text
    assert composed(text.replace(right, wrong, 1), tmp_path).returncode, why


def test_compose_names_only_what_it_has() -> None:
    """Compose would ask an engine for the rest."""
    whole = compose()
    for name, service in whole["services"].items():
        assert set(service.get("depends_on", ())) <= set(whole["services"]), name
        assert set(service.get("networks", ())) <= set(whole["networks"]), name
        volumes = [volume.partition(":")[0] for volume in service.get("volumes", ())]
        assert {each for each in volumes if each[0] not in "./"} <= set(whole["volumes"]), name


def test_compose_hardens_every_container_and_pins_every_image() -> None:
    services = compose()["services"]
    watching = {"prometheus", "blackbox", "alertmanager", "grafana"}
    assert {"lems-guard-1", "lems-guard-2", "redis", "haproxy"} | watching == set(services)
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


WORD = "only-here"


def command_of(service: str, **given: str) -> list[str]:
    """The command of a service, with the variables that it is given."""
    words = [str(word) for word in compose()["services"][service]["command"]]
    return [
        VARIABLE.sub(lambda found: given[found[0][2:].partition(":")[0]], word) for word in words
    ]


def test_redis_lets_the_service_in_and_nobody_else() -> None:
    """By the command that Compose gives it, with a password of this test's."""
    port = free_port()
    words = command_of("redis", REDIS_PASSWORD=WORD)[1:]
    here = ["--port", str(port), "--bind", "127.0.0.1"]
    server = subprocess.Popen([program("redis-server"), *words, *here], stdout=subprocess.DEVNULL)
    url = f"redis://lems-guard:{WORD}@127.0.0.1:{port}/0"
    try:
        connected(f"127.0.0.1:{port}")
        running = start(LEMS_GUARD_REDIS_URL=url, LEMS_GUARD_CACHE_KEY="0123456789abcdef" * 4)
        try:
            until(lambda: any('"state": "closed"' in line for line in list(running.log)))
        finally:
            stop(running)
        known = redis.Redis(port=port, username="lems-guard", password=WORD)
        for forbidden in (("KEYS", "*"), ("GET", "others"), ("FLUSHALL",), ("CONFIG", "GET", "*")):
            with pytest.raises(redis.exceptions.NoPermissionError):
                known.execute_command(*forbidden)  # type: ignore[no-untyped-call]
        known.close()
        stranger = redis.Redis(port=port)
        with pytest.raises(redis.exceptions.AuthenticationError):
            stranger.ping()
        stranger.close()
    finally:
        server.kill()
        server.wait()


def test_the_replicas_share_redis_by_its_password() -> None:
    whole = compose()
    for name in ("lems-guard-1", "lems-guard-2"):
        url = whole["services"][name]["environment"]["LEMS_GUARD_REDIS_URL"]
        assert url.startswith("redis://lems-guard:${REDIS_PASSWORD")
        assert url.endswith("@redis:6379/0")


def test_each_process_may_write_a_journal_of_its_own() -> None:
    """Two that write one file are refused."""
    whole = compose()
    volumes = [
        volume.partition(":")[0]
        for name in ("lems-guard-1", "lems-guard-2")
        for volume in whole["services"][name]["volumes"]
        if volume.endswith(":/var/lib/lems-guard/journal")
    ]
    assert len(set(volumes)) == 2
    assert "-o 10001 -g 10001 /var/lib/lems-guard/journal" in DOCKERFILE
    assert "\nStateDirectory=lems-guard/%i\n" in UNIT
    assert "settings-N LEMS_GUARD_JOURNAL=/var/lib/lems-guard/N/" in UNIT


def test_the_alert_manager_takes_its_file() -> None:
    ran = subprocess.run(
        [program("amtool"), "check-config", DEPLOY / "alertmanager/alertmanager.yaml"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    ("alert", "severity", "receiver"),
    [("LemsGuardDown", "page", "page"), ("LemsGuardRuleOverridden", "ticket", "ticket")],
)
def test_who_is_woken_and_who_is_told_in_the_morning(
    alert: str, severity: str, receiver: str
) -> None:
    file = f"--config.file={DEPLOY}/alertmanager/alertmanager.yaml"
    words = ["config", "routes", "test", file, f"alertname={alert}", f"severity={severity}"]
    ran = subprocess.run([program("amtool"), *words], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == receiver


def test_the_folder_of_callers_lets_nobody_in(tmp_path: Path) -> None:
    ran = subprocess.run(
        [COMMAND, "callers", "lint", DEPLOY / "callers/callers.yaml"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


UNIT = (DEPLOY / "lems-guard@.service").read_text("utf-8")


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    """But for the program, which it wants to see where the unit says it is."""
    unit = tmp_path / "lems-guard@1.service"
    unit.write_text(UNIT.replace("/opt/lems-guard/bin/lems-guard", sys.executable), "utf-8")
    command = [program("systemd-analyze"), "verify", "--man=no", "--recursive-errors=no", str(unit)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    unit.write_text(unit.read_text("utf-8").replace("Type=notify", "Type=notyfi"), "utf-8")
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "notyfi" in ran.stderr


def test_instances_of_the_unit_have_ports_of_their_own_and_say_when_they_are_ready() -> None:
    said = dict(re.findall(r"LEMS_GUARD_(\w+_LISTEN)=(\S+)", UNIT))
    assert set(said) == {"GRPC_LISTEN", "HTTP_LISTEN", "METRICS_LISTEN"}
    ports = {value.replace("%i", str(number)) for value in said.values() for number in range(1, 10)}
    assert len(ports) == 27
    assert all(address(each).host == "127.0.0.1" for each in ports)
    assert "\nType=notify\n" in UNIT
    assert "\nExecReload=/bin/kill -HUP $MAINPID\n" in UNIT
    assert "\nNoNewPrivileges=yes\n" in UNIT
