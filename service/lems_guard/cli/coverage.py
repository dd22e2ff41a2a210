"""`lems-guard vocabulary coverage`: what share of a site's own orders is read."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lems_guard.cli.exit_codes import ExitCode
from lems_guard.cli.output import write_text
from lems_guard.cli.site_settings import site_settings
from lems_guard.clinical.errors import InvalidSettings
from lems_guard.clinical.medication import CodeSystem, Coding, Medication, MedicationList

if TYPE_CHECKING:
    from lems_guard.terminology.coverage import Coverage

# ruff: noqa: PLC0415 - what imports is only loaded when there is something to read.

RESOURCES = frozenset(
    {"MedicationRequest", "MedicationStatement", "MedicationAdministration", "MedicationDispense"}
    | {"MedicationUsage", "MedicationOrder", "Medication", "Immunization"}
)
CONCEPTS = ("medicationCodeableConcept", "code", "vaccineCode")


def coverage(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            help="Orders: tab-separated, a column `text` or the first; or a FHIR bundle (JSON).",
        ),
    ],
    *,
    country: Annotated[
        str, typer.Option(help="Where its brands are sold: two letters of ISO 3166-1.")
    ] = "",
    most: Annotated[int, typer.Option(min=1, help="How many unread orders to show.")] = 50,
    print_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Tell what share of your own orders is read, what is not, and which line to add.

    Nothing is sent anywhere and nothing is kept. Exit codes: 0 every order is read · 3 not all are
    · 2 the file is at fault.
    """
    from lems_guard.editions.library import load_edition, packaged_rules, with_site
    from lems_guard.terminology.coverage import coverage_of

    settings = site_settings()
    edition = with_site(
        load_edition(settings.rules or packaged_rules()).edition, settings.vocabulary
    )
    there = country.upper() or settings.country or ""
    orders = (order._replace(country=there) for order in orders_in(file))
    found = coverage_of(orders, edition.understand, edition.resolver.unknown_words)
    write_text(_as_json(found) if print_json else _as_text(found, most))
    raise typer.Exit(ExitCode.CLEAR if found.share == 1.0 else ExitCode.UNSURE)


def orders_in(file: Path) -> Iterator[Medication]:
    """The orders of a file, by their texts and codes; raises `InvalidSettings` for none."""
    try:
        content = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as fault:
        raise InvalidSettings(f"{file}: cannot be read: {fault}") from None
    if content.lstrip().startswith(("{", "[")):
        yield from _of_bundle(file, content)
    else:
        yield from _of_table(content)


def _of_table(content: str) -> Iterator[Medication]:
    lines = [line for line in content.splitlines() if line and not line.startswith("#")]
    rows = list(csv.reader(io.StringIO("\n".join(lines)), "excel-tab", quoting=csv.QUOTE_NONE))
    named = "text" in rows[0] if rows else False
    at = rows[0].index("text") if named else 0
    for row in rows[1:] if named else rows:
        if len(row) > at and row[at].strip():
            yield Medication("", MedicationList.PROPOSED, row[at].strip())


def _of_bundle(file: Path, content: str) -> Iterator[Medication]:
    try:
        bundle = json.loads(content)
    except ValueError as fault:
        raise InvalidSettings(f"{file}: no JSON: {fault}") from None
    for resource in _resources(bundle):
        for name in CONCEPTS:
            concept = resource.get(name)
            if isinstance(concept, dict):
                yield _of_concept(concept)


def _resources(part: Any) -> Iterator[dict[str, Any]]:  # noqa: ANN401  # JSON of any shape
    """Every medication in a bundle, also one that is contained in another resource."""
    if isinstance(part, list):
        for each in part:
            yield from _resources(each)
    elif isinstance(part, dict):
        if part.get("resourceType") in RESOURCES:
            yield part
        for each in part.values():
            if isinstance(each, (dict, list)):
                yield from _resources(each)


def _of_concept(concept: dict[str, Any]) -> Medication:
    from lems_guard.fhir.codes import code_system

    found = [each for each in concept.get("coding") or () if isinstance(each, dict)]
    codings = tuple(
        Coding(_system(code_system(str(each.get("system", "")))), str(each["code"]))
        for each in found
        if each.get("code")
    )
    shown = next((str(each["display"]) for each in found if each.get("display")), "")
    return Medication("", MedicationList.PROPOSED, str(concept.get("text") or shown), codings)


def _system(number: int) -> CodeSystem | None:
    return CodeSystem(number) if number else None


def _as_text(found: "Coverage", most: int) -> str:
    lines = [f"{found.orders} orders, {found.share:.1%} read"]
    lines += [f"  {each.name}: {times}" for each, times in sorted(found.became.items())]
    if found.unread:
        lines.append("not read, the most frequent first:")
        lines += [
            f"  {each.times} x {each.order}" + (f"  [{', '.join(each.words)}]" * bool(each.words))
            for each in found.unread[:most]
        ]
    if found.lines:
        lines.append("one line in rules/vocabulary/by_hand/names.tsv (or brands.tsv) each:")
        lines += [
            f"  {word}<tab>INGREDIENT<tab>REASON  ({times} orders)"
            for word, times in found.lines[:most]
        ]
    return "\n".join(lines) + "\n"


def _as_json(found: "Coverage") -> str:
    told = {
        "orders": found.orders,
        "share": found.share,
        "became": {each.name: times for each, times in sorted(found.became.items())},
        "unread": [each._asdict() for each in found.unread],
        "lines": [{"words": words, "orders": times} for words, times in found.lines],
    }
    return json.dumps(told, ensure_ascii=False) + "\n"
