"""The page at `/`: what it says without a browser, and what it never does."""

import base64
import hashlib
import re
from pathlib import Path

import pytest

from edges.http.calling import send
from lems_guard.edges.workbench.page import asset
from running import Running, start, stop

# Foreground and background of what must be read, by the names in page.css.
PAIRS = [
    ("ink", "paper"), ("ink", "card"), ("ink", "amber-paper"), ("soft", "paper"), ("soft", "card"),
    ("soft", "amber-paper"), ("link", "paper"), ("paper", "link"), ("red", "card"),
    ("paper", "red"), ("red", "red-paper"), ("amber", "card"), ("amber", "amber-paper"),
    ("green", "green-paper"), ("blue", "card"),
]  # fmt: skip


def content(running: Running, host: str = "127.0.0.1") -> str:
    reply = send(running.http_at, "/", "", {"host": host}, "GET")
    assert reply.status == 200
    return reply.text


def test_it_tells_what_answers_here(service: Running) -> None:
    state = send(service.http_at, "/v1/KnowledgeService/GetKnowledgeBase", "{}").value
    text = content(service)
    assert state["knowledgeBase"]["version"] in text
    assert state["knowledgeBase"]["digest"] in text
    assert f"{state['ruleCount']:,} over" in text
    assert "US, where a request does not say" in text
    assert "knowledge base ready · accepting calls ready" in text
    assert "not been reviewed by a clinician" in text
    assert "{{" not in text


def test_nothing_is_fetched_from_elsewhere_and_the_policy_says_so(service: Running) -> None:
    reply = send(service.http_at, "/", "", {}, "GET")
    policy = dict(
        part.split(" ", 1) for part in reply.headers["content-security-policy"].split("; ")
    )
    assert policy["default-src"] == policy["form-action"] == policy["base-uri"] == "'none'"
    assert policy["connect-src"] == "'self'"
    for tag, rule in (("style", "style-src"), ("script", "script-src")):
        [inline] = re.findall(rf"<{tag}>(.*?)</{tag}>", reply.text, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
        assert policy[rule] == f"'sha256-{digest}'"
    assert not re.findall(r"(?:src|href)=[\"']?(?:https?:)?//", reply.text)
    assert "innerHTML" not in reply.text


def test_where_v1_does_not_answer_there_is_no_form(service: Running) -> None:
    elsewhere = content(service, "guard.example.org")
    assert "LEMS_GUARD_HTTP_API=on opens it" in elsewhere
    assert asset("page.js") not in elsewhere
    assert asset("page.js") in content(service)


def test_a_host_that_is_no_host_stays_text(service: Running) -> None:
    assert "<script>alert" not in content(service, 'x"><script>alert(1)</script>')


def test_an_operators_notice_is_shown() -> None:
    running = start(LEMS_GUARD_CDS_HOOKS_AUTH="off", LEMS_GUARD_JURISDICTION="EU")
    try:
        text = content(running)
    finally:
        stop(running)
    assert "authentication is off" in text
    assert '<option value="JURISDICTION_EU" selected>' in text


def test_only_that_one_page_is_there(service: Running) -> None:
    for path in ("/page.js", "/page.css", "/index.html", "/../page.html"):
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
    blocks = re.findall(r":root \{(.*?)\}", asset("page.css"), re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", blocks[place]))
    bright, dim = sorted((luminance(colours[front]), luminance(colours[back])), reverse=True)
    assert (bright + 0.05) / (dim + 0.05) >= 4.5, theme


def test_the_assets_stay_small() -> None:
    folder = Path(__file__).parents[3] / "service/lems_guard/edges/workbench"
    assert sum(file.stat().st_size for file in folder.glob("page.*")) < 40_000
