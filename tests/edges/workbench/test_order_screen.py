"""The order screen as people use it: cards that are taken or overridden, and what is reported."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from edges.http.calling import send
from edges.workbench.browsing import grave_findings, opened
from lems_guard.edges.workbench.cards_shown import as_html
from running import Running, start, stop

FORM = {"content-type": "application/x-www-form-urlencoded"}
ORDERS = "amoxicillin 500 mg po tid\n\nmetoprolol 50 mg po bid\nciprofloxacin 500 mg po bid"


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    """A service whose hooks programs of this machine may call, too."""
    service = start(LEMS_GUARD_CDS_HOOKS_AUTH="off")
    yield service
    stop(service)


@pytest.fixture
def page(browser: Browser, running: Running) -> Iterator[Page]:
    with opened(browser, running, "/order-screen") as found:
        yield found


def sent(page: Page, proposed: str, active: str = "Firdapse 20 mg 4x/day") -> None:
    page.get_by_label("To be prescribed").fill(proposed)
    page.get_by_label("Taken already").fill(active)
    page.get_by_role("button", name="Send to the service").click()
    expect(page.locator("#raw-response")).to_be_visible()


def card_of(page: Page, drug: str) -> Locator:
    heading = page.get_by_role("heading", name=drug)
    return page.locator("article.ehr").filter(has=heading)


def reported(page: Page) -> dict[str, object]:
    [item] = json.loads(page.locator("#raw-feedback").inner_text())["feedback"]
    return dict(item)


def counted(running: Running, outcome: str) -> float:
    """How often an outcome was counted for the rule on β-blockers."""
    lines = send(running.http_at, "/metrics", "", {}, "GET").text.splitlines()
    wanted = ("alert_outcomes_total", 'rule="beta-blocker-weakness"', outcome)
    found = [line for line in lines if all(each in line for each in wanted)]
    return sum(float(line.rpartition(" ")[2]) for line in found)


def test_the_cards_are_those_that_a_system_gets(page: Page, running: Running) -> None:
    sent(page, ORDERS)
    expect(card_of(page, "metoprolol").locator(".detail strong").first).to_have_text("AVOID")
    expect(card_of(page, "metoprolol")).to_contain_text("never stop it abruptly")
    request = page.locator("#raw-request").input_value()
    reply = send(running.http_at, "/cds-services/lems-guard-order-sign", request)
    assert reply.value == json.loads(page.locator("#raw-response").input_value())
    assert len(reply.value["cards"]) == page.locator("article.ehr").count()
    expect(page.locator("#open-to")).to_contain_text("LEMS_GUARD_CDS_HOOKS_AUTH=off")


def test_a_suggestion_is_taken_and_reported(page: Page, running: Running) -> None:
    before = counted(running, "accepted")
    sent(page, ORDERS)
    card = card_of(page, "metoprolol")
    uuid = card.get_attribute("data-card")
    card.get_by_role("button", name="Replace metoprolol by lisinopril").click()
    expect(page.get_by_role("status")).to_contain_text("Feedback was sent and taken")
    expect(page.get_by_label("To be prescribed")).to_have_value(
        "amoxicillin 500 mg po tid\n\nlisinopril oral\nciprofloxacin 500 mg po bid"
    )
    expect(card_of(page, "metoprolol")).to_have_count(0)
    expect(card_of(page, "ciprofloxacin")).to_have_count(1)
    assert (reported(page)["card"], reported(page)["outcome"]) == (uuid, "accepted")
    assert counted(running, "accepted") == before + 1


def test_an_order_is_removed(page: Page) -> None:
    sent(page, ORDERS)
    card_of(page, "metoprolol").get_by_role("button", name="Remove the order").click()
    expect(page.get_by_label("To be prescribed")).to_have_value(
        "amoxicillin 500 mg po tid\n\nciprofloxacin 500 mg po bid"
    )


def test_a_card_is_overridden_with_its_reason(page: Page, running: Running) -> None:
    before = counted(running, "overridden")
    sent(page, ORDERS)
    card = card_of(page, "metoprolol")
    card.get_by_text("Override", exact=True).click()
    card.get_by_label("Why").select_option("There is no suitable alternative")
    card.get_by_label("Comment").fill("for his arrhythmia")
    card.get_by_role("button", name="Override the card").click()
    expect(card.locator(".tag")).to_have_text("Overridden: There is no suitable alternative")
    expect(card.get_by_role("button")).to_have_count(0)
    reason = reported(page)["overrideReason"]
    assert reason == {
        "reason": {
            "system": "urn:lems-guard:override-reason",
            "code": "no-alternative",
            "display": "There is no suitable alternative",
        },
        "userComment": "for his arrhythmia",
    }
    assert counted(running, "overridden") == before + 1
    other = card_of(page, "ciprofloxacin")
    other.get_by_role("button", name="Keep it, and record the issue").click()
    expect(card.locator(".tag")).to_be_visible()
    expect(other.locator(".tag")).to_have_text("Accepted: Keep it, and record the issue")
    assert not grave_findings(page)


def test_a_card_is_not_overridden_without_a_reason(page: Page) -> None:
    sent(page, ORDERS)
    card = card_of(page, "metoprolol")
    card.get_by_text("Override", exact=True).click()
    card.get_by_role("button", name="Override the card").click()
    expect(page.locator(".unchecked")).to_contain_text("choose why it is overridden")


def test_a_list_that_was_changed_is_to_be_sent_again(page: Page) -> None:
    sent(page, ORDERS)
    page.get_by_label("To be prescribed").fill(ORDERS + "\ntramadol po")
    keep = card_of(page, "metoprolol").get_by_role("button", name="Keep it")
    keep.click()
    expect(page.get_by_role("status")).to_contain_text("The list was changed since")
    expect(card_of(page, "tramadol")).to_have_count(0)


def test_what_a_record_has_no_place_for_is_said(page: Page) -> None:
    page.locator("[name=ventilated][value=yes]").check(force=True)
    sent(page, "metoprolol po")
    expect(page.locator(".unchecked")).to_contain_text("NOT IN THE CALL")
    expect(page.locator(".unchecked li")).to_have_text("ventilated: yes")


def test_for_a_patient_without_lems_nothing_is_shown(page: Page) -> None:
    page.get_by_label("LEMS", exact=False).first.select_option("excluded")
    sent(page, "metoprolol po", "")
    expect(page.locator(".cards h2")).to_have_text("No card: the order screen shows nothing")


def test_it_is_used_on_a_narrow_screen_without_a_script(browser: Browser, running: Running) -> None:
    narrow = {"width": 360, "height": 800}
    options: dict[str, object] = {"viewport": narrow, "java_script_enabled": False}
    with opened(browser, running, "/order-screen", **options) as page:
        sent(page, ORDERS)
        card_of(page, "ciprofloxacin").get_by_role("button", name="Remove the order").click()
        expect(page.get_by_role("status")).to_contain_text("Feedback was sent and taken")
    with opened(browser, running, "/order-screen", viewport=narrow) as page:
        sent(page, ORDERS)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_where_hooks_are_closed_it_says_so_and_shows_the_cards(
    browser: Browser, service: Running
) -> None:
    with opened(browser, service, "/order-screen") as page:
        expect(page.locator("#open-to")).to_contain_text("every call is refused with 401")
        expect(page.locator("#open-to")).to_contain_text("LEMS_GUARD_CDS_HOOKS_AUTH=off")
        sent(page, ORDERS)
        expect(card_of(page, "metoprolol")).to_be_visible()


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        ({"accept": "x", "request": "{}", "response": "{}"}, 400, "no cards"),
        ({"override": "x", "request": "{}", "response": '{"cards": []}'}, 400, "no such card"),
        ({"override": "x", "request": "[]", "response": '{"cards": [{}]}'}, 400, "no card"),
        ({"hook": "patient-view", "proposed": "x"}, 400, "no hook of this page"),
        ({"hooks": "order-sign"}, 400, "no field of this page"),
        ({"proposed": "\ud800".encode("utf-8", "surrogatepass")}, 200, "no text: not understood"),
    ],
)
def test_what_is_no_screen_of_ours_is_refused(
    service: Running, fields: dict[str, str | bytes], status: int, reason: str
) -> None:
    reply = send(service.http_at, "/order-screen", urlencode(fields), FORM)
    assert reply.status == status, reason


def test_who_may_not_report_only_looks() -> None:
    opened_up = start(LEMS_GUARD_WORKBENCH="on")
    try:
        there = FORM | {"host": "guard.example.org"}
        shown = send(opened_up.http_at, "/order-screen", urlencode({"proposed": ORDERS}), there)
        assert "Override the card" not in shown.text
        body = urlencode({"accept": "x", "request": "{}", "response": '{"cards": []}'})
        assert send(opened_up.http_at, "/order-screen", body, there).status == 403
    finally:
        stop(opened_up)


@pytest.mark.parametrize(
    ("text", "html", "reason"),
    [
        ("**AVOID** now", "<p><strong>AVOID</strong> now</p>", "as clients render it"),
        ("<img src=x>", "<p>&lt;img src=x&gt;</p>", "a tag is text"),
        ("&lt;b&gt;", "<p>&lt;b&gt;</p>", "what was escaped for clients"),
        ("![x](https://e.org/x)", '<p>!<a href="https://e.org/x">x</a></p>', "nothing is loaded"),
        ("[x](javascript:alert)", "<p>[x](javascript:alert)</p>", "no address"),
    ],
)
def test_markdown_is_rendered_and_nothing_else(text: str, html: str, reason: str) -> None:
    assert as_html(text).strip() == html, reason
