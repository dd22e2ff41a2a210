"""Bundles: what is in them, and whether that is all."""

from typing import NamedTuple

from lems_guard.fhir.shapes import Resource, code_of, obj, objs, text

GRAVE = {"error", "fatal"}
# Kinds of issue (https://hl7.org/fhir/valueset-issue-type.html) that tell of something that was
# not searched or is not shown, however mildly a server puts it.
WITHHELD = {
    "suppressed",
    "forbidden",
    "security",
    "incomplete",
    "throttled",
    "too-costly",
    "timeout",
    "transient",
    "exception",
    "lock-error",
    "no-store",
}
# Bundles within Bundles are read so far down; a batch needs one level.
DEEPEST = 3


class Entry(NamedTuple):
    """An entry of a Bundle; the resource is empty where there is none to be read."""

    resource: Resource
    full_url: str
    is_match: bool


class Page(NamedTuple):
    """One page of an answer: its entries, and whether something of it is lost.

    `matches` are those that count against `total`, the number that the whole answer has.
    """

    entries: list[Entry]
    is_torn: bool
    matches: int
    total: int
    next_page: str


def page_of(bundle: Resource, depth: int = 0) -> Page:
    """A Bundle with all entries, also those that cannot be read, and those of Bundles in it."""
    entries: list[Entry] = []
    is_torn, matches = False, 0
    for entry in _entries(bundle):
        matches += entry.is_match
        if entry.resource.get("resourceType") == "Bundle" and depth < DEEPEST:
            inner = page_of(entry.resource, depth + 1)
            entries += inner.entries
            is_torn = is_torn or inner.is_torn or is_cut(inner)
        else:
            entries.append(entry)
            is_torn = is_torn or _is_lost(entry.resource)
    total = bundle.get("total")
    return Page(entries, is_torn, matches, total if isinstance(total, int) else 0, _next(bundle))


def is_cut(page: Page) -> bool:
    """Whether there is more than this page."""
    return bool(page.next_page) or page.total > page.matches


def _entries(bundle: Resource) -> list[Entry]:
    sent = bundle.get("entry", [])
    entries = map(obj, sent if isinstance(sent, list) else [sent])
    return [
        Entry(obj(each.get("resource")), text(each.get("fullUrl")), _is_match(each))
        for each in entries
    ]


def _is_match(entry: Resource) -> bool:
    """Whether it is found, not merely sent along: what a server says of the search is neither."""
    if obj(entry.get("resource")).get("resourceType") == "OperationOutcome":
        return False
    return text(obj(entry.get("search")).get("mode")) not in {"include", "outcome"}


def _is_lost(resource: Resource) -> bool:
    """Whether it is no resource that can be read, or tells of others that are not shown."""
    kind = resource.get("resourceType")
    if kind == "OperationOutcome":
        return any(_is_grave(issue) for issue in objs(resource.get("issue")))
    return kind == "Bundle" or not text(kind)


def _is_grave(issue: Resource) -> bool:
    return code_of(issue.get("severity")) in GRAVE or code_of(issue.get("code")) in WITHHELD


def _next(bundle: Resource) -> str:
    links = objs(bundle.get("link"))
    return next((text(each.get("url")) for each in links if _is_next(each)), "")


def _is_next(link: Resource) -> bool:
    return text(link.get("relation")) == "next"
