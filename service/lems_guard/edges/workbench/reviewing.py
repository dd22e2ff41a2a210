"""`/review`: what nobody has signed, what changed since, what is due again; and signing.

Only ids that somebody ticked are signed, and only under the name that is written there.
"""

from collections import defaultdict
from pathlib import PurePosixPath

from starlette.responses import Response
from starlette.routing import Route

from lems_guard.callers.roles import READING, SIGNING
from lems_guard.clinical.errors import FieldViolation, InvalidRequest
from lems_guard.clinical.rule import ReviewState, Rule
from lems_guard.edges.workbench.pages import PageCall, Pages
from lems_guard.edges.workbench.rules_pages import Site
from lems_guard.editions.signing import NotSigned, Signing, Unwritten, sign_rules


def review_routes(pages: Pages, site: Site) -> list[Route]:
    """The routes of the page and of signing."""

    def show(asked: PageCall) -> Response:
        return _page(pages, asked, "", "")

    def sign(asked: PageCall) -> Response:
        fields = (asked.one(name) for name in ("by", "role", "on", "until", "note"))
        signing = Signing(tuple(asked.form.get("rule", ())), *fields)
        try:
            path = sign_rules(signing, site.rules, site.overlay, pages.today())
        except NotSigned as fault:
            raise InvalidRequest((FieldViolation("signature", str(fault)),)) from fault
        except Unwritten as fault:
            return _page(pages, asked, str(fault), fault.text)
        count = len(signing.ids)
        told = f"{count} rule{'s' * (count > 1)} signed by {signing.by}, in {path.name}: shown here"
        return _page(pages, asked, f"{told} as soon as the service has read it again.", "")

    return [
        pages.route("/review", "Review", READING, show),
        pages.route("/review", "Sign", SIGNING, sign, "POST"),
    ]


def _page(pages: Pages, asked: PageCall, told: str, to_write: str) -> Response:
    rules, day = pages.edition().knowledge.rules, pages.today()
    states = {rule.id: rule.review.on(day) for rule in rules}
    topics: dict[str, list[Rule]] = defaultdict(list)
    for rule in rules:
        if states[rule.id] is not ReviewState.SIGNED:
            topics[PurePosixPath(rule.file).parts[0]].append(rule)
    return pages.page(
        "review.html",
        asked,
        topics=sorted(topics.items()),
        states=states,
        signed=sum(state is ReviewState.SIGNED for state in states.values()),
        of=len(rules),
        told=told,
        to_write=to_write,
    )
