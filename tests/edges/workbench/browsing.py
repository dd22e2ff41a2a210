"""A browser as people have one, and the rules of accessibility held against what it shows."""

from collections.abc import Iterator
from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from running import Running

GRAVE = {"serious", "critical"}


@contextmanager
def opened(browser: Browser, running: Running, path: str, **options: object) -> Iterator[Page]:
    """A page in a browser that has seen nothing before; what it complains of fails the test."""
    context = browser.new_context(**options)  # type: ignore[arg-type]
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda fault: complaints.append(str(fault)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if "Content Security" in said.text else None,
    )
    page.goto(f"http://{running.http_at}{path}")
    yield page
    context.close()
    assert not complaints


def grave_findings(page: Page) -> list[str]:
    """What axe-core finds serious or critical."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['html'][:120]}"
        for each in found
        if each["impact"] in GRAVE
        for node in each["nodes"]
    ]
