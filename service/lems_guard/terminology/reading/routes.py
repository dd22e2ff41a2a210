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
SKIN: Final = Route.TRANSDERMAL
SAY_HOW_OFTEN: Final = frozenset({kinds.FREQUENCY, kinds.RATE, kinds.WEEKDAY, kinds.CLOCK})
INFUSED: Final = frozenset({"min", "kg"})
INHALED_UNITS: Final = frozenset({"inh", "inhalation", "puff", "puffs"})


class Routes(NamedTuple):
    """The route that the sig says, the one that form or brand tell, or those between which it is.

    `daily` is set where `od` was read as once a day, `thrice` where `td` may be three times a day;
    `unread` holds a side that means nothing here.
    """

    said: Route | None = None
    implied: Route | None = None
    either: tuple[Route, ...] = ()
    daily: bool = False
    thrice: bool = False
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
    found = _of_forms(bag, drugs, forms, words)
    if not sides:
        return found
    if any(map(_is_skin, sides)):
        is_timed = not SAY_HOW_OFTEN.isdisjoint(bag)
        found = _through_skin(found, route, is_timed=is_timed)
    return _with_sides(found, sides, route, forms, has_amount=has_amount)


def _of_forms(
    bag: Bag, drugs: list[Phrase], forms: "list[Phrase] | tuple[()]", words: list[str]
) -> Routes:
    """The route that the dose forms tell, else the names; several of them are a doubt."""
    numerals = _numerals(bag[kinds.BARE]) if kinds.BARE in bag else []
    told = tuple(dict.fromkeys((*_form_routes(forms), *numerals)))
    if len(told) > 1:
        return Routes(either=told)
    return Routes(None, told[0] if told else _of_names(bag, drugs, forms, words))


def _numerals(numbers: list[Phrase]) -> list[Route]:
    """The routes that Roman numerals may be: `tabs iv qid` are four tablets, or into a vein."""
    entries = [each.entry for each in numbers]
    return [entry.route for entry in entries if entry is not None and entry.route is not None]


def _is_skin(side: Phrase) -> bool:
    return side.entry is not None and side.entry.route is SKIN


def _through_skin(found: Routes, route: Route | None, *, is_timed: bool) -> Routes:
    """`td` is through the skin where a patch, a rate or a frequency stands beside it.

    Elsewhere it may be three times a day, and is where another route is known.
    """
    known = route or found.implied
    if known is SKIN or (known is None and is_timed):
        return found._replace(said=SKIN, implied=None)
    if is_timed:
        return found
    return found._replace(said=route, thrice=True)


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
    found = implied if route is None else implied._replace(said=route, implied=None, either=())
    for side in sides:
        entry = side.entry
        if entry is None or entry.route is SKIN:
            continue
        if entry.route in told or (drops and told <= {None, entry.route}):
            found = found._replace(said=entry.route, implied=None, either=())
        elif entry.phrase == "od" and (told - {None} or has_amount):
            found = found._replace(daily=True)
        elif entry.after_drug is None:
            found = found._replace(unread=entry.phrase)
    return found
