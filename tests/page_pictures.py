"""Draws the workbench's pages for rules/README.md and README.md: `make pictures`.

A Chromium does on each page what a pharmacist would; the answer is scrolled to where there is one.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, sync_playwright

from running import start, stop
from system_programs import program

PICTURES = Path(__file__).parents[1] / "service" / "pictures"
SIZE = {"width": 1100, "height": 760}
ORDERS = "metoprolol succ ER 50 mg po bid\ngentamicin 80 mg iv q8h\nzzzomycin 5 mg"


class Picture(NamedTuple):
    """A picture's name, the page's path, what is done there, and what is scrolled to the top."""

    name: str
    path: str
    done: Callable[[Page], None] = lambda _: None
    top: str = "header.top"


def typed(page: Page) -> None:
    page.get_by_label("To be prescribed").fill(ORDERS)
    page.get_by_label("Taken already").fill("Firdapse 20 mg 4x/day")
    page.get_by_label("Age, years").fill("61")
    page.locator("#proposed-reading .bad").wait_for()


def pressed(name: str, shown: str) -> Callable[[Page], None]:
    """What is typed is sent by a button, and something is shown."""

    def done(page: Page) -> None:
        typed(page)
        page.get_by_role("button", name=name, exact=True).click()
        page.locator(shown).first.wait_for()

    return done


DRAWN = (
    Picture("check", "/", typed),
    Picture("answer", "/", pressed("Check", ".verdict"), ".verdict"),
    Picture("chart", "/chart"),
    Picture("rule", "/rules/beta-blocker-weakness"),
    Picture("explain", "/explain", pressed("Explain", ".explained"), ".explained"),
    Picture("order-screen", "/order-screen", pressed("Send to the service", ".ehr"), "#answer"),
    Picture("review", "/review"),
)


def draw() -> None:
    """Draw all pages."""
    service = start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program("chromium"))
            for each in DRAWN:
                page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type] # a mapping of two
                page.goto(f"http://{service.http_at}{each.path}")
                each.done(page)
                page.locator(each.top).first.evaluate("it => scrollTo(0, it.offsetTop - 12)")
                page.screenshot(path=PICTURES / f"{each.name}.png")
            browser.close()
    finally:
        stop(service)


if __name__ == "__main__":
    draw()
