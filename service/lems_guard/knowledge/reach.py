"""Which conditions can ever hold, and which rows ever count: tried on all facts that matter.

A fact has one of its names, or a number from each stretch between the bounds that are asked for, or
is unknown. Facts are taken as independent: what is called unreachable here surely is.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise, product

from lems_guard.clinical.condition import All, Between, Condition, Either, Not
from lems_guard.clinical.fact_table import FACTS
from lems_guard.clinical.facts import Facts, FactValue, Interval
from lems_guard.clinical.patient import LemsStatus
from lems_guard.clinical.route import KNOWN_ROUTES, Route
from lems_guard.clinical.rule import Outcome, Rule
from lems_guard.knowledge.conditions import ALWAYS_KNOWN, JURISDICTION, facts_read

# The one number that may be below zero: a dose that is lowered.
SIGNED = frozenset({"dose_step_mg"})


def may_hold(condition: Condition, rule: Rule) -> bool:
    """Whether any facts with which the rule speaks fulfil a condition."""
    return any(condition.judge(facts).truth for facts in _worlds([condition], rule))


def always_holds(condition: Condition, rule: Rule) -> bool:
    """Whether all facts do that are known, and none that is unknown is refused for it."""
    for facts in _worlds([condition], rule):
        truth = condition.judge(facts).truth
        if truth is False or (truth is None and None not in facts.values()):
            return False
    return True


def idle_parts(condition: Condition, rule: Rule) -> Iterator[tuple[Condition, bool]]:
    """The parts that change nothing, with what they always are: true among all, false among any."""
    if isinstance(condition, Not):
        yield from idle_parts(condition.part, rule)
    if not isinstance(condition, All | Either):
        return
    for part in condition.parts:
        if isinstance(condition, All) and always_holds(part, rule):
            yield part, True
        elif isinstance(condition, Either) and not may_hold(part, rule):
            yield part, False
        else:
            yield from idle_parts(part, rule)


def is_reached(number: int, rule: Rule) -> bool:
    """Whether there is an exposure for which a row counts.

    Either it holds and no row above surely does, or it is possible and each row above is ruled out,
    as by a row that wants to be known what this one leaves open.
    """
    row = rule.outcomes[number]
    found: dict[tuple[Outcome, ...], bool] = {}
    for route in KNOWN_ROUTES if row.routes is None else row.routes:
        above = tuple(each for each in rule.outcomes[:number] if _is_for(each, route))
        if above not in found:
            found[above] = _leave_open(above, row, rule)
    return any(found.values())


def _is_for(row: Outcome, route: Route) -> bool:
    return row.routes is None or route in row.routes


def _leave_open(above: Sequence[Outcome], row: Outcome, rule: Rule) -> bool:
    """Whether the rows above leave anything of this row to itself."""
    taking = [each.when for each in above if each.when is not None]
    if len(taking) < len(above):
        return False
    own = [] if row.when is None else [row.when]
    for facts in _worlds(own, rule, beside=taking):
        truth = row.when.judge(facts).truth if row.when is not None else True
        if truth is False:
            continue
        taken = _surely_holds if truth else _may_be
        for more in _worlds(taking, rule, given=facts):
            if not any(taken(condition, more) for condition in taking):
                return True
    return False


def _surely_holds(condition: Condition, facts: Facts) -> bool:
    """A row that holds only because it accepts an unknown lets the next one be read too."""
    verdict = condition.judge(facts)
    return verdict.truth is True and not verdict.missing


def _may_be(condition: Condition, facts: Facts) -> bool:
    return condition.judge(facts).truth is not False


def _worlds(
    conditions: Sequence[Condition],
    rule: Rule,
    *,
    beside: Sequence[Condition] = (),
    given: Mapping[str, FactValue] | None = None,
) -> Iterator[dict[str, FactValue]]:
    """Every combination of what the facts of some conditions can be, with what is given.

    Numbers are told apart as finely as these conditions and those beside them do.
    """
    known = dict(given or {})
    read = {fact for condition in conditions for fact in facts_read(condition)}
    facts = sorted(read - known.keys())
    told_apart = (*conditions, *beside)
    for values in product(*(_values(fact, told_apart, rule) for fact in facts)):
        yield known | dict(zip(facts, values, strict=True))


def _values(fact: str, conditions: Iterable[Condition], rule: Rule) -> Sequence[FactValue]:
    """What a fact can be where the rule speaks; `None` is the unknown, which rules out least."""
    if fact == JURISDICTION:
        return sorted(rule.jurisdictions)
    if fact == "list":
        return sorted(rule.lists)
    if fact == "lems_status":
        return [each for each in LemsStatus if not (rule.needs_lems and each is LemsStatus.ABSENT)]
    choices = FACTS[fact].choices
    unknown = () if fact in ALWAYS_KNOWN else (None,)
    if choices is not None:
        return [*unknown, *choices]
    bounds = {bound for condition in conditions for bound in _bounds(condition, fact)}
    numbers = _stretches(bounds, least=None if fact in SIGNED else 0)
    return [*unknown, *(Interval(number, number) for number in numbers)]


def _bounds(condition: Condition, fact: str) -> Iterator[float]:
    """The numbers at which a condition changes its answer for want or excess of a fact."""
    match condition:
        case Between(found, above, at_least, at_most, below) if found == fact:
            stated = (above, at_least, at_most, below)
            yield from (bound for bound in stated if bound is not None)
        case All(parts) | Either(parts):
            for part in parts:
                yield from _bounds(part, fact)
        case Not(part):
            yield from _bounds(part, fact)


def _stretches(bounds: Iterable[float], least: float | None) -> list[float]:
    """A number at each bound and one in each stretch between, below and above them."""
    cuts = sorted({*bounds} | ({least} if least is not None else set()))
    between = [(low + high) / 2 for low, high in pairwise(cuts)]
    ends = [cuts[-1] + 1] if least is not None else [cuts[0] - 1, cuts[-1] + 1]
    return sorted(number for number in (*cuts, *between, *ends) if least is None or number >= least)
