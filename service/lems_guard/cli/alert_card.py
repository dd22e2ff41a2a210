"""One alert as a pharmacist reads it: how bad and how sure, what may happen, why, what to do."""

from collections.abc import Iterable, Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lems_guard.answering.spoken import first_sentence
from lems_guard.answering.wording import (
    SEVERITIES,
    STYLES,
    concern_in_words,
    fact_in_words,
)
from lems_guard.clinical.words import EVIDENCE_KINDS, GRADES, POPULATIONS, SYMBOLS
from lems_guard.v1 import screening_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

NO_DATE = " (unknown)"  # how a source is cited that bears none
LABELS = 10  # columns, of the longest label
MOST_SHOWN = 3  # sources in one line
NOT_READ = {terms.EVIDENCE_KIND_JUDGEMENT, terms.EVIDENCE_KIND_SECOND_HAND}  # told last


def card_of(alert: wire.Alert, names: dict[str, str], pages: str, *, full: bool) -> RenderableType:
    """The alert with all that was found of its drug; in short, or in full.

    `pages` is where people reach the rules' pages; empty where nobody says.
    """
    lines = [Text(orders_of(alert, names), style="dim"), Text(alert.summary, style="bold")]
    findings = [
        _body(finding, alert, pages, full=full)
        for finding in (alert.findings if full else told_once(alert.findings))
    ]
    return Group(_headline(alert, _about(alert)), *map(_indented, lines), *findings)


def line_of(alert: wire.Alert, names: dict[str, str]) -> RenderableType:
    """The alert at its shortest: what only needs to be known, or watched."""
    told = Text(f"{alert.summary} ").append(f"({orders_of(alert, names)})", style="dim")
    return Group(_headline(alert, _about(alert)), _indented(told))


def told_once(findings: Iterable[wire.Finding]) -> Iterator[wire.Finding]:
    """The findings of one drug; what is offered instead by two of them is said with the first."""
    said: set[tuple[str, ...]] = set()
    for finding in findings:
        offered = tuple(finding.alternatives)
        yield _without_alternatives(finding) if offered in said else finding
        said.add(offered)


def _without_alternatives(finding: wire.Finding) -> wire.Finding:
    """A copy that offers nothing."""
    copy = wire.Finding.FromString(finding.SerializeToString())
    del copy.alternatives[:]
    return copy


def orders_of(alert: wire.Alert, names: dict[str, str]) -> str:
    """The orders that contain the drug, by id and words."""
    return ", ".join(names.get(each, each) for each in alert.medication_ids)


def severity_text(severity: terms.Severity) -> Text:
    """A severity: its symbol and word, in its colour."""
    return Text(f"{SYMBOLS[severity]} {SEVERITIES[severity]}", style=STYLES[severity])


def _headline(alert: wire.Alert, about: str) -> RenderableType:
    """Severity, drug and more, further lines indented."""
    text = Text.assemble((SEVERITIES[alert.severity], STYLES[alert.severity]), "  ")
    text.append(alert.drug, style="bold").append(f" · {about}")
    grid = Table.grid(padding=(0, 1))
    grid.add_column(style=STYLES[alert.severity])
    grid.add_column(overflow="fold")
    grid.add_row(SYMBOLS[alert.severity], text)
    return grid


def _about(alert: wire.Alert) -> str:
    """What an alert is worried about, and how sure that is."""
    concerns = dict.fromkeys(concern_in_words(finding.concern) for finding in alert.findings)
    doubt = [_doubt(alert.findings[0])] * (alert.certainty == terms.CERTAINTY_POSSIBLE)
    return " · ".join((", ".join(concerns), *doubt))


def _doubt(finding: wire.Finding) -> str:
    """Why a finding is no more than possible."""
    if not finding.missing:
        return "possible"
    return f"possible: {', '.join(map(fact_in_words, finding.missing))} not known"


def _indented(text: Text) -> RenderableType:
    return Padding(text, (0, 0, 0, 2))


def _body(finding: wire.Finding, alert: wire.Alert, pages: str, *, full: bool) -> RenderableType:
    """A finding; one beside others begins with what it is worried about."""
    title = _title(finding, alert)
    if finding.severity <= terms.SEVERITY_MONITOR:
        told = finding.action if full else _deed(finding)
        return Padding(title.append(f". {told}"), (1, 0, 0, 2))
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True, min_width=LABELS)
    grid.add_column(overflow="fold")
    for label, value in _rows(finding) if full else _short_rows(finding):
        grid.add_row(label, value)
    if pages:
        grid.add_row("rule", Text(f"{pages}/rules/{finding.rule_id}"))
    parts = [title, grid] if len(alert.findings) > 1 else [grid]
    return Padding(Group(*parts), (1, 0, 0, 2))


def _title(finding: wire.Finding, alert: wire.Alert) -> Text:
    """The concern; with severity and certainty, where they are not those of the alert."""
    text = Text(concern_in_words(finding.concern), style="bold")
    if (finding.severity, finding.certainty) == (alert.severity, alert.certainty):
        return text
    text = Text.assemble(severity_text(finding.severity), "  ", text)
    if finding.certainty == terms.CERTAINTY_POSSIBLE:
        text.append(f" · {_doubt(finding)}", style="italic")
    return text


def _short_rows(finding: wire.Finding) -> Iterator[tuple[str, RenderableType]]:
    """What is read in three seconds: do, why, instead, watch, and the evidence in one line."""
    yield "do", Text(_deed(finding))
    yield "why", Text(first_sentence(finding.consequence))
    if finding.alternatives:
        yield "instead", Text("; ".join(finding.alternatives))
    if finding.monitoring:
        yield "watch", Text("; ".join(finding.monitoring))
    counters = sum(each.counter for each in finding.evidence)
    against = f"; {counters} against" if counters else ""
    yield "evidence", Text(f"{_kinds_of(finding)}{against}")


def _deed(finding: wire.Finding) -> str:
    """What to do, in one sentence."""
    return finding.deed or first_sentence(finding.action)


def _kinds_of(finding: wire.Finding) -> str:
    """What supports it, each with its kind: "MGFA (guideline), Medscape (reference)"."""
    support = [each for each in finding.evidence if not each.counter]
    support.sort(key=lambda each: each.kind in NOT_READ)
    shown = [f"{_publisher(each)} ({_kind(each)})" for each in support]
    distinct = list(dict.fromkeys(shown))
    more = len(distinct) - MOST_SHOWN
    return ", ".join(distinct[:MOST_SHOWN]) + (f" and {more} more" if more > 0 else "")


def _kind(evidence: wire.Evidence) -> str:
    return EVIDENCE_KINDS.get(evidence.kind) or GRADES.get(evidence.grade, "not verified")


def _rows(finding: wire.Finding) -> Iterator[tuple[str, RenderableType]]:
    yield "may happen", Text(finding.consequence)
    yield "why", Text.assemble(finding.mechanism, ("\n" + "\n".join(finding.why), "dim"))
    yield "do", Text(finding.action)
    if finding.alternatives:
        yield "instead", _list(finding.alternatives)
    if finding.monitoring:
        yield "watch", Text(", ".join(finding.monitoring))
    yield "evidence", _supporting([each for each in finding.evidence if not each.counter])
    counter = [_against(each) for each in finding.evidence if each.counter]
    if counter:
        yield "but", _list(counter)


def _supporting(evidence: list[wire.Evidence]) -> RenderableType:
    """Whom it was seen in and how strong it is, by publisher; `rules show` cites it in full."""
    lines = []
    for population, spoken in POPULATIONS.items():
        of_these = [each for each in evidence if each.population == population]
        if of_these:
            lines.append(Text.assemble((f"{spoken}: ", "italic"), _publishers(of_these)))
    return Group(*lines)


def _publishers(evidence: list[wire.Evidence]) -> str:
    """Who published it, strongest first: "MGFA (guideline); Medscape (reference)"."""
    strongest = [each for grade in GRADES for each in evidence if each.grade == grade]
    by_kind: dict[str, list[str]] = {}
    for each in strongest:
        by_kind.setdefault(_kind(each), []).append(_publisher(each))
    return "; ".join(
        f"{', '.join(dict.fromkeys(publishers))} ({kind})" for kind, publishers in by_kind.items()
    )


def _publisher(evidence: wire.Evidence) -> str:
    """Who published a source."""
    return evidence.source.partition(": ")[0]


def _against(evidence: wire.Evidence) -> Text:
    """What speaks against the rule, in whom, and who says it."""
    says = f"“{evidence.says}”" if evidence.says else evidence.source.removesuffix(NO_DATE)
    population = POPULATIONS[evidence.population]
    return Text.assemble(says, (f" {_publisher(evidence)}, ", ""), (population, "italic"))


def _list(items: Iterable[str | Text]) -> RenderableType:
    """Items one below the other, each with its further lines indented."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column()
    grid.add_column(overflow="fold")
    for item in items:
        grid.add_row("-", item)
    return grid
