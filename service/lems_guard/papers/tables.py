"""The rules and the chart as CSV, for a committee's spreadsheet."""

import csv
import datetime
import io
from collections.abc import Iterable, Sequence

from lems_guard.clinical.evidence import Source
from lems_guard.clinical.words import EVIDENCE_KINDS, POPULATIONS, REVIEW_STATES
from lems_guard.papers.chart import WAYS, ChartRow
from lems_guard.papers.words import (
    in_words,
    meant_in_words,
    row_in_words,
    scope_in_words,
)
from lems_guard.screening.knowledge_base import KnowledgeBase

# What a spreadsheet would take for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
RULE_COLUMNS = (
    "rule", "version", "title", "concern", "kind", "drugs", "scope", "row", "severity", "where",
    "do", "consequence", "mechanism", "evidence", "populations", "review", "signed by", "signed on",
)  # fmt: skip


def rules_as_csv(knowledge: KnowledgeBase, today: datetime.date) -> str:
    """A line for each row of each rule's decision table."""
    titles = {each.id: each.title for each in knowledge.classes}
    lines = []
    for rule in knowledge.rules:
        for number, row in enumerate(rule.outcomes, start=1):
            advice = row.advice
            support = [each for each in advice.evidence if not each.counter]
            lines.append(
                (
                    rule.id,
                    str(rule.version),
                    rule.title,
                    in_words(rule.concern),
                    in_words(rule.kind),
                    meant_in_words(rule, titles),
                    scope_in_words(rule),
                    str(number),
                    row.severity.name,
                    row_in_words(row),
                    advice.action,
                    advice.consequence,
                    advice.mechanism,
                    "; ".join(_cited(each.source) for each in support),
                    "; ".join(dict.fromkeys(POPULATIONS[it.population] for it in support)),
                    REVIEW_STATES[rule.review.on(today)],
                    rule.review.reviewer,
                    rule.review.reviewed_on,
                )
            )
    return _table(RULE_COLUMNS, lines)


def chart_as_csv(rows: Iterable[ChartRow]) -> str:
    """A line for each class or drug, a column for each way in."""
    head = ("class or drug", "when stopped", *(way.title for way in WAYS), "rules")
    lines = [
        (
            row.title,
            "yes" if row.stopped else "",
            *(mark.words if mark else "" for mark in row.marks),
            " ".join(row.rules),
        )
        for row in rows
    ]
    return _table(head, lines)


def _table(head: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([plain_cell(text) for text in line] for line in lines)
    return out.getvalue()


def _cited(source: Source) -> str:
    return f"{source.title} ({EVIDENCE_KINDS[source.kind]})"


def plain_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
