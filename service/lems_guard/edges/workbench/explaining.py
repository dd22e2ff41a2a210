"""`/explain`: why it warned, and why it did not."""

from starlette.responses import Response
from starlette.routing import Route

from lems_guard.answering.answer import Answerer
from lems_guard.answering.explained import ExplainedOrder, explained
from lems_guard.callers.roles import CHECKING
from lems_guard.edges.workbench import check_form
from lems_guard.edges.workbench.pages import PageCall, Pages
from lems_guard.screening.screen import RuleScreener


def explain_routes(pages: Pages) -> list[Route]:
    """The routes of the page and of what it explains."""

    def empty(asked: PageCall) -> Response:
        return _page(pages, asked, dict.fromkeys(check_form.FIELDS, ""), ())

    def explain(asked: PageCall) -> Response:
        check_form.refuse_unknown(asked.form)
        values = check_form.values_of(asked.form)
        state, edition = pages.state(), pages.edition()
        answerer = Answerer(
            edition.knowledge,
            edition,
            RuleScreener(),
            jurisdiction=state.jurisdiction,
            country=state.country,
            today=pages.today,
        )
        request = answerer.question(check_form.read_form(values)).request
        orders = explained(request, edition.knowledge, edition.phrases)
        return _page(pages, asked, values, orders)

    return [
        pages.route("/explain", "Explain", CHECKING, empty),
        pages.route("/explain", "ExplainForm", CHECKING, explain, "POST"),
    ]


def _page(
    pages: Pages, asked: PageCall, values: dict[str, str], orders: tuple[ExplainedOrder, ...]
) -> Response:
    return pages.page("explain.html", asked, values=values, form=check_form, orders=orders)
