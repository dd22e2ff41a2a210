"""The page as people see it: a real Chromium, and never a fault that looks like safety."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from google.protobuf.json_format import Parse
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from edges.http.calling import send
from lems_guard.cli.exit_codes import ExitCode
from lems_guard.cli.verdict import NOTHING_FOUND, exit_code_of, is_whole
from lems_guard.v1.screening_pb2 import CheckPrescriptionResponse
from running import Running
from system_programs import program

NOTHING = "Checked, nothing found."
ANSWERED = {
    "medications": [{"id": "p1", "disposition": "DISPOSITION_EVALUATED"}],
    "completeness": "COMPLETENESS_COMPLETE",
    "knowledgeBase": {"version": "1", "digest": "0" * 64},
    "jurisdiction": "JURISDICTION_US",
    "asOf": "2026-11-22",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = program("chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path)
        yield opened
        opened.close()


@pytest.fixture
def page(browser: Browser, service: Running) -> Iterator[Page]:
    """The page, in a browser that has seen nothing before; what it complains of fails the test."""
    context = browser.new_context()
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda fault: complaints.append(str(fault)))
    opened.on(
        "console",
        lambda said: complaints.append(said.text) if "Content Security" in said.text else None,
    )
    opened.goto(f"http://{service.http_at}/")
    yield opened
    context.close()
    assert not complaints


def check(page: Page, proposed: str, active: str = "", **facts: str) -> None:
    page.get_by_label("To be prescribed").fill(proposed)
    page.get_by_label("Taken already").fill(active)
    page.get_by_label("Age in years").fill(facts.get("age", ""))
    page.get_by_label("Seizure in the past?").select_option(facts.get("seizures", ""))
    page.get_by_label("Labels of").select_option(facts.get("labels", "JURISDICTION_US"))
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".verdict, .unchecked").first).to_be_visible()


def test_alerts_questions_and_what_was_not_checked(page: Page) -> None:
    orders = "metoprolol 50 mg po bid\nzzzomycin 5 mg\namoxicillin po"
    check(page, orders, "Firdapse 20 mg 4x/day", age="61")
    expect(page.locator(".verdict.found")).to_contain_text("not checked: p2 “zzzomycin 5 mg”")
    expect(page.locator(".unchecked")).to_contain_text("NOT CHECKED")
    expect(page.locator(".unchecked li")).to_contain_text("p2 “zzzomycin 5 mg”")
    alert = page.locator("article.avoid")
    expect(alert.get_by_role("heading", level=3)).to_contain_text("▲ AVOID metoprolol")
    expect(alert).to_contain_text("never stop it abruptly")
    expect(alert).to_contain_text("p1 → metoprolol → beta-blocker → oral → beta-blocker-weakness")
    expect(alert.locator("summary")).to_contain_text("carried over from myasthenia gravis")
    expect(page.get_by_text("Has the patient ever had a seizure?")).to_be_visible()
    expect(page.get_by_role("heading", name="No alert for")).to_be_visible()
    expect(page.get_by_text("p3 “amoxicillin po”")).to_be_visible()


@pytest.mark.parametrize(
    ("orders", "facts", "reason"),
    [
        (("amoxicillin 500 mg po tid", ""), {"age": "61"}, "recognised and silent"),
        (("zzzomycin", ""), {}, "not recognised"),
        (("metoprolol po", ""), {}, "an alert to heed"),
        (("timolol eye drops", ""), {}, "an alert below AVOID"),
        (("", "Firdapse 20 mg 4x/day"), {}, "what is unknown may be a contraindication"),
        (("", "Firdapse 3 tablets 4x/day"), {"age": "61"}, "an overdose"),
        (("amoxicillin po", "Firdapse 20 mg 4x/day"), {"seizures": "ANSWER_YES"}, "the worst"),
        (("amoxicillin po", ""), {"labels": "JURISDICTION_EU"}, "European labels"),
    ],
)
def test_the_verdict_is_that_of_the_command_line(
    page: Page, service: Running, orders: tuple[str, str], facts: dict[str, str], reason: str
) -> None:
    asked: list[str] = []

    def passed_on(route: Route) -> None:
        asked.append(route.request.post_data or "")
        route.continue_()

    page.route("**/v1/**", passed_on)
    check(page, *orders, **facts)
    reply = send(service.http_at, body=asked[0])
    response = Parse(reply.text, CheckPrescriptionResponse())
    kind = page.locator(".verdict").get_attribute("class") or ""
    code, whole = exit_code_of(response), is_whole(response)
    assert ("found" in kind) == (code is ExitCode.FOUND), reason
    assert ("unsure" in kind) == (code is ExitCode.UNSURE), reason
    assert ("clear" in kind) == (whole and not response.alerts), reason
    nothing_found = page.locator(".verdict").inner_text() == NOTHING_FOUND
    assert nothing_found == (whole and not response.alerts), reason
    assert page.locator("article").count() == len(response.alerts), reason


def test_what_was_read_with_doubt_is_told(page: Page) -> None:
    check(page, "metoprolol 2 tablets 20 mg bid\nPedia-Lax")
    expect(page.locator(".unchecked li")).to_contain_text("may be docusate or glycerol")
    expect(page.get_by_role("heading", name="Read with care")).to_be_visible()
    expect(
        page.get_by_text("each piece, or all of them together, may hold the amount")
    ).to_be_visible()


def test_a_contraindication_opens_the_list(page: Page) -> None:
    check(page, "tramadol po", "Firdapse 20 mg 4x/day", seizures="ANSWER_YES")
    first = page.locator("article").first
    expect(first).to_contain_text("■ CONTRAINDICATED amifampridine")


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (500, "<h1>Internal Server Error</h1>", "no JSON"),
        (200, "", "an empty answer"),
        (200, "{}", "nothing in it"),
        (200, json.dumps(ANSWERED | {"medications": []}), "an order is missing"),
        (200, json.dumps(ANSWERED | {"completeness": "COMPLETENESS_NEW"}), "a word not known"),
        (200, json.dumps(ANSWERED | {"knowledgeBase": {}}), "made with nobody knows what"),
        (
            200,
            json.dumps(ANSWERED | {"medications": [{"id": "other", "disposition": "X"}]}),
            "another patient's answer",
        ),
        (
            200,
            json.dumps(ANSWERED | {"alerts": [{"severity": "SEVERITY_NEW", "drug": "x"}]}),
            "a severity not known",
        ),
        (429, '{"code": 8, "message": "too many calls under way: NOT checked"}', "overload"),
        (504, '{"code": 4, "message": "deadline passed: NOT checked"}', "late"),
        (0, "", "the connection broke"),
    ],
)
def test_no_fault_ever_looks_like_safety(page: Page, status: int, body: str, reason: str) -> None:
    def reply(route: Route) -> None:
        if status:
            route.fulfill(status=status, body=body, content_type="application/json")
        else:
            route.abort()

    check(page, "amoxicillin po")
    page.route("**/v1/**", reply)
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".unchecked h3"), reason).to_have_text("NOT CHECKED")
    assert page.locator(".verdict").count() == 0, reason
    assert "nothing found" not in page.locator("#answer").inner_text(), reason


def test_a_whole_answer_of_the_same_shape_is_taken(page: Page) -> None:
    """The counterpart of the test above: it is the fault in each that is refused."""
    page.route("**/v1/**", lambda route: route.fulfill(json=ANSWERED))
    check(page, "amoxicillin po")
    expect(page.locator(".verdict.clear")).to_have_text(NOTHING)


def test_an_answer_grows_old_with_the_first_change(page: Page) -> None:
    check(page, "amoxicillin po", age="61")
    page.get_by_label("To be prescribed").press_sequentially("\nmetoprolol")
    expect(page.locator(".changed")).to_contain_text("Changed since")
    expect(page.locator("#answer")).to_have_class("stale")
    page.get_by_role("button", name="Check").click()
    expect(page.locator("article.avoid")).to_be_visible()
    expect(page.locator(".changed")).to_have_count(0)


def test_an_answer_to_older_orders_is_never_shown(page: Page) -> None:
    held: list[Any] = []
    page.route("**/v1/**", lambda route: held.append(route))  # noqa: PLW0108 - wants a function
    page.get_by_label("To be prescribed").fill("amoxicillin po")
    page.get_by_role("button", name="Check").click()
    expect(page.get_by_text("Checking …")).to_be_visible()
    page.get_by_label("To be prescribed").fill("metoprolol po")
    expect(page.locator("#answer")).to_be_empty()
    page.get_by_role("button", name="Check").click()
    while len(held) < 2:
        page.wait_for_timeout(10)
    with page.expect_response("**/v1/**"):
        held[0].fulfill(json=ANSWERED)
    held[1].fulfill(json=ANSWERED | {"completeness": "COMPLETENESS_INCOMPLETE"})
    expect(page.locator(".verdict")).to_contain_text("not checked")
    assert page.locator(".verdict").count() == 1


def test_what_was_typed_is_shown_as_text(page: Page) -> None:
    check(page, '<img src=x onerror="document.title=1"> & “quotes”')
    expect(page.locator(".unchecked li")).to_contain_text('<img src=x onerror="document.title=1">')
    expect(page).to_have_title("LEMS Guard")
    assert "?" not in page.url


def test_a_fact_that_is_none_is_refused(page: Page) -> None:
    check(page, "metoprolol", age="-5")
    expect(page.locator(".unchecked")).to_contain_text("patient.age_years: completed years")
    check(page, "metoprolol", age="sixty")
    expect(page.locator(".unchecked")).to_contain_text("expected a whole number")


def test_it_is_used_without_a_mouse(page: Page) -> None:
    page.get_by_label("To be prescribed").fill("metoprolol po")
    for expected in ("active", "age", "seizures", "labels"):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.id") == expected
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("article.avoid")).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "answer"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 375, 1280])
def test_nothing_runs_off_the_side(page: Page, scheme: Any, width: int) -> None:  # noqa: ANN401
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    check(page, f"metoprolol po\n{'x' * 300}", "Firdapse 20 mg 4x/day")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_paper_shows_everything_folded(page: Page) -> None:
    check(page, "metoprolol po")
    assert page.locator("details[open]").count() == 0
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.locator("details:not([open])").count() == 0
    expect(page.get_by_role("button", name="Check")).to_be_hidden()
    expect(page.get_by_text("p1 → metoprolol")).to_be_visible()
