"""The check page as people use it: a real Chromium, and never a fault that looks like safety."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from google.protobuf.json_format import Parse
from playwright.sync_api import Browser, Page, Route, expect

from edges.http.calling import send
from edges.workbench.browsing import grave_findings, opened
from lems_guard.answering.verdict import NOTHING_FOUND, is_whole
from lems_guard.cli.exit_codes import ExitCode
from lems_guard.cli.verdict import exit_code_of
from lems_guard.edges.workbench import check_form
from lems_guard.v1.prescription_pb2 import Patient
from lems_guard.v1.screening_pb2 import CheckPrescriptionResponse
from running import Running

FORM = {"content-type": "application/x-www-form-urlencoded"}
WHOLE = '<section class="answer" data-whole="1"><p class="verdict clear">Checked.</p></section>'


@pytest.fixture
def page(browser: Browser, service: Running) -> Iterator[Page]:
    with opened(browser, service, "/") as found:
        yield found


def check(page: Page, proposed: str, active: str = "", **facts: str) -> None:
    page.get_by_label("To be prescribed").fill(proposed)
    page.get_by_label("Taken already").fill(active)
    page.get_by_label("Age, years").fill(facts.get("age", ""))
    page.locator(f"[name=seizure_history][value='{facts.get('seizures', '')}']").check(force=True)
    page.get_by_label("Labels of").select_option(facts.get("labels", ""))
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".verdict, .unchecked").first).to_be_visible()


def test_alerts_questions_and_what_was_not_checked(page: Page) -> None:
    orders = "metoprolol 50 mg po bid\nzzzomycin 5 mg\namoxicillin po"
    check(page, orders, "Firdapse 20 mg 4x/day", age="61")
    expect(page.locator(".verdict.found")).to_contain_text("not checked: “zzzomycin 5 mg”")
    expect(page.locator(".unchecked")).to_contain_text("NOT CHECKED")
    expect(page.locator(".unchecked li").first).to_contain_text("no rule was asked about it")
    row = page.locator("#summary tbody tr").first
    expect(row).to_contain_text("▲ AVOID")
    expect(row).to_contain_text("never stop it abruptly")
    row.get_by_role("link", name="metoprolol").click()
    alert = page.locator("details.alert.avoid").first
    heading = "▲ AVOID metoprolol: a β-blocker can worsen weakness in LEMS; never stop it abruptly"
    expect(alert.locator("summary").first).to_have_text(heading)
    expect(alert).to_contain_text("→ metoprolol → beta-blocker → oral → beta-blocker-weakness")
    expect(alert).to_contain_text("carried over from myasthenia gravis")
    expect(alert.get_by_role("link", name="beta-blocker-weakness")).to_have_attribute(
        "href", "/rules/beta-blocker-weakness"
    )
    expect(page.locator(".asks")).to_contain_text("Has the patient ever had a seizure?")
    expect(page.get_by_role("row", name="amoxicillin po")).to_contain_text("no alert")
    assert not grave_findings(page)


def test_a_question_is_answered_where_it_is_asked(page: Page) -> None:
    check(page, "tramadol 50 mg po tid", "Firdapse 20 mg 4x/day", age="61")
    asked = page.get_by_role("listitem").filter(has_text="Has the patient ever had a seizure?")
    asked.get_by_role("button", name="Yes").click()
    expect(page.locator("#summary .s.contraindicated").first).to_be_visible()
    expect(page.locator("[name=seizure_history][value=yes]")).to_be_checked()
    expect(page.locator("#answer")).not_to_contain_text("Has the patient ever had a seizure?")


def test_a_question_of_an_order_is_answered_by_its_words(page: Page) -> None:
    check(page, "Firdapse po", age="61", seizures="no")
    page.locator("input[name='answer:order:p1']").first.fill("20 mg tid")
    page.get_by_role("button", name="Check again").first.click()
    expect(page.get_by_label("To be prescribed")).to_have_value("Firdapse po 20 mg tid")
    expect(page.locator(".orders")).to_contain_text("20 mg × 3 = 60 mg/day")  # noqa: RUF001


def test_an_allergy_that_was_not_understood_leaves_nothing_green(page: Page) -> None:
    page.locator("[name=allergies]").fill("zzyx")
    check(page, "amoxicillin 500 mg po tid", age="61")
    expect(page.locator(".verdict.unsure")).to_contain_text("not checked: allergies “zzyx”")
    expect(page.locator(".unchecked li")).to_contain_text("zzyx")


def test_a_stopped_order_is_read_and_added_to_before_its_day(page: Page) -> None:
    page.get_by_label("Being stopped").fill("pyridostigmine @ 2026-11-20")
    read = page.locator("#stopped-reading li")
    expect(read).to_contain_text("@ 2026-11-20")
    expect(read).to_contain_text("→ pyridostigmine")
    expect(read.locator("u.doubt")).to_have_count(0)
    added = "stoppedWith('pyridostigmine @ 2026-11-20', '60 mg tid')"
    assert page.evaluate(added) == "pyridostigmine 60 mg tid @ 2026-11-20"
    day = "stoppedWith('pyridostigmine 60 mg', '2026-11-20')"
    assert page.evaluate(day) == "pyridostigmine 60 mg @ 2026-11-20"


def test_a_question_of_a_stopped_order_is_answered_without_a_script(service: Running) -> None:
    body = "stopped=metoprolol+@+2026-11-20&answer:order:s1=50+mg+bid"
    reply = send(service.http_at, "/check", body, FORM)
    assert ">metoprolol 50 mg bid @ 2026-11-20</textarea>" in reply.text


def test_rows_are_filtered_by_severity(page: Page) -> None:
    check(page, "metoprolol po\ntimolol eye drops\ndoxycycline 100 mg po bid")
    expect(page.locator("#summary tbody tr")).to_have_count(2)
    page.get_by_label("▲ AVOID").uncheck()
    expect(page.locator("#summary tbody tr:visible")).not_to_contain_text(["metoprolol"])
    assert page.locator("#summary tbody tr:visible").count() == 1


@pytest.mark.parametrize(
    ("orders", "facts", "reason"),
    [
        (("amoxicillin 500 mg po tid", ""), {"age": "61"}, "recognised and silent"),
        (("zzzomycin", ""), {}, "not recognised"),
        (("metoprolol po", ""), {}, "an alert to heed"),
        (("timolol eye drops", ""), {}, "an alert below AVOID"),
        (("", "Firdapse 20 mg 4x/day"), {}, "what is unknown may be a contraindication"),
        (("", "Firdapse 3 tablets 4x/day"), {"age": "61"}, "an overdose"),
        (("amoxicillin po", "Firdapse 20 mg 4x/day"), {"seizures": "yes"}, "the worst"),
        (("amoxicillin po", ""), {"labels": "EU"}, "European labels"),
    ],
)
def test_the_verdict_is_that_of_the_command_line(
    page: Page, orders: tuple[str, str], facts: dict[str, str], reason: str
) -> None:
    check(page, *orders, **facts)
    page.locator(".copies summary", has_text="JSON").click()
    response = Parse(page.locator("#copy-json").inner_text(), CheckPrescriptionResponse())
    kind = page.locator(".verdict").get_attribute("class") or ""
    code, whole = exit_code_of(response), is_whole(response)
    assert ("found" in kind) == (code is ExitCode.FOUND), reason
    assert ("unsure" in kind) == (code is ExitCode.UNSURE), reason
    assert ("clear" in kind) == (whole and not response.alerts), reason
    nothing_found = page.locator(".verdict").inner_text() == NOTHING_FOUND
    assert nothing_found == (whole and not response.alerts), reason
    assert page.locator("#summary tbody tr").count() == len(response.alerts), reason


def test_each_line_is_read_while_it_is_typed(page: Page) -> None:
    page.get_by_label("To be prescribed").fill("metoprolol 20 mg po tid\nfrobnicate 5 mg")
    read = page.locator("#proposed-reading li")
    expect(read.first).to_contain_text("metoprolol · oral · 20 mg × 3 = 60 mg/day")  # noqa: RUF001
    expect(read.last.locator("u.doubt")).to_have_text("frobnicate")
    expect(read.last).to_contain_text("not recognised")


def test_names_are_offered_and_chosen_by_the_keyboard(page: Page) -> None:
    area = page.get_by_label("To be prescribed")
    area.press_sequentially("metop")
    options = page.locator("#proposed-names").get_by_role("option")
    expect(options.first).to_contain_text("metoprolol")
    area.press("ArrowDown")
    expect(options.first).to_have_attribute("aria-selected", "true")
    area.press("Enter")
    expect(area).to_have_value("metoprolol ")
    area.press_sequentially("50 mg po bid\nfirda")
    expect(options.first).to_contain_text("amifampridine")
    area.press("Escape")
    expect(options.first).to_be_hidden()


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (500, "<h1>Internal Server Error</h1>", "no answer"),
        (200, "", "an empty answer"),
        (200, "<p class='verdict clear'>Checked, nothing found.</p>", "nothing that counts"),
        (200, WHOLE.replace('"1"', '"0"'), "an order is missing"),
        (200, WHOLE.replace('"1"', '"2"'), "another patient's answer"),
        (200, "<script>document.title=1</script>", "something else"),
        (429, "too many", "overload"),
        (504, "deadline", "late"),
        (0, "", "the connection broke"),
    ],
)
def test_no_fault_ever_looks_like_safety(page: Page, status: int, body: str, reason: str) -> None:
    def reply(route: Route) -> None:
        if status:
            route.fulfill(status=status, body=body, content_type="text/html")
        else:
            route.abort()

    check(page, "amoxicillin po")
    page.route("**/check", reply)
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator(".unchecked h2"), reason).to_have_text("NOT CHECKED")
    assert page.locator(".verdict").count() == 0, reason
    assert "nothing found" not in page.locator("#answer").inner_text(), reason
    expect(page).to_have_title("Check · LEMS Guard")


def test_a_whole_answer_of_the_same_shape_is_taken(page: Page) -> None:
    """The counterpart of the test above: it is the fault in each that is refused."""
    page.route("**/check", lambda route: route.fulfill(body=WHOLE, content_type="text/html"))
    check(page, "amoxicillin po")
    expect(page.locator(".verdict.clear")).to_have_text("Checked.")


def test_an_answer_grows_old_with_the_first_change(page: Page) -> None:
    check(page, "amoxicillin po", age="61")
    page.get_by_label("To be prescribed").press_sequentially("\nmetoprolol")
    expect(page.locator(".changed")).to_contain_text("Changed since")
    expect(page.locator("#answer")).to_have_class("stale")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.locator("#summary .avoid")).to_be_visible()
    expect(page.locator(".changed")).to_have_count(0)


def test_an_answer_to_older_orders_is_never_shown(page: Page) -> None:
    held: list[Any] = []
    page.route("**/check", lambda route: held.append(route))  # noqa: PLW0108 - wants a function
    page.get_by_label("To be prescribed").fill("amoxicillin po")
    page.get_by_role("button", name="Check", exact=True).click()
    expect(page.get_by_text("Checking …")).to_be_visible()
    page.get_by_label("To be prescribed").fill("metoprolol po")
    expect(page.locator("#answer")).to_be_empty()
    page.get_by_role("button", name="Check", exact=True).click()
    while len(held) < 2:
        page.wait_for_timeout(10)
    with page.expect_response("**/check"):
        held[0].fulfill(body=WHOLE, content_type="text/html")
    held[1].fulfill(body=WHOLE.replace("Checked.", "Newer."), content_type="text/html")
    expect(page.locator(".verdict")).to_have_text("Newer.")


def test_what_was_typed_is_shown_as_text_and_goes_into_no_address(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    check(page, '<img src=x onerror="document.title=1"> & “quotes”')
    expect(page.locator(".unchecked li").first).to_contain_text("<img src=x onerror=")
    expect(page).to_have_title("Check · LEMS Guard")
    assert "?" not in page.url
    assert not [url for url in asked if "img" in url]


def test_a_fact_that_is_none_is_refused(page: Page) -> None:
    check(page, "metoprolol", age="-5")
    expect(page.locator(".unchecked")).to_contain_text("patient.age_years: a whole number")
    check(page, "metoprolol", age="sixty")
    expect(page.locator(".unchecked")).to_contain_text("a whole number of completed years")


def test_it_is_used_with_the_keyboard_alone(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    while page.evaluate("document.activeElement.id") != "proposed":
        page.keyboard.press("Tab")
    page.keyboard.type("tramadol 50 mg po tid")
    page.keyboard.press("Tab")
    page.keyboard.type("Firdapse 20 mg 4x/day")
    while page.evaluate("document.activeElement.name") != "seizure_history":
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("[name=seizure_history][value=no]")).to_be_checked()
    while page.evaluate("document.activeElement.className") != "main":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#summary .avoid").first).to_be_visible()
    assert page.evaluate("document.activeElement.id") == "answer"
    while page.evaluate("document.activeElement.tagName") != "SUMMARY":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("details.alert[open]")).to_have_count(1)


def test_it_answers_without_a_script(browser: Browser, service: Running) -> None:
    with opened(browser, service, "/", java_script_enabled=False) as page:
        page.get_by_label("To be prescribed").fill("tramadol 50 mg po tid")
        page.get_by_label("Taken already").fill("Firdapse 20 mg 4x/day")
        page.get_by_role("button", name="Check", exact=True).click()
        expect(page.locator(".verdict.found")).to_be_visible()
        asked = page.get_by_role("listitem").filter(has_text="ever had a seizure?")
        asked.get_by_role("button", name="Yes").click()
        expect(page.locator("#summary .s.contraindicated").first).to_be_visible()
        expect(page.locator("[name=seizure_history][value=yes]")).to_be_checked()
        expect(page.get_by_label("To be prescribed")).to_have_value("tramadol 50 mg po tid")


def test_the_list_stands_in_the_fragment_only_where_asked(page: Page) -> None:
    page.get_by_label("To be prescribed").fill("metoprolol po")
    assert "#" not in page.url
    page.get_by_label("keep the list").check()
    assert "#proposed=metoprolol" in page.url
    url = page.url
    page.goto("about:blank")
    page.goto(url)
    expect(page.get_by_label("To be prescribed")).to_have_value("metoprolol po")


def test_fifteen_orders_print_on_one_sheet(page: Page) -> None:
    orders = [f"{drug} 50 mg po bid" for drug in (
        "metoprolol", "ciprofloxacin", "tramadol", "amoxicillin", "lisinopril", "azithromycin",
        "bupropion", "verapamil", "diazepam", "lithium", "simvastatin", "omeprazole", "zolpidem",
        "zzzomycin",
    )]  # fmt: skip
    check(page, "\n".join(orders), "Firdapse 20 mg 4x/day", age="61")
    assert page.locator("#summary tbody tr").count() >= 8
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") == 1
    page.emulate_media(media="print")
    expect(page.get_by_role("button", name="Check", exact=True)).to_be_hidden()
    expect(page.locator(".unchecked").first).to_be_visible()
    expect(page.locator(".unchecked li").first).to_be_visible()


def test_it_is_taken_along_as_note_command_and_call(page: Page) -> None:
    check(page, "metoprolol 50 mg po bid", "Firdapse 20 mg 4x/day", age="61", seizures="no")
    note = page.locator("#copy-note").text_content() or ""
    assert "AVOID metoprolol" in note
    assert "knowledge base" in note
    command = page.locator("#copy-cli").text_content()
    assert command == (
        "lems-guard check 'metoprolol 50 mg po bid' --active 'Firdapse 20 mg 4x/day' "
        "--age 61 --seizure-history no"
    )
    assert "CheckPrescription" in (page.locator("#copy-grpc").text_content() or "")


def test_every_fact_of_the_contract_has_its_place() -> None:
    facts = {field.name for field in Patient.DESCRIPTOR.fields}
    assert facts <= set(check_form.FIELDS)


def test_an_answer_to_fifteen_orders_is_small_and_whole(service: Running) -> None:
    drugs = ("metoprolol", "ciprofloxacin", "tramadol", "amoxicillin", "lisinopril", "lithium",
             "azithromycin", "bupropion", "verapamil", "diazepam", "simvastatin", "omeprazole",
             "zolpidem", "gentamicin", "</pre><b>")  # fmt: skip
    fields = {"proposed": "\n".join(f"{drug} 50 mg po bid" for drug in drugs)}
    text = send(service.http_at, "/check", urlencode(fields), FORM).text
    assert len(text.encode()) < 150_000
    assert "</pre><b>" not in text
    assert '"alerts": [' in text, "a quote between tags stays one"


def test_a_field_that_the_form_has_not_is_refused(service: Running) -> None:
    reply = send(service.http_at, "/check", "proposed=metoprolol&agee=5", FORM)
    assert (reply.status, "agee: no field of this form" in reply.text) == (400, True)


@pytest.mark.parametrize(
    ("query", "status"), [("x" * 64, 200), ("x" * 65, 400), ("", 200), ("%F0%9F%92%8A", 200)]
)
def test_a_name_that_is_asked_for_is_short(service: Running, query: str, status: int) -> None:
    assert send(service.http_at, f"/names?q={query}", "", {}, "GET").status == status


def test_names_are_not_given_without_end(service: Running) -> None:
    statuses = {send(service.http_at, "/names?q=me", "", {}, "GET").status for _ in range(200)}
    assert statuses == {200, 503}
