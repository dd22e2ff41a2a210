"""What is alike of all pages: who may see them, what they never do, how they look to everybody."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser

from edges.http.calling import send
from edges.workbench.browsing import grave_findings, opened
from lems_guard.edges.workbench.pages import asset, assets
from running import Running, start, stop

PAGES = (
    "/", "/about", "/chart", "/chart/card", "/explain", "/order-screen", "/overlay", "/review",
    "/rules", "/rules/beta-blocker-weakness",
)  # fmt: skip
FORM = {"content-type": "application/x-www-form-urlencoded"}
LARGEST = 150_000
# Foreground and background of what must be read, by the names in style.css.
PAIRS = [
    ("ink", "paper"), ("ink", "card"), ("ink", "amber-paper"), ("ink", "line"), ("soft", "paper"),
    ("soft", "card"), ("soft", "amber-paper"), ("link", "paper"), ("link", "card"),
    ("paper", "link"), ("red", "card"), ("red", "paper"), ("paper", "red"), ("red", "red-paper"),
    ("amber", "card"), ("amber", "paper"), ("amber", "amber-paper"), ("green", "green-paper"),
    ("green", "paper"), ("blue", "card"), ("blue", "paper"),
]  # fmt: skip


def content(running: Running, path: str, **headers: str) -> str:
    reply = send(running.http_at, path, "", headers, "GET")
    assert reply.status == 200, reply.text
    return reply.text


@pytest.mark.parametrize("path", PAGES)
def test_each_opens_with_a_get_and_no_parameters_and_is_small(service: Running, path: str) -> None:
    text = content(service, path)
    assert len(text.encode()) < LARGEST
    assert "{{" not in text
    assert "<script>" not in text
    assert not re.findall(r"<(?:script|link|img)[^>]*(?:src|href)=[\"']?(?:https?:)?//", text)
    assert not re.findall(r"\son\w+=|\sstyle=", text)
    assert "0 of" in text, "the share signed stands on every page"


@pytest.mark.parametrize("path", [*PAGES, "/workbench/style.css"])
def test_the_policy_allows_nothing_from_elsewhere(service: Running, path: str) -> None:
    reply = send(service.http_at, path, "", {}, "GET")
    policy = dict(
        part.split(" ", 1) for part in reply.headers["content-security-policy"].split("; ")
    )
    assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    for kind in ("script-src", "style-src", "connect-src", "form-action"):
        assert policy[kind] == "'self'", kind
    assert reply.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("path", "scheme"), [*((path, "light") for path in PAGES), ("/", "dark"), ("/chart", "dark")]
)
def test_nobody_is_shut_out(service: Running, browser: Browser, path: str, scheme: str) -> None:
    with opened(browser, service, path, color_scheme=scheme) as page:
        assert not grave_findings(page)


@pytest.mark.parametrize("path", PAGES)
def test_nothing_runs_off_a_narrow_screen(service: Running, browser: Browser, path: str) -> None:
    with opened(browser, service, path, viewport={"width": 360, "height": 800}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_it_tells_what_answers_here(service: Running) -> None:
    state = send(service.http_at, "/v1/KnowledgeService/GetKnowledgeBase", "{}").value
    text = content(service, "/about")
    assert state["knowledgeBase"]["version"] in text
    assert state["knowledgeBase"]["digest"] in text
    assert f"{state['ruleCount']:,} over" in text
    assert "US, where a request does not say" in text
    assert "knowledge base ready · accepting calls ready" in text
    assert "not been reviewed by a clinician" in text


@pytest.mark.parametrize("path", PAGES)
def test_they_are_for_this_machine_unless_opened(service: Running, path: str) -> None:
    for headers in ({"host": "guard.example.org"}, {"x-forwarded-for": "192.0.2.1"}):
        reply = send(service.http_at, path, "", headers, "GET")
        assert reply.status == 403
        assert "LEMS_GUARD_WORKBENCH=on opens them" in reply.text


def test_they_are_opened_or_shut_by_a_setting() -> None:
    opened_up = start(LEMS_GUARD_WORKBENCH="on")
    shut = start(LEMS_GUARD_WORKBENCH="off")
    try:
        assert "metoprolol" in content(opened_up, "/", host="guard.example.org")
        assert {send(shut.http_at, path, "", {}, "GET").status for path in PAGES} == {404}
    finally:
        stop(opened_up)
        stop(shut)


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"origin": "https://example.org"}, {"origin": "null"}],
)
def test_a_page_of_another_place_may_send_nothing(
    service: Running, headers: dict[str, str]
) -> None:
    body = urlencode({"proposed": "metoprolol po"})
    reply = send(service.http_at, "/check", body, FORM | headers)
    assert (reply.status, "NOT CHECKED" in reply.text) == (403, True)
    assert "verdict" not in reply.text


def test_a_host_that_is_no_host_stays_text(service: Running) -> None:
    reply = send(service.http_at, "/", "", {"host": 'x"><script>alert(1)</script>'}, "GET")
    assert "<script>alert" not in reply.text


def test_an_operators_notice_is_shown() -> None:
    running = start(LEMS_GUARD_CDS_HOOKS_AUTH="off", LEMS_GUARD_JURISDICTION="EU")
    try:
        text = content(running, "/")
    finally:
        stop(running)
    assert "authentication is off" in text
    assert "EU (as set here)" in text


def test_only_assets_are_served_as_files(service: Running) -> None:
    for path in ("/workbench/../pages.py", "/workbench/pages.py", "/check.js", "/index.html"):
        assert send(service.http_at, path, "", {}, "GET").status == 404
    assert send(service.http_at, "/", "x").status == 405


def luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize(("theme", "place"), [("light", 0), ("dark", 1)])
@pytest.mark.parametrize(("front", "back"), PAIRS)
def test_every_text_can_be_read(theme: str, place: int, front: str, back: str) -> None:
    blocks = re.findall(r":root \{(.*?)\}", asset("style.css"), re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[place]))
    bright, dim = sorted((luminance(colours[front]), luminance(colours[back])), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= 4.5, theme


def test_the_assets_stay_small_and_keep_nothing() -> None:
    folder = Path(__file__).parents[3] / "service/lems_guard/edges/workbench/assets"
    assert sum(file.stat().st_size for file in folder.iterdir()) < 60_000
    for name in assets():
        for store in ("localStorage", "sessionStorage", "indexedDB", "document.cookie"):
            assert store not in asset(name), name
