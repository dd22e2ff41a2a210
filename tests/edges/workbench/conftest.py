"""A service whose HTTP port this machine alone reaches, as it is without settings; a browser."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from running import Running, start, stop
from system_programs import program


@pytest.fixture(scope="session")
def service() -> Iterator[Running]:
    running = start()
    yield running
    stop(running)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = program("chromium")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path)
        yield opened
        opened.close()
