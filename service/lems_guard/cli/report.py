"""The answer to one prescription as a pharmacist reads it.

From top to bottom: whom and what it is about, the alerts worst first, what to ask, the orders
without an alert, how much of the knowledge a clinician has signed, and last, where the eye stops,
what was NOT checked and the verdict.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lems_guard.answering.spoken import doubts_of, read_as
from lems_guard.answering.verdict import is_whole, sentence, unknown, unsettled
from lems_guard.answering.wording import (
    LISTS,
    SEVERITIES,
    STYLES,
    jurisdiction_in_words,
    order_in_words,
    patient_in_words,
    route_in_words,
)
from lems_guard.cli.alert_card import card_of, line_of
from lems_guard.cli.exit_codes import ExitCode
from lems_guard.cli.verdict import exit_code_of
from lems_guard.clinical.words import SYMBOLS
from lems_guard.v1 import prescription_pb2, screening_pb2
from lems_guard.v1 import terms_pb2 as terms

NARROWEST, WIDEST = 40, 100
MOST_RULES = 3
NOT_REVIEWED = "Content not reviewed by a clinician"
VERDICT_STYLES = {
    ExitCode.CLEAR: "bold green",
    ExitCode.FOUND: "bold red",
    ExitCode.UNSURE: "bold yellow",
}


class Report(NamedTuple):
    """A prescription, its answer, and how many rules a clinician has signed, of how many.

    `pages` is where people reach the rules' pages; empty where nobody says.
    """

    request: prescription_pb2.CheckPrescriptionRequest
    response: screening_pb2.CheckPrescriptionResponse
    signed: tuple[int, int]
    full: bool = False
    pages: str = ""

    def __rich__(self) -> RenderableType:
        """All of it."""
        names = names_of(self.request)
        parts = (
            _header(self),
            *_read(self.response),
            *_alerts(self, names),
            *_questions(self.response, names),
            *_silent(self.response, names),
            _signed(self.signed),
            *_not_checked(self.response, names),
            _verdict(self.response, names),
        )
        return Group(*_apart(parts))


def printed(report: Report, console: Console) -> str:
    """The report as text, in lines that a reader can follow and without blanks at their ends."""
    console.width = max(NARROWEST, min(console.width, WIDEST))
    with console.capture() as capture:
        console.print(report, highlight=False, markup=False, emoji=False)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())


def names_of(request: prescription_pb2.CheckPrescriptionRequest) -> dict[str, str]:
    """Each order's id and words, by its id."""
    orders = (*request.proposed, *request.active, *request.stopped)
    return {order.id: f"{order.id} “{order_in_words(order)}”" for order in orders}


def _apart(parts: Iterable[RenderableType]) -> Iterator[RenderableType]:
    """The parts, with a blank line between them."""
    for number, part in enumerate(parts):
        if number:
            yield Text()
        yield part


def _header(report: Report) -> RenderableType:
    answer = report.response
    knowledge = answer.knowledge_base
    made_with = (
        f"{jurisdiction_in_words(answer.jurisdiction)} labels",
        answer.as_of,
        f"knowledge base {knowledge.version} ({knowledge.digest[:8]})",
    )
    lines = [
        Text(" · ".join(patient_in_words(report.request.patient)), style="bold"),
        Text(" · ".join(made_with), style="dim"),
        *[Text(NOT_REVIEWED, style="dim")] * (not _is_signed(report)),
        *[Text(f"Note: {note}") for note in answer.notes],
        *[Text(f"In doubt: {doubt}") for doubt in doubts_of(answer)],
    ]
    return Group(*lines)


def _read(response: screening_pb2.CheckPrescriptionResponse) -> Iterator[RenderableType]:
    """How each order was read, so that a misreading is seen before what follows from it."""
    rows = [(order.id, Text(line)) for order in response.medications for line in _lines(order)]
    if rows:
        yield _section(Text("Read as", style="bold"), rows)


def _lines(order: screening_pb2.MedicationResult) -> Iterator[str]:
    """The orders of a medication as they were read, and why one of them is in doubt."""
    yield from read_as(order)
    doubts = "; ".join(doubts_of(order))
    if order.orders and doubts:
        yield f"in doubt: {doubts}"


def _is_signed(report: Report) -> bool:
    """Whether a clinician has signed all that is said; where nothing is, all that might be."""
    findings = [finding for alert in report.response.alerts for finding in alert.findings]
    told = [each.review.state for each in findings if each.review.state]
    return (
        set(told) == {terms.REVIEW_STATE_SIGNED} if told else report.signed[0] == report.signed[1]
    )


def _alerts(report: Report, names: dict[str, str]) -> Iterator[RenderableType]:
    """Cards for what asks for a decision, then lines for the rest; worst first, as they came."""
    minor = []
    for alert in report.response.alerts:
        if alert.severity > terms.SEVERITY_MONITOR:
            yield card_of(alert, names, report.pages, full=report.full)
        else:
            minor.append(line_of(alert, names))
    if minor:
        yield Group(*minor)


def _questions(
    response: screening_pb2.CheckPrescriptionResponse, names: dict[str, str]
) -> Iterator[RenderableType]:
    if response.gaps:
        rows = [(SYMBOLS[gap.worst], _question(gap, names)) for gap in response.gaps]
        yield _section(Text("To ask", style="bold"), rows)


def _question(gap: screening_pb2.Gap, names: dict[str, str]) -> Text:
    """What to ask, and what the answer would change."""
    would_change = ", ".join(gap.would_change[:MOST_RULES])
    more = len(gap.would_change) - MOST_RULES
    others = f" and {more} more" if more > 0 else ""
    return Text.assemble(
        gap.ask,
        (f"\nNot known: {unknown(gap, names)}. Could bring ", "dim"),
        (SEVERITIES[gap.worst], STYLES[gap.worst]),
        (f" ({would_change}{others}).", "dim"),
    )


def _silent(
    response: screening_pb2.CheckPrescriptionResponse, names: dict[str, str]
) -> Iterator[RenderableType]:
    """The orders that were checked and are in no finding, and what was noted on the others."""
    involved = {
        each
        for alert in response.alerts
        for finding in alert.findings
        for each in (*alert.medication_ids, *finding.medication_ids)
    }
    unsure = {order.id for order in unsettled(response)}
    settled = [order for order in response.medications if order.id not in unsure]
    silent = [order for order in settled if order.id not in involved]
    if silent:
        yield _section(
            Text("No alert for", style="bold"), [("-", _as_read(each, names)) for each in silent]
        )
    noted = [order for order in settled if order.id in involved and order.note]
    if noted:
        yield _section(
            Text("Read with care", style="bold"), [("-", _as_read(each, names)) for each in noted]
        )


def _as_read(order: screening_pb2.MedicationResult, names: dict[str, str]) -> Text:
    """An order, and what it was taken for."""
    drugs = " + ".join(ingredient.name for ingredient in order.ingredients)
    read = ", ".join((LISTS[order.list], drugs, route_in_words(order.route)))
    text = Text.assemble(names.get(order.id, order.id), (f"  {read}", "dim"))
    if order.disposition == terms.DISPOSITION_NOT_CURRENT:
        text.append("; checked only for what stopping it causes or leaves", style="dim")
    return text.append(f"\n{order.note}") if order.note else text


def _not_checked(
    response: screening_pb2.CheckPrescriptionResponse, names: dict[str, str]
) -> Iterator[RenderableType]:
    orders = unsettled(response)
    if orders:
        title = Text("NOT CHECKED", style="bold reverse yellow")
        yield _section(title, [("!", _unread(order, names)) for order in orders])


def _unread(order: screening_pb2.MedicationResult, names: dict[str, str]) -> Text:
    """An order that nobody could read for certain, and what it may have meant."""
    text = Text(names.get(order.id, order.id), style="bold yellow")
    drugs = " or ".join(ingredient.name for ingredient in order.ingredients)
    if order.disposition == terms.DISPOSITION_UNRESOLVED:
        seen = f" as a whole: it was checked only as if it may be {drugs}." if drugs else "."
        text.append(f" was not {'understood' if drugs else 'recognised'}{seen}")
    else:
        text.append(f" may be {drugs}: every reading was checked, none is certain.")
    if order.suggestions:
        text.append(f"\nDid you mean {' or '.join(order.suggestions)}?", style="not bold default")
    if order.note:
        text.append(f"\n{order.note}", style="not bold default")
    return text


def _verdict(
    response: screening_pb2.CheckPrescriptionResponse, names: dict[str, str]
) -> RenderableType:
    code = exit_code_of(response)
    style = VERDICT_STYLES[code]
    if is_whole(response) and response.alerts and code is ExitCode.CLEAR:
        style = "bold"
    return Text(sentence(response, names), style=style)


def _signed(signed: tuple[int, int]) -> RenderableType:
    """How much of the knowledge a clinician stands for."""
    return Text(f"{signed[0]} of {signed[1]} rules signed by a clinician", style="dim")


def _section(title: Text, rows: Iterable[tuple[str, Text]]) -> RenderableType:
    """A titled list: a mark, and a text whose further lines are indented."""
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for mark, text in rows:
        grid.add_row(mark, text)
    return Group(Text.assemble(title), Padding(grid, (0, 0, 0, 2)))
