"""What the readers' pages tell to type works as it stands, or the page's test is named here."""

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from callers.issuing import KEYS, jwks, write
from certificates import Authority
from lems_guard.cli.main import app
from running import COMMAND, Running, start, stop
from system_programs import program

ROOT = Path(__file__).parents[2]
PAGES = (
    "README.md",
    "rules/README.md",
    "proto/README.md",
    "deploy/README.md",
    "deploy/OPERATING.md",
    "tests/conformance/README.md",
    ".github/CONTRIBUTING.md",
)
# Blocks that cannot be run as they stand, by their first words: what shows them instead.
ELSEWHERE = {
    "make setup": "test_make_has_the_targets_that_pages_name",
    "make demo": "test_make_has_the_targets_that_pages_name",
    "LEMS_GUARD_CALLERS=callers.yaml": "test_a_file_of_callers_is_right",
    'lems-guard check "metoprolol 50 mg" --server guard': "test_a_service_is_asked_over_tls",
    # RxNorm's release is not to be passed on: a small one that is made up is imported there.
    "lems-guard vocabulary import-rxnorm": "terminology/test_import.py",
    "spark-submit": "cohort/test_engines.py",
}
# What no test can run, and why.
NOT_RUN = {"skopeo inspect": "a registry of images, a container engine and kustomize are needed"}
# Findings are an answer: `check` ends with 1 where there are some. The service is there already.
PRELUDE = """
lems-guard() { if [[ $1 != serve ]]; then command lems-guard "$@" || [[ $? == 1 ]]; fi; }
curl() { command curl --silent --show-error --fail "$@"; }
"""


def blocks(language: str) -> list[tuple[str, str]]:
    return [
        (page, block)
        for page in PAGES
        for block in re.findall(
            rf"```{language}\n(.*?)```", (ROOT / page).read_text("utf-8"), re.DOTALL
        )
    ]


def shown_elsewhere(block: str) -> list[str]:
    return [begun for begun in (*ELSEWHERE, *NOT_RUN) if block.startswith(begun)]


RUN = [(page, block) for page, block in blocks("sh") if not shown_elsewhere(block)]
NAMES = [f"{page}: {block.splitlines()[0][:40]}" for page, block in RUN]


@pytest.fixture(scope="module")
def service() -> Iterator[Running]:
    running = start(LEMS_GUARD_CDS_HOOKS_AUTH="off")
    yield running
    stop(running)


def run(block: str, service: Running) -> subprocess.CompletedProcess[str]:
    here = block.replace("127.0.0.1:50051", service.grpc_at).replace(
        "127.0.0.1:8080", service.http_at
    )
    # This environment stands for the one that `make` makes.
    here = here.replace(". .venv/bin/activate", ":")
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", PRELUDE + here],  # noqa: S607
        cwd=ROOT,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("page", "block"), RUN, ids=NAMES)
def test_a_block_works_as_it_stands(page: str, block: str, service: Running) -> None:
    program("curl")
    ran = run(block, service)
    assert ran.returncode == 0, f"{page}\n{ran.stdout}{ran.stderr}"
    assert ran.stdout.strip()


def test_what_is_shown_elsewhere_is() -> None:
    every = [block for _, block in blocks("sh")]
    own = Path(__file__).read_text("utf-8")
    for begun, test in ELSEWHERE.items():
        assert any(block.startswith(begun) for block in every), f"no page says {begun} any more"
        assert (ROOT / "tests" / test).exists() or f"def {test}(" in own
    for begun in NOT_RUN:
        assert any(block.startswith(begun) for block in every), f"no page says {begun} any more"


def in_sentences() -> Iterator[tuple[str, str]]:
    """The commands that pages name in a sentence, each with its page."""
    for page in (*PAGES, "rules/AUTHORING.md", "deploy/SECURITY.md"):
        text = (ROOT / page).read_text("utf-8")
        for words in re.findall(r"`lems-guard ([^`]+)`", text):
            yield page, " ".join(words.split())


@pytest.mark.parametrize(("page", "words"), sorted(set(in_sentences())))
def test_a_command_in_a_sentence_is_one(page: str, words: str) -> None:
    command: Any = typer.main.get_command(app)
    said = words.split()
    while said and said[0] in getattr(command, "commands", {}):
        command = command.commands[said.pop(0)]
    assert not hasattr(command, "commands") or said[0].startswith("--"), f"{page}: {words}"
    options = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    assert {each for each in said if each.startswith("--")} <= options, f"{page}: {words}"


def test_make_has_the_targets_that_pages_name() -> None:
    """Not that they do what they say: `make test` runs this."""
    named = {
        target
        for page in PAGES
        for target in re.findall(r"(?m)(?:^|`)make ([a-z]+)", (ROOT / page).read_text("utf-8"))
    }
    assert {"demo", "test", "setup", "serve"} <= named
    for target in sorted(named):
        known = subprocess.run(
            ["make", "--dry-run", target],  # noqa: S607
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "No rule to make target" not in known.stderr, target


@pytest.mark.parametrize(("page", "block"), blocks("yaml"), ids=lambda each: each[:20])
def test_a_file_of_callers_is_right(page: str, block: str, tmp_path: Path) -> None:
    (tmp_path / "ehr.jwks.json").write_bytes(jwks(**KEYS))
    file = tmp_path / "callers.yaml"
    file.write_text(block, "utf-8")
    told = subprocess.run(
        [COMMAND, "callers", "lint", file], capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, f"{page}\n{told.stdout}{told.stderr}"


def test_a_service_is_asked_over_tls(tmp_path: Path) -> None:
    """As deploy/README.md says it, with a certificate and a token."""
    authority = Authority(tmp_path / "authority")
    token = tmp_path / "token.txt"
    token.write_text("of-this-test", "utf-8")
    digest = hashlib.sha256(token.read_bytes()).hexdigest()
    callers = write(tmp_path, {"name": "pharmacy", "token_sha256": digest, "roles": ["check"]})
    running = start(**authority.issued("service").settings(), LEMS_GUARD_CALLERS=str(callers))
    try:
        [block] = [each for _, each in blocks("sh") if "--token token.txt" in each]
        here = block.replace("guard.example.org:50051", running.grpc_at)
        here = here.replace("ca.pem", str(authority.certificate)).replace("token.txt", str(token))
        ran = run(here, running)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert "AVOID" in ran.stdout
    finally:
        stop(running)
