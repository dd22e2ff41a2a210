"""`/`: a list of orders checked as a pharmacist types it, and everything that is told of it.

The answer is the service's own, written out: the form becomes a request of the contract, its bytes
go the way that all edges' go, and what comes back is shown whole or not at all.
"""

from collections.abc import Callable

from starlette.responses import Response
from starlette.routing import Route

from lems_guard.answering.answer import Answers
from lems_guard.answering.spoken import doubts_of, read_as
from lems_guard.answering.wording import (
    SEVERITIES,
    concern_in_words,
    fact_in_words,
    jurisdiction_in_words,
    order_in_words,
    route_in_words,
)
from lems_guard.callers.roles import CHECKING
from lems_guard.edges.workbench import check_form
from lems_guard.edges.workbench.checked import Checked, copies_of
from lems_guard.edges.workbench.pages import PageCall, Pages
from lems_guard.v1 import prescription_pb2, screening_pb2
from lems_guard.v1 import terms_pb2 as terms

# Gaps that the form has a field for; any other is answered in the words of the order.
TRI_STATE = frozenset(each.name for each in check_form.TRI_STATES)
CHOICES = {each.name: each for each in check_form.CHOICES}


def check_routes(pages: Pages, answers: Callable[[], Answers]) -> list[Route]:
    """The routes of the page and of its answers."""

    def empty(asked: PageCall) -> Response:
        return _page(pages, asked, dict.fromkeys(check_form.FIELDS, ""), None)

    def check(asked: PageCall) -> Response:
        check_form.refuse_unknown(asked.form)
        values = check_form.values_of(asked.form)
        request = check_form.read_form(values)
        reply = answers().answer(request.SerializeToString()).reply
        response = screening_pb2.CheckPrescriptionResponse.FromString(reply)
        return _page(pages, asked, values, Checked(request, response, _names(request)))

    return [
        pages.route("/", "Check", CHECKING, empty),
        pages.route("/check", "CheckForm", CHECKING, check, "POST"),
    ]


def _names(request: prescription_pb2.CheckPrescriptionRequest) -> dict[str, str]:
    """Each order's words, by its id."""
    orders = (*request.proposed, *request.active, *request.stopped)
    return {order.id: f"“{order_in_words(order)}”" for order in orders}


def _page(
    pages: Pages, asked: PageCall, values: dict[str, str], checked: Checked | None
) -> Response:
    """The page; of its answer alone where a script asks for that."""
    part = asked.one("part") == "answer"
    return pages.page(
        "answer.html" if part else "check.html",
        asked,
        values=values,
        checked=checked,
        form=check_form,
        terms=terms,
        severities=SEVERITIES,
        tri_state=TRI_STATE,
        choices=CHOICES,
        words={
            "concern": concern_in_words,
            "fact": fact_in_words,
            "route": route_in_words,
            "jurisdiction": jurisdiction_in_words,
            "read_as": read_as,
            "doubts_of": doubts_of,
            "facts": lambda names: ", ".join(map(fact_in_words, names)),
        },
        copies=copies_of(checked) if checked else (),
    )
