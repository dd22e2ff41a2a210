"""By which route an order is given, from its words: those that say it, else its form or brand."""

from typing import Final, NamedTuple

from lems_guard.clinical.route import Route
from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.amounts import DOSE_UNITS
from lems_guard.terminology.reading.bag import Bag
from lems_guard.terminology.reading.phrase import Phrase

DROPS: Final = frozenset({"drop", "drops", "gtt", "gtts", "drop ( s )"})
# Names that hold their own route.
NAMED_ROUTES: Final = {
    "ivig": Route.INTRAVENOUS,
    "igiv": Route.INTRAVENOUS,
    "scig": Route.SUBCUTANEOUS,
}
INFUSED: Final = frozenset({"min", "kg"})
INHALED_UNITS: Final = frozenset({"inh", "inhalation", "puff", "puffs"})


class Routes(NamedTuple):
    """The route that the sig says, the one that form or brand tell, or those between which it is.

    `daily` is set where `od` was read as once a day; `unread` holds a side that means nothing here.
    """

    said: Route | None = None
    implied: Route | None = None
    either: tuple[Route, ...] = ()
    daily: bool = False
    unread: str = ""


NOT_SAID: Final = Routes()


def routes_of(bag: Bag, drugs: list[Phrase], words: list[str], *, has_amount: bool) -> Routes:
    """The route of one order."""
    routes, forms, sides = bag.get(kinds.ROUTE), bag.get(kinds.FORM, ()), bag.get(kinds.SIDE)
    if not (routes or forms or sides):
        return Routes(None, _of_names(bag, drugs, forms, words))
    route = None
    if routes:
        route, *others = dict.fromkeys(map(_route, routes))
        if others:
            return Routes(either=(route, *others))
        if not sides:
            return Routes(route)
    told = tuple(dict.fromkeys(_form_routes(forms)))
    implied = None
    if len(told) <= 1:
        implied = told[0] if told else _of_names(bag, drugs, forms, words)
    found = Routes(None, implied, told if len(told) > 1 else ())
    return _with_sides(found, sides, route, forms, has_amount=has_amount) if sides else found


def _route(phrase: Phrase) -> Route:
    return (phrase.entry.route if phrase.entry is not None else None) or Route.OTHER


def _form_routes(forms: "list[Phrase] | tuple[()]") -> list[Route]:
    """The routes that the dose forms tell."""
    found = []
    for each in forms:
        form = each.entry.form if each.entry is not None else None
        if form is not None and form.route is not None:
            found.append(form.route)
    return found


def _is_infused(bag: Bag) -> bool:
    """Whether a rate tells that a drug runs into a vein: by the minute, or by weight."""
    rates = [each.value.unit for each in bag.get(kinds.RATE, ())]
    parts = [rate.split("/") for rate in rates]
    return any(unit in DOSE_UNITS and not INFUSED.isdisjoint(shares) for unit, *shares in parts)


def _of_names(
    bag: Bag, drugs: list[Phrase], forms: "list[Phrase] | tuple[()]", words: list[str]
) -> Route | None:
    """The route that a unit, a rate, a name or all products of a brand have."""
    for each in bag.get(kinds.STRENGTH, ()):
        if words[each.stop - 1] in INHALED_UNITS:
            return Route.INHALED
    entries = [each.entry for each in drugs if each.entry is not None]
    for entry in entries:
        if entry.phrase in NAMED_ROUTES:
            return NAMED_ROUTES[entry.phrase]
    if forms:
        return None
    if kinds.RATE in bag and _is_infused(bag):
        return Route.INTRAVENOUS
    return _of_brands({entry.route for entry in entries})


def _of_brands(routes: set[Route | None]) -> Route | None:
    """The one route that all have; what is added to a bag runs with it."""
    if routes == {None, Route.INTRAVENOUS}:
        return Route.INTRAVENOUS
    return routes.pop() if len(routes) == 1 else None


def _with_sides(
    implied: Routes,
    sides: list[Phrase],
    route: Route | None,
    forms: "list[Phrase] | tuple[()]",
    *,
    has_amount: bool,
) -> Routes:
    """`od` is the right eye beside eye words, else once daily; `os` the left eye, or nothing."""
    told = {route, *_form_routes(forms)}
    drops = any(each.entry is not None and each.entry.phrase in DROPS for each in forms)
    found = implied if route is None else Routes(route)
    for side in sides:
        entry = side.entry
        if entry is None:
            continue
        if entry.route in told or (drops and told <= {None, entry.route}):
            found = found._replace(said=entry.route, implied=None, either=())
        elif entry.phrase == "od" and (told - {None} or has_amount):
            found = found._replace(daily=True)
        elif entry.after_drug is None:
            found = found._replace(unread=entry.phrase)
    return found
