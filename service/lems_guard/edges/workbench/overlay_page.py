"""`/overlay`: what this site says otherwise than the rules, by whom, why and until when.

Who may sign may also decide here; each decision is told in every answer that it bears on.
"""

from pathlib import Path

from starlette.responses import Response
from starlette.routing import Route

from lems_guard.callers.roles import READING, SIGNING
from lems_guard.clinical.errors import FieldViolation, InvalidRequest
from lems_guard.clinical.overlay import Adjustment
from lems_guard.edges.workbench.pages import PageCall, Pages
from lems_guard.edges.workbench.rules_pages import Site
from lems_guard.editions.overlaying import (
    OFF,
    Decision,
    NotAdjusted,
    UnwrittenOverlay,
    decide,
    held_overlay,
    rules_in,
    take_out,
)
from lems_guard.knowledge.overlay import SEVERITIES

NO_FILE = "LEMS_GUARD_OVERLAY names no file here: there is nowhere to write"
SEEN = "The service says so as soon as it has read the file again."


def overlay_routes(pages: Pages, site: Site) -> list[Route]:
    """The routes of the page and of what is decided on it."""

    def show(asked: PageCall) -> Response:
        return _page(pages, site, asked)

    def change(asked: PageCall) -> Response:
        try:
            told = _changed(pages, site, asked)
        except NotAdjusted as fault:
            faults = tuple(FieldViolation("overlay", line) for line in str(fault).splitlines())
            raise InvalidRequest(faults) from fault
        except UnwrittenOverlay as fault:
            return _page(pages, site, asked, str(fault), fault.text)
        return _page(pages, site, asked, f"{told}. {SEEN}")

    return [
        pages.route("/overlay", "Overlay", READING, show),
        pages.route("/overlay", "Decide", SIGNING, change, "POST"),
    ]


def _changed(pages: Pages, site: Site, asked: PageCall) -> str:
    """Do what was asked for; in words."""
    if site.overlay is None:
        raise NotAdjusted(NO_FILE)
    rule, outcome = asked.one("rule"), asked.one("outcome")
    if "take_out" in asked.form:
        taken = take_out(rule, _number(outcome), site.rules, site.overlay)
        return f"Taken out: {taken.words()}"
    names = ("says", "who", "reason", "expires", "accept_risk")
    decision = Decision(rule, outcome, *(asked.one(name) for name in names))
    return f"Written: {decide(decision, site.rules, site.overlay, pages.today()).words()}"


def _number(outcome: str) -> int:
    return int(outcome) if outcome.isdecimal() and len(outcome) < 4 else 0


def _page(
    pages: Pages, site: Site, asked: PageCall, told: str = "", to_write: str = ""
) -> Response:
    entries, fault = _entries(site)
    chosen = asked.query.get("rule", ""), _number(asked.query.get("outcome", ""))
    found = [each for each in entries if (each.rule, each.row) == chosen]
    return pages.page(
        "overlay.html",
        asked,
        entries=entries,
        fault=fault,
        file=site.overlay.name if site.overlay else "",
        chosen=chosen,
        before=found[0] if found else None,
        rules=pages.edition().knowledge.rules,
        severities=[*reversed(SEVERITIES), OFF],
        told=told,
        to_write=to_write,
    )


def _entries(site: Site) -> tuple[tuple[Adjustment, ...], str]:
    """What the file holds now, and what is wrong with it."""
    path: Path | None = site.overlay
    if path is None:
        return (), ""
    try:
        return held_overlay(path, rules_in(site.rules))[1].adjustments, ""
    except NotAdjusted as fault:
        return (), str(fault)
