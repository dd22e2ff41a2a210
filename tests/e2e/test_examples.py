"""The examples of `proto/examples` do what their page says, as an integrator would run them."""

import functools
import http.server
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect, sync_playwright

from certificates import Authority
from running import Running, start, stop
from system_programs import program
from waiting import PATIENCE

ROOT = Path(__file__).parents[2]
CHECKED, REFUSED = "checked: SEVERITY_AVOID metoprolol", "refused: as_of"
STREAM = [f"stream 1 {CHECKED}", f"stream 2 {REFUSED}"]
TOLD = [CHECKED, REFUSED, *STREAM, "too late"]
INSTALL = "npm ci --ignore-scripts --no-audit --no-fund"
PAGE = '<body></body><script type="module" src="page.js"></script>'
AS_PAGES = {"page.html": "text/html", "page.js": "text/javascript"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The examples beside the protos, as in the repository; `ca.pem` is in it."""
    copied = tmp_path_factory.mktemp("examples")
    shutil.copytree(ROOT / "proto/lems_guard", copied / "lems_guard")
    unmade = shutil.ignore_patterns("node_modules", "gen", "out")
    shutil.copytree(ROOT / "proto/examples", copied / "examples", ignore=unmade)
    return copied / "examples"


@pytest.fixture(scope="module")
def elsewhere(folder: Path) -> Iterator[tuple[str, Path]]:
    """Another origin, and the folder of its pages."""
    pages = folder / "pages"
    pages.mkdir()
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(pages))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as serving:
        threading.Thread(target=serving.serve_forever).start()
        yield f"http://127.0.0.1:{serving.server_address[1]}", pages
        serving.shutdown()


@pytest.fixture(scope="module")
def service(folder: Path, elsewhere: tuple[str, Path]) -> Iterator[Running]:
    """A service that speaks TLS alone."""
    authority = Authority(folder / "authority")
    shutil.copy(authority.certificate, folder / "ca.pem")
    settings = authority.issued("service").settings()
    running = start(**settings, LEMS_GUARD_CORS_ORIGINS=elsewhere[0])
    yield running
    stop(running)


def block(title: str, service: Running) -> str:
    """The commands below a title of the page, for this service."""
    page = (ROOT / "proto/examples/README.md").read_text("utf-8")
    part = page.partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    [commands] = re.findall(r"```sh\n(.*?)```", part, re.DOTALL)
    told: str = commands.replace("localhost:50051", service.grpc_at)
    return told.replace("localhost:8080", service.http_at)


def run(commands: str, folder: Path) -> list[str]:
    """The lines that the commands' programs printed about prescriptions."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    ran = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],  # noqa: S607
        cwd=folder,
        env=os.environ | {"PATH": path, "GOCACHE": str(folder / "gen/cache")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    starts = ("checked", "refused", "stream", "too late")
    return [line for line in ran.stdout.splitlines() if line.startswith(starts)]


def test_the_page_says_what_they_print() -> None:
    page = (ROOT / "proto/examples/README.md").read_text("utf-8")
    [told] = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    assert told.splitlines() == TOLD


def test_python(folder: Path, service: Running) -> None:
    assert run(block("Python", service), folder) == TOLD


def test_go(folder: Path, service: Running) -> None:
    for each in ("go", "protoc", "protoc-gen-go", "protoc-gen-go-grpc"):
        program(each)
    assert run(block("Go", service), folder) == TOLD


def test_java(folder: Path, service: Running) -> None:
    for each in ("javac", "protoc", "grpc_java_plugin"):
        program(each)
    if not Path("/usr/share/java/grpc-stub.jar").exists():
        assert os.environ.get("CI") != "true", "libgrpc-java must be installed: see .ci/run"
        pytest.skip("Debian's gRPC for Java is not installed")
    assert run(block("Java", service), folder) == TOLD


@pytest.fixture(scope="module")
def built(folder: Path, service: Running) -> list[str]:
    """What the programs for Node print; they are built by the way, from what npm has."""
    for each in ("node", "npm", "protoc", "curl"):
        program(each)
    installed = subprocess.run(
        INSTALL.split(), cwd=folder / "typescript", capture_output=True, text=True, check=False
    )
    if installed.returncode:
        assert os.environ.get("CI") != "true", installed.stderr
        pytest.skip("npm's packages cannot be installed here")
    commands = block("Node and browsers", service)
    assert INSTALL in commands
    return run(commands.replace(INSTALL, ":"), folder)


def test_node_by_grpc_by_connect_and_by_openapi(built: list[str]) -> None:
    """Three stock clients: of gRPC, of Connect, and one made of the OpenAPI document alone."""
    by_connect = [CHECKED, REFUSED, "too late"]
    by_openapi = [CHECKED, REFUSED]
    assert built == [*TOLD, *by_connect, *by_openapi]


def shows_what_was_checked(address: str, feed: Callable[[Route], None] | None = None) -> None:
    """A real browser on the page of the example."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program("chromium"))
        page = browser.new_page(ignore_https_errors=True)
        if feed is not None:
            page.route(re.compile(r"/page\.(html|js)$"), feed)
        page.goto(address)
        expect(page.locator("body")).to_have_text(
            f"{CHECKED} {REFUSED}", timeout=PATIENCE * 1000, use_inner_text=True
        )
        browser.close()


def test_a_browser_by_connect(folder: Path, service: Running, built: list[str]) -> None:
    """In a page of the port's own origin."""
    assert built
    script = (folder / "typescript/out/page.js").read_text("utf-8")

    def served(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        body = PAGE if name == "page.html" else script
        route.fulfill(body=body, content_type=AS_PAGES[name])

    shows_what_was_checked(f"https://{service.http_at}/page.html", served)


def test_a_browser_by_connect_from_another_origin(
    folder: Path, service: Running, built: list[str], elsewhere: tuple[str, Path]
) -> None:
    """In a page of the origin that the service names: the browser asks before it calls."""
    assert built
    origin, pages = elsewhere
    (pages / "page.html").write_text(PAGE, "utf-8")
    shutil.copy(folder / "typescript/out/page.js", pages)
    shows_what_was_checked(f"{origin}/page.html?at=https://{service.http_at}")


@pytest.mark.parametrize(
    ("asked", "status", "words"),
    [
        ('{"proposed": [{"id": "1", "text": "metoprolol"}]}', 0, '"severity": "SEVERITY_AVOID"'),
        ('{"proposed": [{"text": "metoprolol"}]}', 24, "proposed[0].id"),
    ],
)
def test_buf_curl(folder: Path, service: Running, asked: str, status: int, words: str) -> None:
    """A generic client of Connect; it ends with eight times the number of the code."""
    method = f"https://{service.http_at}/lems_guard.v1.InteractionCheckService/CheckPrescription"
    schema = folder.parent / "lems_guard"
    ran = subprocess.run(
        [
            Path(sys.executable).with_name("buf"),
            *("curl", "--cacert", str(folder / "ca.pem"), "--schema", str(schema.parent)),
            *("--protocol", "connect", "--data", asked, method),
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == status, ran.stderr
    assert words in ran.stdout + ran.stderr
