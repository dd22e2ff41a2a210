"""What the text of an order says as a whole: readings, route, dose, frequency, and doubts."""

import itertools
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from lems_guard.clinical.dose import Dose
from lems_guard.clinical.medication import MatchedBy
from lems_guard.clinical.route import Route
from lems_guard.terminology.findings import COMPOUNDED, Named, is_denied
from lems_guard.terminology.homeopathy import HOMEOPATHIC, is_dilution
from lems_guard.terminology.lexicon import Lexicon
from lems_guard.terminology.licensed import (
    AMINOPYRIDINES,
    LICENSED,
    add_strength,
    is_licensed,
    is_suspension,
    product_in,
)
from lems_guard.terminology.order_text import LONGEST_TEXT, OrderText
from lems_guard.terminology.vocabulary import IngredientSet, Readings
from lems_guard.terminology.words import words_of

MOST_READINGS = 8
TOO_LONG = f"the text is longer than {LONGEST_TEXT} characters and was not read"
PLUS = "plus"
DROPS = frozenset({"drop", "drops", "gtt", "gtts"})
Mixtures: TypeAlias = Mapping[IngredientSet, IngredientSet]
ELEMENTS = frozenset({"calcium", "iron", "magnesium", "potassium", "zinc"})
# What is ordered beside a drug, and no rule can be about.
IDLE = frozenset({"medical device", "no medication", "wound dressing"})
NAME_DOES_NOT_TELL = "the name alone does not tell which product is meant"


class TextReading(NamedTuple):
    """What a text was understood to say.

    `named` holds what was recognised even where the text as a whole was not understood; it may be
    what is ordered unless it is `denied`. `route`
    is what the sig says (OTHER: several), `implied_route` what the dose form or the brand tells.
    `licensed` and `suspension` are for amifampridine alone: whether the text leaves room for the
    licensed product, and whether it speaks of its suspension. `product` is the name by which an
    aminopyridine goes (see `licensed.product_of`).
    """

    readings: Readings = ()
    named: Readings = ()
    matched_by: MatchedBy | None = None
    route: Route | None = None
    implied_route: Route | None = None
    is_product: bool = False
    dose: Dose | None = None
    counted: bool = False
    per_day: float | None = None
    as_needed: bool = False
    notes: tuple[str, ...] = ()
    licensed: bool = True
    suspension: bool = False
    denied: bool = False
    product: str = ""


NOTHING = TextReading()
DILUTED = TextReading(
    (HOMEOPATHIC,),
    (HOMEOPATHIC,),
    MatchedBy.NAME,
    notes=("a homeopathic dilution: what it is named after was not checked",),
)


def read_text(text: str, lexicon: Lexicon) -> TextReading:
    """What a text says; nothing if it names no drug or holds a word that is not understood."""
    if not text or text.isspace():
        return NOTHING
    if len(text) > LONGEST_TEXT:
        return TextReading(notes=(TOO_LONG,))
    return DILUTED if is_dilution(text) else _walked(text, lexicon)


def _walked(text: str, lexicon: Lexicon) -> TextReading:
    """What the words of a text say, one by one."""
    walked = OrderText(text, lexicon)
    notes: list[str] = []
    named = _drugs(walked.named, notes, lexicon.mixtures) if walked.named else ()
    notes += [_by_spelling(drug) for drug in walked.named if drug.spelled]
    unexplained = walked.unexplained + _lacks_second(text, walked.named)
    if unexplained or not named:
        unknown = TextReading(named=named, notes=(_not_understood(unexplained),))
        return _in_doubt(unknown, walked, words_of(text)) if named else unknown
    if walked.compounded and not any(drug.brand for drug in walked.named):
        named = _as_compounded(named, lexicon)
    if named not in AMINOPYRIDINES:
        return _understood(walked, named, notes)
    product = product_in(walked)
    if named != LICENSED:
        return _understood(walked, named, notes)._replace(product=product)
    licensed = is_licensed(walked, product)
    if licensed:
        add_strength(walked)
    reading = _understood(walked, named, notes)
    return reading._replace(product=product, licensed=licensed, suspension=is_suspension(walked))


def _lacks_second(text: str, named: list[Named]) -> bool:
    """Whether `plus` adds a drug that is not named: `Candesartan Plus` holds a diuretic too."""
    words = words_of(text) if PLUS in text.lower() else []
    if PLUS not in words or any(PLUS in drug.phrase for drug in named):
        return False
    behind = words[words.index(PLUS) + 1 :]
    return not any(drug.phrase.partition(" ")[0] in behind for drug in named)


def _by_spelling(drug: Named) -> str:
    meant = " or ".join(" + ".join(names) for names in drug.readings)
    return f"found by spelling: '{drug.phrase}' was read as {meant}"


def _in_doubt(reading: TextReading, walked: OrderText, words: list[str]) -> TextReading:
    """A text that is not understood but for the drug that it names."""
    product = product_in(walked) if reading.named in AMINOPYRIDINES else ""
    return reading._replace(denied=is_denied(words, walked.named[0].phrase), product=product)


def _as_compounded(named: Readings, lexicon: Lexicon) -> Readings:
    """The compounded substance, where it is one of its own: `amifampridine 10 mg (compounded)`."""
    names = [lexicon.entries.get(f"{' '.join(each)} {COMPOUNDED}") for each in named]
    return next((entry.readings for entry in names if entry is not None), named)


def _understood(walked: OrderText, named: Readings, notes: list[str]) -> TextReading:
    quantities = walked.quantities
    single = len(named) == 1 and len(named[0]) == 1
    dose = quantities.dose(notes) if single else None
    per_day = quantities.per_day(notes)
    route = _route(walked.routes, notes) if walked.routes else None
    if walked.sides:
        route, per_day = _with_sides(walked, route, per_day, notes)
    return TextReading(
        named,
        named,
        _matched_by(walked),
        route,
        _implied_route(walked, notes) if route is None else None,
        bool(walked.forms),
        dose,
        bool(quantities.counts),
        per_day,
        quantities.as_needed,
        tuple(notes),
    )


def _not_understood(words: int) -> str:
    if not words:
        return "no drug is named"
    return "1 word was not understood" if words == 1 else f"{words} words were not understood"


def _matched_by(walked: OrderText) -> MatchedBy:
    if walked.other_words:
        return MatchedBy.SIG_TEXT
    return MatchedBy.BRAND if any(drug.brand for drug in walked.named) else MatchedBy.NAME


def _drugs(named: list[Named], notes: list[str], mixtures: Mixtures) -> Readings:
    """Drugs outside brackets make a combination; in brackets stands another name of the same."""
    readings = named[0].readings if len(named) == 1 else _several(named, notes, mixtures)
    if len(readings) > 1 and not notes:
        notes.append(NAME_DOES_NOT_TELL)
    return readings


def _several(named: list[Named], notes: list[str], mixtures: Mixtures) -> Readings:
    brackets = ([drug.readings for drug in named if drug.bracket == kind] for kind in range(3))
    first, *others = (_union(drugs, mixtures) for drugs in brackets if drugs)
    together = first
    for readings in others:
        together = _agreed(together, readings, notes)
    return together


def _union(drugs: list[Readings], mixtures: Mixtures) -> Readings:
    """Every way to put the drugs together into one set of ingredients, or the bag they make."""
    choices = itertools.islice(itertools.product(*drugs), MOST_READINGS)
    sets = (_together(choice) for choice in choices)
    return tuple(dict.fromkeys(mixtures.get(names, names) for names in sets))


def _together(choice: tuple[IngredientSet, ...]) -> IngredientSet:
    """One set; `magnesium oxide (241 mg magnesium)` names the element of the salt, no more."""
    names = set(itertools.chain(*choice))
    elements = {name for name in names if any(other.startswith(f"{name} ") for other in names)}
    return tuple(sorted((names - (elements & ELEMENTS)) - IDLE or names))


def _agreed(readings: Readings, others: Readings, notes: list[str]) -> Readings:
    """One name may hold what the other leaves out; what neither holds of the other is a doubt."""
    fitting = [
        _larger(one, other)
        for one in readings
        for other in others
        if _is_part(one, other) or _is_part(other, one)
    ]
    if fitting:
        return tuple(dict.fromkeys(fitting))
    notes.append("the names in the text disagree")
    return tuple(dict.fromkeys((*readings, *others)))


def _larger(one: IngredientSet, other: IngredientSet) -> IngredientSet:
    return one if _is_part(other, one) else other


def _is_part(one: IngredientSet, other: IngredientSet) -> bool:
    """Whether the other set holds every ingredient, or the salt of every element."""
    return all(
        name in other or (name in ELEMENTS and any(o.startswith(f"{name} ") for o in other))
        for name in one
    )


def _route(routes: list[Route], notes: list[str]) -> Route:
    """The route that the sig names."""
    if len(routes) == 1 or len(set(routes)) == 1:
        return routes[0]
    notes.append("the text names more than one route: the route is not known")
    return Route.OTHER


def _implied_route(walked: OrderText, notes: list[str]) -> Route | None:
    """The route that the dose form tells, else the one that all products of the brand have."""
    if not walked.forms:
        routes = {drug.route for drug in walked.named}
        if routes == {None, Route.INTRAVENOUS}:
            return Route.INTRAVENOUS  # what is added to a bag runs with it
        return routes.pop() if len(routes) == 1 else None
    told = _form_routes(walked)
    if len(told) > 1:
        notes.append("the dose forms tell different routes: the route is not known")
    return told.pop() if len(told) == 1 else None


def _form_routes(walked: OrderText) -> set[Route]:
    """The routes that the dose forms tell."""
    routes = {entry.form.route for entry in walked.forms if entry.form is not None}
    return {route for route in routes if route is not None}


def _with_sides(
    walked: OrderText, route: Route | None, per_day: float | None, notes: list[str]
) -> tuple[Route | None, float | None]:
    """`od` is the right eye beside eye words, else once daily; `os` the left eye, or nothing."""
    told = {route, *_form_routes(walked)}
    has_drops = any(form.phrase in DROPS for form in walked.forms)
    for side in walked.sides:
        if side.route in told or (has_drops and told <= {None, side.route}):
            route = side.route
        elif side.phrase == "od" and (told - {None} or walked.quantities.amounts):
            per_day = per_day or 1.0
        elif side.after_drug is None:
            notes.append(f"'{side.phrase}' has several meanings: it was not used")
    return route, per_day
