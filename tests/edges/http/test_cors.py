"""Pages of other origins in a real browser: those that the site names may call, and no others."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from edges.http.calling import CHECK, METOPROLOL, send
from running import Running, start, stop
from system_programs import program

NAMED, ALSO, OTHER = "http://ehr.example", "https://orders.example:8443", "http://ehr.example.evil"
CONNECT = "/lems_guard.v1.InteractionCheckService/CheckPrescription"
DISCOVERY = "/cds-services"
AS_JSON = {"content-type": "application/json"}
BY_CONNECT = AS_JSON | {"connect-protocol-version": "1", "connect-timeout-ms": "60000"}
CALL = """async ([url, body, headers]) => {
  try {
    const reply = await fetch(url, body ? {method: 'POST', headers, body} : {});
    const id = reply.headers.get('x-request-id');
    return `${reply.status} ${id} ${(await reply.text()).includes('SEVERITY_AVOID')}`;
  } catch (fault) {
    return fault.name;
  }
}"""
# A page from the public net that asks a private address is held up by Chromium until somebody
# permits it. The pages here come from no net at all, and stand for ones of the hospital's own.
SAME_NETWORK = ["--disable-features=LocalNetworkAccessChecks"]
READ, KEPT_OUT = "200 c-1 true", "TypeError"


@pytest.fixture(scope="module")
def open_to_pages() -> Iterator[Running]:
    running = start(LEMS_GUARD_CORS_ORIGINS=f"{NAMED}, {ALSO}")
    yield running
    stop(running)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = program("chromium")
        opened = playwright.chromium.launch(executable_path=path, args=SAME_NETWORK)
        yield opened
        opened.close()


def page_of(browser: Browser, origin: str) -> Page:
    """A page of an origin, which needs no server for it."""
    page = browser.new_page(ignore_https_errors=True)
    page.route(f"{origin}/", lambda route: route.fulfill(body="<p>", content_type="text/html"))
    page.goto(f"{origin}/")
    page.unroute(f"{origin}/")  # while pages are fed, preflights are answered for the browser
    return page


def called(page: Page, at: Running, path: str, headers: dict[str, str]) -> str:
    """What a page's script can read of a call: status, the call's id, whether there is an alert."""
    body = METOPROLOL if headers else ""
    sent = headers | {"x-request-id": "c-1"}
    told: str = page.evaluate(CALL, [f"http://{at.http_at}{path}", body, sent])
    return told


@pytest.mark.parametrize(
    ("origin", "call", "can_read", "why"),
    [
        (NAMED, (CHECK, AS_JSON), READ, "/v1 from a page that is named"),
        (NAMED, (CONNECT, BY_CONNECT), READ, "Connect, with its own headers"),
        (NAMED, (CHECK, AS_JSON | {"authorization": "Bearer x"}), READ, "a token is let through"),
        (ALSO, (CHECK, AS_JSON), READ, "the other one that is named"),
        (OTHER, (CHECK, AS_JSON), KEPT_OUT, "a name that only begins like it"),
        (OTHER, (CONNECT, BY_CONNECT), KEPT_OUT, "nor by Connect"),
        (NAMED, (CHECK, AS_JSON | {"x-other": "1"}), KEPT_OUT, "a header that no call has"),
        (NAMED, ("/readyz", {}), KEPT_OUT, "nothing but the contract"),
        (NAMED, ("/metrics", {}), KEPT_OUT, "nor the metrics"),
        (OTHER, (DISCOVERY, {}), "401 null false", "CDS Hooks has a setting of its own"),
    ],
)
def test_a_page_reads_what_its_origin_may(
    open_to_pages: Running,
    browser: Browser,
    origin: str,
    call: tuple[str, dict[str, str]],
    can_read: str,
    why: str,
) -> None:
    page = page_of(browser, origin)
    assert called(page, open_to_pages, *call) == can_read, why
    page.close()


def test_without_the_setting_no_other_page_may(service: Running, browser: Browser) -> None:
    page = page_of(browser, NAMED)
    assert called(page, service, CHECK, AS_JSON) == KEPT_OUT
    page.close()


@pytest.mark.parametrize(
    ("path", "headers", "status", "why"),
    [
        (CHECK, {}, 200, "it may call the contract"),
        (CHECK, {"content-type": "text/plain"}, 415, "what a form can send is no call"),
        ("/rules/metoprolol/review", {}, 403, "and change nothing of the workbench"),
    ],
)
def test_what_a_named_origin_may_post(
    open_to_pages: Running, path: str, headers: dict[str, str], status: int, why: str
) -> None:
    sent = AS_JSON | {"origin": NAMED, "sec-fetch-site": "cross-site"} | headers
    assert send(open_to_pages.http_at, path, headers=sent).status == status, why


def test_faults_can_be_read_too(open_to_pages: Running) -> None:
    reply = send(open_to_pages.http_at, body="{", headers=AS_JSON | {"origin": NAMED})
    assert reply.status == 400
    assert reply.headers["access-control-allow-origin"] == NAMED
    assert reply.headers["vary"] == "Origin"
    assert "access-control-allow-credentials" not in reply.headers
