"""All routes of the workbench."""

from collections.abc import Callable

from starlette.responses import Response
from starlette.routing import Route

from lems_guard.answering.answer import Answers
from lems_guard.callers.roles import READING
from lems_guard.edges.workbench.checking import check_routes
from lems_guard.edges.workbench.explaining import explain_routes
from lems_guard.edges.workbench.order_screen import HookTrial, OrderScreen
from lems_guard.edges.workbench.overlay_page import overlay_routes
from lems_guard.edges.workbench.pages import PageCall, Pages, asset_routes
from lems_guard.edges.workbench.reading import TypingDesk
from lems_guard.edges.workbench.reviewing import review_routes
from lems_guard.edges.workbench.rules_pages import Site, rules_routes


def workbench_routes(
    pages: Pages, site: Site, answers: Callable[[], Answers], trial: HookTrial
) -> list[Route]:
    """The pages, and what they are drawn with."""

    def about(asked: PageCall) -> Response:
        return pages.page("about.html", asked)

    return [
        pages.route("/about", "About", READING, about),
        *check_routes(pages, answers),
        *TypingDesk(pages).routes(),
        *rules_routes(pages, site),
        *explain_routes(pages),
        *OrderScreen(pages, trial).routes(),
        *review_routes(pages, site),
        *overlay_routes(pages, site),
        *asset_routes(),
    ]
