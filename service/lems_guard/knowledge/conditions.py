"""`when`: a mapping of facts to what they must be, compiled to a `Condition`."""

import enum
from collections.abc import Iterator

from lems_guard.clinical.condition import All, Between, Condition, Either, Is, Not
from lems_guard.clinical.fact_table import FACTS
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.knowledge.problems import Problems
from lems_guard.knowledge.shape import Fields, named, one_of, text_of
from lems_guard.knowledge.tree import Branch, Node, Scalar, Series, kind_of

UNKNOWN = "UNKNOWN"
JURISDICTION = "jurisdiction"
BOUNDS = ("above", "at_least", "at_most", "below")
COMBINATIONS = ("any", "all", "not")

# Facts that are asked for, but that no rule reads: rows name routes, and doses come as mg.
ONLY_ASKED = frozenset({"route", "dose", "expected_daily_maximum", "stopped_on", "identity"})
READABLE = tuple(name for name in FACTS if name not in ONLY_ASKED)

# Every request says these, or a default does.
ALWAYS_KNOWN = frozenset({JURISDICTION, "lems_status", "list"})


def read_condition(node: Node, problems: Problems) -> Condition | None:
    """The condition that a mapping states: all of its entries must hold."""
    if not isinstance(node, Branch) or not node.entries:
        kind = "an empty one" if isinstance(node, Branch) else kind_of(node)
        problems.add(node.place, "wrong-shape", f"a condition is a mapping of facts, not {kind}")
        return None
    found = [_entry(key, value, problems) for key, value in node.entries]
    parts = tuple(part for part in found if part is not None)
    if len(parts) != len(found):
        return None
    return parts[0] if len(parts) == 1 else All(parts)


def choices_of(fact: str) -> type[enum.IntEnum]:
    """The values that a fact can have; `ValueError` for a number or for no fact at all."""
    spec = FACTS.get(fact)
    if spec is None or spec.choices is None:
        raise ValueError(f"{fact!r} is no fact with named values")
    return spec.choices


def facts_read(condition: Condition) -> Iterator[str]:
    """The facts that a condition reads."""
    if isinstance(condition, Is | Between):
        yield condition.fact
    elif isinstance(condition, All | Either):
        for part in condition.parts:
            yield from facts_read(part)
    elif isinstance(condition, Not):
        yield from facts_read(condition.part)


def jurisdictions_named(condition: Condition) -> Iterator[Jurisdiction]:
    """The jurisdictions that a condition speaks of."""
    if isinstance(condition, Is) and condition.fact == JURISDICTION:
        yield from (value for value in condition.values if isinstance(value, Jurisdiction))
    elif isinstance(condition, All | Either):
        for part in condition.parts:
            yield from jurisdictions_named(part)
    elif isinstance(condition, Not):
        yield from jurisdictions_named(condition.part)


def facts_missed(condition: Condition) -> frozenset[str]:
    """The facts for want of which a condition may be undecided: not those it wants to be known."""
    return frozenset(facts_read(condition)) - frozenset(_only_when_known(condition))


def _only_when_known(condition: Condition) -> Iterator[str]:
    """The facts that a part asks not to be UNKNOWN."""
    match condition:
        case Not(Is(fact, values, True)) if not values:
            yield fact
        case All(parts) | Either(parts):
            for part in parts:
                yield from _only_when_known(part)
        case _:
            pass


def _entry(key: Scalar, value: Node, problems: Problems) -> Condition | None:
    if key.text in COMBINATIONS:
        return _combination(key, value, problems)
    if key.text not in READABLE:
        problems.add_unknown(key.place, "fact", key.text, (*READABLE, *COMBINATIONS))
        return None
    choices = FACTS[key.text].choices
    if choices is None:
        return _range(key, value, problems)
    return _membership(key, value, choices, problems)


def _combination(key: Scalar, value: Node, problems: Problems) -> Condition | None:
    if key.text == "not":
        part = read_condition(value, problems)
        return Not(part) if part else None
    if not isinstance(value, Series) or not value.items:
        kind = "an empty one" if isinstance(value, Series) else kind_of(value)
        shown = f"{key.text!r} is a list of conditions, not {kind}"
        problems.add(value.place, "wrong-shape", shown)
        return None
    found = [read_condition(item, problems) for item in value.items]
    parts = tuple(part for part in found if part is not None)
    if len(parts) != len(found):
        return None
    return Either(parts) if key.text == "any" else All(parts)


def _membership(
    key: Scalar, value: Node, choices: type[enum.IntEnum], problems: Problems
) -> Condition | None:
    """One value, or a list of them; UNKNOWN is a value that can be asked for."""
    names: dict[str, enum.IntEnum | None] = {**named(choices)}
    if key.text not in ALWAYS_KNOWN:
        names[UNKNOWN] = None
    nodes = value.items if isinstance(value, Series) else (value,)
    before = len(problems)
    scalars = [text_of(node, f"{key.text!r}", problems) for node in nodes]
    values = [one_of(scalar, key.text, names, problems, None) for scalar in scalars if scalar]
    if len(problems) > before:
        return None
    known = frozenset(found for found in values if found is not None)
    if not values or len(known) == len(choices):
        _settled(key, value, problems, nothing=not values, asks_unknown=None in values)
    return Is(key.text, known, or_unknown=None in values)


def _settled(
    key: Scalar, value: Node, problems: Problems, *, nothing: bool, asks_unknown: bool
) -> None:
    """A condition that no value, or every value, fulfils says nothing."""
    if nothing:
        problems.add(value.place, "empty-list", f"{key.text!r} lists nothing")
    elif asks_unknown or key.text in ALWAYS_KNOWN:
        problems.add(value.place, "idle-condition", f"every {key.text!r} fulfils this")


def _range(key: Scalar, value: Node, problems: Problems) -> Condition | None:
    before = len(problems)
    fields = Fields(value, problems, f"the range of {key.text!r}", (), BOUNDS)
    bounds = {name: fields.number(name) for name in BOUNDS}
    if len(problems) > before:
        return None
    lows = [bound for name in BOUNDS[:2] if (bound := bounds[name]) is not None]
    highs = [bound for name in BOUNDS[2:] if (bound := bounds[name]) is not None]
    if not lows and not highs:
        shown = f"{key.text!r} needs a bound: {', '.join(BOUNDS)}"
        problems.add(value.place, "missing-key", shown)
    if lows and highs and max(lows) > min(highs):
        problems.add(value.place, "empty-range", f"no {key.text!r} lies in this range")
    return Between(key.text, **bounds)
