"""`lems-guard explain`: why it warned, and above all why it did not."""

import inspect
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from lems_guard.cli.check import HOW, check, prescription_of
from lems_guard.cli.output import write_text
from lems_guard.cli.site_settings import in_process, site_settings
from lems_guard.clinical.errors import FieldViolation, InvalidRequest

if TYPE_CHECKING:
    from lems_guard.answering.explained import ExplainedOrder


ELSEWHERE = (
    "no prescription of this file has that decision under these rules and that day: say the day "
    "(as_of) on which it was checked, and name the rules that answered then"
)


def explain(context: typer.Context, **_: object) -> None:
    """Tell every word's fate, and why each rule spoke or stayed silent.

    Takes what `check` takes. With --decision, the prescription of a request file whose check had
    that decision id is explained.
    """
    given = dict(context.params)
    decision = given.pop("decision")
    how = {option: given.pop(option) for option in HOW}
    if how["server"]:
        raise typer.BadParameter("--server: explained is what answers here; leave it out")
    checker = in_process(site_settings())
    if decision and not how["request"]:
        raise typer.BadParameter("--decision needs --request, the file of what was sent")
    message = prescription_of(given, how["request"])
    if decision and checker.check(message).decision_id != decision:
        raise InvalidRequest((FieldViolation("decision", ELSEWHERE),))
    _print(checker.explained(message), as_json=how["as_json"])


def _signature() -> inspect.Signature:
    """What `check` takes, and the decision."""
    told = Annotated[
        str | None,
        typer.Option(metavar="ID", help="The decision_id of an answer, beside --request."),
    ]
    kind = inspect.Parameter.KEYWORD_ONLY
    more = inspect.Parameter("decision", kind, default=None, annotation=told)
    before = inspect.signature(check)
    return before.replace(parameters=[*before.parameters.values(), more])


explain.__signature__ = _signature()  # type: ignore[attr-defined] # typer reads its options there
explain.__annotations__ = {name: each.annotation for name, each in _signature().parameters.items()}


def _print(orders: Iterable["ExplainedOrder"], *, as_json: bool) -> None:
    if as_json:
        told = [_plain(order) for order in orders]
        write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        return
    write_text("\n\n".join("\n".join(_lines(order)) for order in orders) + "\n")


def _lines(order: "ExplainedOrder") -> Iterable[str]:
    yield f"{order.id} “{order.text}” ({order.list})"
    for each in order.phrases:
        tells = "may change" if each.kind == "unknown" else "tells"
        more = f", {tells} {', '.join(each.changes)}" if each.changes else ""
        yield f"  {each.words.strip():<24} {each.kind}{more}"
    for line in order.read or ("not recognised: no rule was asked about it",):
        yield f"  read as {line}"
    for line in order.doubts:
        yield f"  in doubt: {line}"
    for fate in order.fates:
        yield f"  {fate.rule.id}: {fate.said} ({fate.why})"
    if order.read and not order.fates:
        yield "  no rule names this drug"


def _plain(order: "ExplainedOrder") -> dict[str, object]:
    return {
        "id": order.id,
        "list": order.list,
        "text": order.text,
        "words": [{"words": each.words, "kind": each.kind} for each in order.phrases],
        "read_as": list(order.read),
        "doubts": list(order.doubts),
        "rules": [
            {
                "rule": each.rule.id,
                "drug": each.drug,
                "severity": each.severity.name if each.severity else None,
                "certainty": each.certainty.name if each.certainty else None,
                "why": each.why,
            }
            for each in order.fates
        ],
    }
