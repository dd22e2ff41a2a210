"""The overlay in the pages: decided, told in every answer, taken out again; by who may, alone.

The names are invented; what is decided lies in temporary files.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from edges.http.calling import send
from edges.workbench.browsing import grave_findings, opened
from running import Running, start, stop
from waiting import until

RULE = "beta-blocker-weakness"
FORM = {"content-type": "application/x-www-form-urlencoded"}
BODY = f"rule={RULE}&outcome=&says=MONITOR&who=Fictitia+Example&reason=a+trial&expires=9999-01-01"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "site.yaml"
    path.write_text("overlay: []\n", "utf-8")
    return path


@pytest.fixture
def running(file: Path) -> Iterator[Running]:
    service = start(LEMS_GUARD_OVERLAY=str(file), LEMS_GUARD_RELOAD_SECONDS="0.2")
    yield service
    stop(service)


def decide(page: Page) -> None:
    page.get_by_label("Says").select_option("MONITOR")
    page.get_by_label("Until").fill("9999-01-01")
    page.get_by_label("Who decides").fill("Fictitia Example")
    page.get_by_label("Why", exact=True).fill("watched in our clinic")
    page.get_by_role("button", name="Write it").click()


def said(running: Running) -> str:
    return send(running.http_at).text


def test_a_decision_is_told_in_every_answer_until_it_is_taken_out(
    running: Running, browser: Browser, file: Path
) -> None:
    with opened(browser, running, f"/rules/{RULE}") as page:
        page.get_by_role("link", name="Say something else here").click()
        expect(page.get_by_label("Rule")).to_have_value(RULE)
        decide(page)
        expect(page.get_by_role("status")).to_contain_text(f"rule {RULE} says MONITOR")
        assert "Fictitia Example" in file.read_text("utf-8")
        until(lambda: f"Site overlay: rule {RULE} says MONITOR" in said(running))
        assert not grave_findings(page)
        page.get_by_role("link", name=f"change {RULE}").click()
        expect(page.get_by_label("Why", exact=True)).to_have_value("watched in our clinic")
        page.get_by_label("Says").select_option("CAUTION")
        page.get_by_role("button", name="Write it").click()
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("tbody tr")).to_contain_text("CAUTION")
        page.get_by_label(f"take out {RULE}").click()
        expect(page.get_by_text("changes no rule")).to_be_visible()
        until(lambda: "Site overlay" not in said(running))


def test_a_contraindication_is_weakened_only_in_words(running: Running, file: Path) -> None:
    body = BODY.replace(RULE, "amifampridine-seizure-history")
    reply = send(running.http_at, "/overlay", body, FORM)
    assert (reply.status, "accept_risk" in reply.text) == (400, True)
    accepted = f"{body}&accept_risk=Fictitia+Example%3A+invented"
    shown = send(running.http_at, "/overlay", accepted, FORM)
    assert "The risk of a contraindication is accepted" in shown.text
    assert "accept_risk" in file.read_text("utf-8")


def test_a_narrow_screen_holds_it(running: Running, browser: Browser) -> None:
    send(running.http_at, "/overlay", BODY, FORM)
    with opened(browser, running, "/overlay", viewport={"width": 360, "height": 800}) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_without_a_file_it_says_what_to_do(service: Running) -> None:
    text = send(service.http_at, "/overlay", "", {}, "GET").text
    assert "LEMS_GUARD_OVERLAY</code> names no file" in text
    assert "Write it" not in text
    reply = send(service.http_at, "/overlay", BODY, FORM)
    assert (reply.status, "nowhere to write" in reply.text) == (400, True)


def test_nobody_decides_from_elsewhere(running: Running, file: Path) -> None:
    for headers in ({"host": "guard.example.org"}, {"sec-fetch-site": "cross-site"}):
        assert send(running.http_at, "/overlay", BODY, FORM | headers).status == 403
    assert file.read_text("utf-8") == "overlay: []\n"


def test_who_may_only_look_sees_no_form(file: Path) -> None:
    service = start(LEMS_GUARD_OVERLAY=str(file), LEMS_GUARD_WORKBENCH="on")
    try:
        there = {"host": "guard.example.org"}
        assert send(service.http_at, "/overlay", BODY, FORM | there).status == 403
        shown = send(service.http_at, "/overlay", "", there, "GET")
        assert (shown.status, "Write it" in shown.text) == (200, False)
    finally:
        stop(service)
