"""Bundles: what is in them, and whether that is all."""

from typing import NamedTuple

from lems_guard.fhir.shapes import Json, Resource, code_of, obj, objs, text

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


class BundleEntry(NamedTuple):
    """An entry of a Bundle; the resource is empty where there is none to be read.

    `kind` is its type, empty where it has none.
    """

    kind: str
    resource: Resource
    full_url: str
    is_match: bool


class BundlePage(NamedTuple):
    """One page of an answer: its entries, and whether something of it is lost.

    `matches` are those that count against `total`, the number that the whole answer has.
    """

    entries: list[BundleEntry]
    is_torn: bool
    matches: int
    total: int
    next_page: str


def page_of(bundle: Resource, depth: int = 0) -> BundlePage:
    """A Bundle with all entries, also those that cannot be read, and those of Bundles in it."""
    entries: list[BundleEntry] = []
    is_torn, matches = False, 0
    for entry in _entries(bundle):
        matches += entry.is_match
        if entry.kind == "Bundle" and depth < DEEPEST:
            inner = page_of(entry.resource, depth + 1)
            entries += inner.entries
            is_torn = is_torn or inner.is_torn or is_cut(inner)
        else:
            entries.append(entry)
            is_torn = is_torn or _is_lost(entry)
    total, next_page = _total(bundle), _next(bundle)
    is_torn = is_torn or total is None or next_page is None
    return BundlePage(entries, is_torn, matches, total or 0, next_page or "")


def is_cut(page: BundlePage) -> bool:
    """Whether there is more than this page."""
    return bool(page.next_page) or page.total > page.matches


def _entries(bundle: Resource) -> list[BundleEntry]:
    sent = bundle.get("entry", [])
    entries = map(obj, sent if isinstance(sent, list) else [sent])
    return [_entry(each) for each in entries]


def _entry(sent: Resource) -> BundleEntry:
    """An entry; some clients put the resource itself in its place."""
    resource = sent if "resourceType" in sent else obj(sent.get("resource"))
    kind = text(resource.get("resourceType"))
    return BundleEntry(
        kind, resource, text(sent.get("fullUrl")), _is_match(kind, sent.get("search"))
    )


def _total(bundle: Resource) -> int | None:
    """How many the whole answer has; zero where it does not say, `None` where nobody can tell."""
    total = bundle.get("total")
    if total is None:
        return 0
    return total if type(total) is int and total >= 0 else None


def _is_match(kind: str, search: Json) -> bool:
    """Whether it is found, not merely sent along: what a server says of the search is neither."""
    if kind == "OperationOutcome":
        return False
    return search is None or text(obj(search).get("mode")) not in {"include", "outcome"}


def _is_lost(entry: BundleEntry) -> bool:
    """Whether it is no resource that can be read, or tells of others that are not shown."""
    if entry.kind == "OperationOutcome":
        return any(_is_grave(issue) for issue in objs(entry.resource.get("issue")))
    return entry.kind in {"", "Bundle"}


def is_not_supported(value: Json) -> bool:
    """Whether an answer says that a server has no resources of the kind that was asked for.

    https://hl7.org/fhir/valueset-issue-type.html: `not-supported`, a resource type among the rest.
    """
    issues = objs(obj(value).get("issue"))
    is_outcome = obj(value).get("resourceType") == "OperationOutcome"
    return is_outcome and bool(issues) and all(_says_not_supported(issue) for issue in issues)


def _says_not_supported(issue: Resource) -> bool:
    return code_of(issue.get("code")) == "not-supported"


def _is_grave(issue: Resource) -> bool:
    return code_of(issue.get("severity")) in GRAVE or code_of(issue.get("code")) in WITHHELD


def _next(bundle: Resource) -> str | None:
    """Where the answer goes on; empty where it does not, `None` where nobody can tell."""
    sent = bundle.get("link")
    links = sent if isinstance(sent, list) else [] if sent is None else [sent]
    if not all(text(obj(each).get("relation")) for each in links):
        return None
    following = [each for each in links if _is_next(each)]
    return text(following[0].get("url")) or None if following else ""


def _is_next(link: Resource) -> bool:
    return text(link.get("relation")).lower() == "next"
