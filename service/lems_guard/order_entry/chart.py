"""The chart: what of the patient's record came with a call, and what of it did not."""

import enum
from collections import defaultdict
from collections.abc import Iterator, Mapping

from lems_guard.order_entry.discovery import PREFETCH
from lems_guard.order_entry.references import Entry, Shelf, entries_of
from lems_guard.order_entry.shapes import Json, Resource, code_of, is_unreadable, obj, objs, text
from lems_guard.order_entry.standing import MEDICATION_KINDS

MEDICATION_KEYS = ("medications", "statements")
# What a single resource in place of a Bundle must be, to be the answer to our query.
KINDS = {
    "conditions": {"Condition"},
    "medications": MEDICATION_KINDS,
    "statements": MEDICATION_KINDS,
}
GRAVE = {"error", "fatal"}


class Reading(enum.IntEnum):
    """How far a part of the record could be read; ordered, so that the worse of two is the less."""

    MISSING = 0
    PART = 1
    WHOLE = 2


class Chart:
    """Resources by kind, and how far each prefetch key was read."""

    def __init__(self) -> None:
        """Nothing has been read yet."""
        self.shelf = Shelf()
        self.drafts: list[Entry] = []
        self.next_pages: dict[str, str] = {}
        self._readings: dict[str, Reading] = {}
        self._resources: dict[str, list[Resource]] = defaultdict(list)
        self._known: set[tuple[str, str]] = set()
        self._matches: dict[str, int] = defaultdict(int)

    def take_prefetch(self, prefetch: Mapping[str, Json]) -> None:
        """Take in what the client sent: `null` means that there is nothing."""
        for key, value in prefetch.items():
            self.take(key, value)

    def take_drafts(self, bundle: Json) -> None:
        """Take in the orders at hand; what travels with them may be referred to."""
        self.drafts = entries_of(obj(bundle))
        for entry in self.drafts:
            self.shelf.put(entry.resource, entry.full_url)

    def take(self, key: str, value: Json) -> None:
        """Take in one answer to a query of ours, or something the client adds of its own."""
        kind = obj(value).get("resourceType")
        if value is None:
            self._readings[key] = Reading.WHOLE
        elif kind == "Bundle":
            self._take_bundle(key, value)
        elif isinstance(kind, str) and kind in KINDS.get(key, {kind}) - {"OperationOutcome"}:
            self._add(value, "")
            self._readings[key] = Reading.PART if _is_unreadable(value) else Reading.WHOLE
        else:
            self._readings.setdefault(key, Reading.MISSING)

    def _take_bundle(self, key: str, bundle: Resource) -> None:
        is_whole, kinds = True, set()
        for resource, full_url, is_match in entries_of(bundle):
            self._matches[key] += is_match
            kind = resource.get("resourceType")
            if kind == "OperationOutcome":
                is_whole = is_whole and not _is_grave(resource)
            elif isinstance(kind, str):
                kinds.add(self._add(resource, full_url))
                is_whole = is_whole and not _is_unreadable(resource)
            else:
                is_whole = False
        links = objs(bundle.get("link"))
        next_page = next((text(link.get("url")) for link in links if _is_next(link)), "")
        total = bundle.get("total")
        if next_page or (isinstance(total, int) and total > self._matches[key]):
            is_whole = False
        reading = Reading.WHOLE if is_whole else Reading.PART
        self.next_pages.pop(key, None)
        if next_page:
            self.next_pages[key] = next_page
        for name in {key, *_keys_of(key, kinds)}:
            self._readings[name] = reading

    def _add(self, resource: Resource, full_url: str) -> str:
        kind, own_id = text(resource.get("resourceType")), text(resource.get("id"))
        self.shelf.put(resource, full_url)
        if not own_id or (kind, own_id) not in self._known:
            self._known.add((kind, own_id))
            self._resources[kind].append(resource)
        return kind

    def reading(self, key: str) -> Reading:
        """How far the answer to a query of ours was read."""
        return self._readings.get(key, Reading.MISSING)

    def wanting(self) -> Iterator[str]:
        """The queries that are still to be asked, or asked on."""
        for key in PREFETCH:
            if self.reading(key) is Reading.MISSING or key in self.next_pages:
                yield key

    @property
    def conditions_read(self) -> Reading:
        """How far the Conditions were read."""
        return self.reading("conditions")

    @property
    def medications_read(self) -> Reading:
        """How far what is being taken was read, be it as requests or as statements."""
        found = [self.reading(key) for key in MEDICATION_KEYS]
        return Reading.PART if Reading.PART in found else max(found)

    def of_kind(self, *kinds: str) -> list[Resource]:
        """The resources of some kinds."""
        return [resource for kind in kinds for resource in self._resources.get(kind, ())]

    def orders(self) -> list[Resource]:
        """All orders and statements, those at hand among them."""
        drafts = [each.resource for each in self.drafts]
        listed = self.of_kind(*MEDICATION_KINDS)
        return [each for each in drafts if each.get("resourceType") in MEDICATION_KINDS] + listed

    def patient(self) -> Resource:
        """The Patient, or an empty resource."""
        return next(iter(self.of_kind("Patient")), {})


def _keys_of(key: str, kinds: set[str]) -> Iterator[str]:
    """A client may name its prefetch keys itself: then the kinds tell what was read."""
    if key in PREFETCH:
        return
    if "Condition" in kinds:
        yield "conditions"
    if kinds & MEDICATION_KINDS:
        yield "medications"


def _is_unreadable(resource: Resource) -> bool:
    """Whether it is a diagnosis that nothing can be made of."""
    return resource.get("resourceType") == "Condition" and is_unreadable(resource.get("code"))


def _is_next(link: Resource) -> bool:
    return text(link.get("relation")) == "next"


def _is_grave(outcome: Resource) -> bool:
    return any(code_of(issue.get("severity")) in GRAVE for issue in objs(outcome.get("issue")))
