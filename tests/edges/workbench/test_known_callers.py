"""Where callers are configured a browser shows a token, whose roles say what may be done."""

import base64
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from callers.issuing import write
from edges.http.calling import send
from edges.workbench.browsing import opened
from running import Running, start, stop

TOKENS = {name: f"{name}-token-of-this-test" for name in ("checker", "reader", "reviewer")}
ROLES = {"checker": "check", "reader": "knowledge", "reviewer": "review"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("callers")
    callers = write(
        folder,
        *(
            {
                "name": name,
                "token_sha256": hashlib.sha256(token.encode()).hexdigest(),
                "roles": [ROLES[name]],
            }
            for name, token in TOKENS.items()
        ),
    )
    running = start(LEMS_GUARD_CALLERS=str(callers))
    yield running
    stop(running)


def basic(password: str) -> dict[str, str]:
    told = base64.b64encode(f"anybody:{password}".encode()).decode()
    return {"authorization": f"Basic {told}"}


@pytest.mark.parametrize(
    ("name", "path", "status"),
    [
        ("checker", "/", 200),
        ("checker", "/explain", 200),
        ("checker", "/order-screen", 200),
        ("checker", "/rules", 403),
        ("checker", "/overlay", 403),
        ("reader", "/rules", 200),
        ("reader", "/chart", 200),
        ("reader", "/", 403),
        ("reviewer", "/review", 200),
        ("reviewer", "/overlay", 200),
        ("reviewer", "/", 403),
    ],
)
def test_each_role_has_its_pages(service: Running, name: str, path: str, status: int) -> None:
    bearer = {"authorization": f"Bearer {TOKENS[name]}"}
    for shown in (bearer, basic(TOKENS[name])):
        assert send(service.http_at, path, "", shown, "GET").status == status


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("wrong"),
        basic(""),
        {"authorization": "Basic"},
        {"authorization": "Basic ü"},
        {"authorization": "Basic !!!"},
    ],
)
def test_nobody_comes_in_unasked(service: Running, headers: dict[str, str]) -> None:
    encoded = {name: value.encode("utf-8").decode("latin-1") for name, value in headers.items()}
    reply = send(service.http_at, "/", "", encoded, "GET")
    assert (reply.status, reply.headers["www-authenticate"].split()[0]) == (401, "Basic")
    assert "metoprolol" not in reply.text


def test_a_browser_shows_the_token_as_a_password(service: Running, browser: Browser) -> None:
    shown = {"username": "me", "password": TOKENS["checker"]}
    with opened(browser, service, "/", http_credentials=shown) as page:
        page.get_by_label("To be prescribed").fill("metoprolol 50 mg po bid")
        page.get_by_role("button", name="Check", exact=True).click()
        expect(page.locator(".verdict.found")).to_be_visible()


@pytest.mark.parametrize(
    ("name", "path", "body"),
    [
        ("reviewer", "/review", "rule=beta-blocker-weakness&by=X&role=Y&on=2026-11-30"),
        ("reviewer", "/overlay", "rule=beta-blocker-weakness&says=off"),
        ("checker", "/check", "proposed=metoprolol"),
    ],
)
def test_a_page_of_another_place_does_nothing_with_what_a_browser_keeps(
    service: Running, name: str, path: str, body: str
) -> None:
    for foreign in ({"sec-fetch-site": "cross-site"}, {"origin": "https://example.org"}):
        reply = send(service.http_at, path, body, FORM | basic(TOKENS[name]) | foreign)
        assert (reply.status, "may change nothing here" in reply.text) == (403, True)


def test_who_reads_signs_nothing(service: Running) -> None:
    body = "rule=beta-blocker-weakness&by=X&role=Y&on=2026-11-30"
    reply = send(service.http_at, "/review", body, FORM | basic(TOKENS["reader"]))
    assert (reply.status, "the role review is missing" in reply.text) == (403, True)
    shown = send(service.http_at, "/review", "", basic(TOKENS["reader"]), "GET")
    assert "Sign what is ticked" not in shown.text
