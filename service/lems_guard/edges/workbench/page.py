"""The page at `/`: what answers here and in what state, and a form to try a check.

Everything is in the one document; nothing is fetched from elsewhere, and a strict policy says so.
"""

import base64
import hashlib
import html
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from lems_guard import __version__
from lems_guard.callers.admission import Admits
from lems_guard.clinical.errors import Overloaded
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.edges.frame import Frame
from lems_guard.v1.knowledge_service_pb2 import GetKnowledgeBaseResponse

RETRY_AFTER_SECONDS = "1"
NOT_REVIEWED = "Its content has not been reviewed by a clinician."
PARTLY_REVIEWED = "Some of its content records a review by a clinician; each rule says so."
FOLDER = resources.files("lems_guard.edges.workbench")


class State(NamedTuple):
    """What the page tells of the service: all of it may be known to anybody."""

    knowledge: GetKnowledgeBaseResponse
    jurisdiction: Jurisdiction
    components: Mapping[str, str]
    notices: tuple[str, ...]


def page_route(state: Callable[[], State], admission: Admits, frame: Frame) -> Route:
    """The route of the page; its form is there only for those whom `/v1` would answer."""
    method = frame.method("unary", "workbench", "Page")

    async def show(request: Request) -> Response:
        try:
            call = frame.enter(method)
        except Overloaded as refused:
            return PlainTextResponse(f"{refused}\n", 503, {"retry-after": RETRY_AFTER_SECONDS})
        with call:
            refusal = admission.refusal(request.headers)
            text = page(state(), str(request.base_url).rstrip("/"), refusal)
        return HTMLResponse(text, headers=headers())

    return Route("/", show)


def page(state: State, base: str, refusal: str) -> str:
    """The document."""
    reviewed = state.knowledge.clinician_review_recorded
    closed = f"<p>{html.escape(refusal)}</p>" if refusal else ""
    blanks = {
        "style": asset("page.css"),
        "script": "" if refusal else asset("page.js"),
        "review": PARTLY_REVIEWED if reviewed else NOT_REVIEWED,
        "closed": closed,
        "labels": "".join(_labels(state.jurisdiction)),
        "state": "".join(_rows(state)),
        "base": html.escape(base),
        "release": html.escape(__version__),
    }
    text = asset("page.html")
    for blank, content in blanks.items():
        text = text.replace(f"{{{{{blank}}}}}", content)
    return text


@cache
def headers() -> dict[str, str]:
    """What browsers are told: only this document's own style and script, and calls of this port."""
    policy = (
        "default-src 'none'",
        f"style-src {_hash_of(asset('page.css'))}",
        f"script-src {_hash_of(asset('page.js'))}",
        "connect-src 'self'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
    return {
        "content-security-policy": "; ".join(policy),
        "cache-control": "no-store",
        "cross-origin-opener-policy": "same-origin",
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
    }


@cache
def asset(name: str) -> str:
    """A file beside this one."""
    return FOLDER.joinpath(name).read_text("utf-8")


def _hash_of(content: str) -> str:
    digest = hashlib.sha256(content.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _labels(standing: Jurisdiction) -> Iterator[str]:
    """The choices of labels, the service's own first chosen."""
    for each in Jurisdiction:
        chosen = " selected" if each is standing else ""
        yield f'<option value="JURISDICTION_{each.name}"{chosen}>{each.name}</option>'


def _rows(state: State) -> Iterator[str]:
    """Label and value of everything that the page tells, ready."""
    for label, value in _told(state):
        yield f"<dt>{html.escape(label)}</dt><dd>{html.escape(value)}</dd>\n"


def _told(state: State) -> Iterator[tuple[str, str]]:
    known = state.knowledge
    loaded = known.reload.loaded_at
    yield "state", " · ".join(f"{name} {word}" for name, word in state.components.items())
    yield "knowledge base", f"{known.knowledge_base.version}, loaded {moment(loaded)}"
    yield "digest", known.knowledge_base.digest
    yield "rules", f"{known.rule_count:,} over {known.class_count:,} drug classes"
    yield "drugs", f"{known.ingredient_count:,} under {known.name_count:,} names and codes"
    yield "labels", f"{state.jurisdiction.name}, where a request does not say"
    if known.reload.refused_at:
        when = moment(known.reload.refused_at)
        yield "refused", f"newer rules, {when}: those before go on answering"
    for notice in state.notices:
        yield "notice", notice


def moment(text: str) -> str:
    """A moment of UTC as a person reads it, to the minute."""
    return f"{text[:10]} {text[11:16]} UTC"
