"""Rules as a pharmacist reads them: one in full, many as a table, either as JSON."""

import dataclasses
import datetime
import enum
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from lems_guard.clinical.condition import Condition
from lems_guard.clinical.evidence import Evidence
from lems_guard.clinical.overlay import Adjustment
from lems_guard.clinical.rule import (
    Advice,
    Alternative,
    Drugs,
    Outcome,
    Review,
    Rule,
    RuleKind,
    WhenUnknown,
)
from lems_guard.clinical.severity import Certainty, Concern, Jurisdiction, Severity
from lems_guard.clinical.words import GRADES, POPULATIONS
from lems_guard.papers.words import in_words, routes_in_words, worst_of
from lems_guard.screening.knowledge_base import DrugClass

STYLES = {
    Severity.CONTRAINDICATED: "bold white on red",
    Severity.AVOID: "bold red",
    Severity.CAUTION: "bold yellow",
    Severity.MONITOR: "cyan",
    Severity.INFORMATION: "dim",
}
WIDEST_SEVERITY = max(len(each.name) for each in Severity)


def write_lines(lines: Iterable[Text]) -> None:
    """Print a line each: cut to what a terminal shows at once, whole into a pipe."""
    console = Console()
    for line in lines:
        if console.is_terminal:
            console.print(line, no_wrap=True, overflow="ellipsis")
        else:
            console.print(line, soft_wrap=True)


def lines_of(rules: Iterable[Rule]) -> Iterator[Text]:
    """A line for each rule, by concern and then worst first."""
    shown: Concern | None = None
    chosen = sorted(rules, key=lambda rule: (rule.concern, -worst_of(rule), rule.id))
    widest = max((len(rule.id) for rule in chosen), default=0)
    for rule in chosen:
        if rule.concern is not shown:
            shown = rule.concern
            yield Text(in_words(shown).upper(), style="bold")
        severity = worst_of(rule)
        worst = f"{severity.name:{WIDEST_SEVERITY}}", STYLES[severity]
        yield Text.assemble(f"  {rule.id:{widest}}  ", worst, f"  {rule.title}")


def card_of(
    rule: Rule, classes: Mapping[str, DrugClass], overlay: Iterable[Adjustment] = ()
) -> RenderableType:
    """One rule in full, with what a site changes of it."""
    heading = Text.assemble((rule.title, "bold"), f"   {rule.id}, version {rule.version}")
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in _lines(rule, classes):
        grid.add_row(label, Text(value) if isinstance(value, str) else value)  # never markup
    for each in overlay:
        if each.rule == rule.id:
            grid.add_row("site", Text(each.words(), style="bold"))
    return Group(heading, Text(), grid)


def as_json(value: object) -> Any:  # noqa: ANN401  # whatever JSON holds
    """A rule as plain data: names of enumerations, conditions in words."""
    if isinstance(value, enum.IntEnum):
        return value.name
    if isinstance(value, datetime.date | Condition):
        return value.words() if isinstance(value, Condition) else value.isoformat()
    if isinstance(value, frozenset):
        return sorted(map(as_json, value))
    if isinstance(value, tuple):
        return [as_json(item) for item in value]
    if dataclasses.is_dataclass(value):
        found = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {name: as_json(item) for name, item in found.items()}
    return value


def severity_text(severity: Severity) -> Text:
    """A severity in its colour."""
    return Text(severity.name, style=STYLES[severity])


def _lines(rule: Rule, classes: Mapping[str, DrugClass]) -> Iterator[tuple[str, RenderableType]]:
    yield "concern", f"{in_words(rule.concern)} ({in_words(rule.kind)} rule)"
    if rule.kind is RuleKind.CUMULATIVE:
        yield "drugs", "any two or more that rules flag at CAUTION or worse for this concern"
    else:
        yield "drugs", _drugs(rule.drugs, classes)
    if rule.partners:
        yield "with", _drugs(rule.partners, classes)
    yield "applies to", _scope(rule)
    base = rule.outcomes[0].advice
    for number, outcome in enumerate(rule.outcomes):
        yield "else" if number else "says", _row(outcome)
        if number:
            yield from _changed(outcome.advice, base)
    for modifier in rule.modifiers:
        yield "one level worse", f"where {modifier.when.words()}: {modifier.reason}"
    yield from _advice(base)
    yield "often given?", rule.frequency_of_exposure
    yield "often harmful?", rule.frequency_of_harm
    yield "review", _review(rule.review)
    yield "file", rule.file


def _drugs(drugs: Drugs, classes: Mapping[str, DrugClass]) -> str:
    parts = sorted(drugs.ingredients)
    for name in sorted(drugs.classes):
        members = ", ".join(sorted(classes[name].members - drugs.excepted))
        parts.append(f"{classes[name].title} ({members})")
    excepted = f"; except {', '.join(sorted(drugs.excepted))}" if drugs.excepted else ""
    routes = f"; by {routes_in_words(drugs.routes)}" if drugs.routes else ""
    return "; ".join(parts) + excepted + routes


def _scope(rule: Rule) -> str:
    lists = ", ".join(item.name.lower() for item in sorted(rule.lists))
    need = "; only where LEMS is not excluded" if rule.needs_lems else ""
    return f"{lists} orders in {_names(rule.jurisdictions)}{need}"


def _row(outcome: Outcome) -> Text:
    conditions = []
    if outcome.routes is not None:
        conditions.append(f"the route is {routes_in_words(outcome.routes)}")
    if outcome.when is not None:
        conditions.append(outcome.when.words())
    text = Text.assemble(severity_text(outcome.severity))
    if outcome.certainty is Certainty.POSSIBLE:
        text.append(" possible")
    text.append(f" where {' and '.join(conditions)}" if conditions else " always")
    if outcome.when_unknown is WhenUnknown.GAP:
        text.append(" (what is not known is asked for)")
    elif conditions:
        text.append(" (possible where that is not known)")
    return text


def _changed(advice: Advice, base: Advice) -> Iterator[tuple[str, RenderableType]]:
    """The texts of an outcome that are not those of the first one."""
    for (label, text), first in zip(_texts(advice), _texts(base), strict=True):
        if text != first[1]:
            yield "", f"{label}: {text}"
    if advice.alternatives != base.alternatives:
        yield "", f"instead: {'; '.join(map(_alternative, advice.alternatives)) or 'nothing'}"
    if advice.monitoring != base.monitoring:
        yield "", f"watch: {', '.join(advice.monitoring) or 'nothing'}"
    if advice.evidence != base.evidence:
        for evidence in advice.evidence:
            yield "", Text.assemble("evidence: ", _evidence(evidence))


def _texts(advice: Advice) -> tuple[tuple[str, str], ...]:
    return (
        ("summary", advice.summary.replace("{drug}", "DRUG")),
        ("consequence", advice.consequence),
        ("mechanism", advice.mechanism),
        ("action", advice.action),
        ("override", in_words(advice.override_policy)),
    )


def _advice(advice: Advice) -> Iterator[tuple[str, RenderableType]]:
    yield from _texts(advice)
    for alternative in advice.alternatives:
        yield "instead", _alternative(alternative)
    if advice.monitoring:
        yield "watch", ", ".join(advice.monitoring)
    for evidence in advice.evidence:
        yield "evidence", _evidence(evidence)


def _alternative(alternative: Alternative) -> str:
    by = f", {in_words(alternative.route)}" if alternative.route else ""
    drugs = f" ({', '.join(alternative.ingredients)}{by})" if alternative.ingredients else by
    everywhere = alternative.jurisdictions == frozenset(Jurisdiction)
    return (
        alternative.text + drugs + ("" if everywhere else f", {_names(alternative.jurisdictions)}")
    )


def _evidence(evidence: Evidence) -> Text:
    source = evidence.source
    text = Text(f"{source.title}, {source.publisher} ({source.revised}), {evidence.locator}\n")
    text.append("against the rule; " if evidence.counter else "", style="bold")
    strength = f"grade {evidence.grade}: {GRADES[evidence.grade]}"
    text.append(f"{strength}; {POPULATIONS[evidence.population]}", style="dim")
    text.append(f"\n{evidence.says}" if evidence.says else "")
    text.append(f"\n{source.url}" if source.url else "", style="dim")
    return text


def _names(jurisdictions: frozenset[Jurisdiction]) -> str:
    return ", ".join(item.name for item in sorted(jurisdictions))


def _review(review: Review) -> str:
    due = f"; due {review.due}" if review.due else ""
    if not review.reviewer:
        return f"not reviewed by a clinician{due}"
    role = f", {review.role}," if review.role else ""
    note = f" ({review.note})" if review.note else ""
    if review.is_changed:
        return f"changed since {review.reviewer}{role} signed it on {review.reviewed_on}{note}"
    return f"signed by {review.reviewer}{role} on {review.reviewed_on}{due}{note}"
