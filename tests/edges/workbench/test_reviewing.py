"""Signing in the pages: ticked, named, and unsigned again when the rule changes.

The names are invented; what is signed lies in temporary folders.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from edges.http.calling import send
from edges.workbench.browsing import opened
from lems_guard.editions.library import packaged_rules
from running import Running, ended, start, stop

RULE = "beta-blocker-weakness"
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(packaged_rules(), tmp_path / "rules"))


@pytest.fixture
def running(folder: Path) -> Iterator[Running]:
    service = start(LEMS_GUARD_RULES=str(folder), LEMS_GUARD_RELOAD_SECONDS="0.2")
    yield service
    stop(service)


def sign(page: Page) -> None:
    page.get_by_label(f"sign {RULE}", exact=True).check()
    page.get_by_label("Who signs").fill("Fictitia Example")
    page.get_by_label("As what").fill("clinical pharmacist")
    page.get_by_label("Reviewed on").fill("2026-11-30")
    page.get_by_role("button", name="Sign what is ticked").click()


def test_a_rule_is_signed_and_a_changed_one_is_unsigned(
    folder: Path, running: Running, browser: Browser
) -> None:
    with opened(browser, running, "/review") as page:
        sign(page)
        expect(page.get_by_role("status")).to_contain_text("1 rule signed by Fictitia Example")
        assert (folder / "signatures.yaml").read_text("utf-8").count("- rule: ") == 1
        shown(page, "Fictitia Example, clinical pharmacist")
        change(folder)
        shown(page, "changed since it was signed")


def change(folder: Path) -> None:
    """Let the rule's source bear another revision, and lock it: its cases still pass."""
    sources = folder / "sources.yaml"
    text = sources.read_text("utf-8")
    sources.write_text(text.replace('revised: "', 'revised: "about ', 99), "utf-8")
    assert ended("rules", "lock", "--rules", str(folder)).returncode == 0


def shown(page: Page, words: str) -> None:
    """The rule's page says so, once the service has read the folder again."""
    for _ in range(150):
        page.goto(page.url.replace("/review", f"/rules/{RULE}"))
        if words in page.locator("main").inner_text():
            return
        page.wait_for_timeout(200)
    raise AssertionError(page.locator("main").inner_text())


def test_the_packaged_rules_are_not_signed_in_place(service: Running) -> None:
    body = f"rule={RULE}&by=Fictitia+Example&role=pharmacist&on=2026-11-30"
    reply = send(service.http_at, "/review", body, FORM)
    assert reply.status == 400
    assert "name a folder of your own" in reply.text
    assert not (packaged_rules() / "signatures.yaml").exists()


def test_nobody_signs_from_elsewhere(running: Running, folder: Path) -> None:
    body = f"rule={RULE}&by=Fictitia+Example&role=pharmacist&on=2026-11-30"
    for headers in ({"host": "guard.example.org"}, {"sec-fetch-site": "cross-site"}):
        assert send(running.http_at, "/review", body, FORM | headers).status == 403
    assert not (folder / "signatures.yaml").exists()


def test_where_the_pages_are_open_to_all_only_this_machine_signs(folder: Path) -> None:
    service = start(LEMS_GUARD_RULES=str(folder), LEMS_GUARD_WORKBENCH="on")
    try:
        body = f"rule={RULE}&by=Fictitia+Example&role=pharmacist&on=2026-11-30"
        there = {"host": "guard.example.org"}
        reply = send(service.http_at, "/review", body, FORM | there)
        assert (reply.status, "the role review is missing" in reply.text) == (403, True)
        page = send(service.http_at, "/review", "", there, "GET")
        assert (page.status, "Sign what is ticked" in page.text) == (200, False)
    finally:
        stop(service)
