"""The chart: what of the patient's record came with a call, and what of it did not."""

import enum
from collections.abc import Iterator, Mapping

from lems_guard.edges.order_entry.discovery import PREFETCH
from lems_guard.fhir.bundles import Page, page_of
from lems_guard.fhir.record import Record
from lems_guard.fhir.shapes import Json, Resource, is_unreadable, obj, text
from lems_guard.fhir.standing import MEDICATION_KINDS, REQUESTS

# What an answer to our query holds, be it a Bundle or a single resource in place of one.
KINDS = {
    "conditions": {"Condition"},
    "medications": MEDICATION_KINDS,
    "statements": MEDICATION_KINDS,
}


class Reading(enum.IntEnum):
    """How far a part of the record could be read; ordered, so that the worse of two is the less."""

    MISSING = 0
    PART = 1
    WHOLE = 2


class Answer:
    """The answer to one query, over all its pages: what is lost on one is not found on the next."""

    def __init__(self) -> None:
        """Nothing has come."""
        self.next_page = ""
        self._has_come = self._is_torn = False
        self._matches = self._total = 0

    def come(self, *, is_torn: bool) -> None:
        """Something has come that is an answer."""
        self._has_come = True
        self._is_torn |= is_torn

    def turn(self, page: Page, *, is_torn: bool) -> None:
        """A page has come."""
        self.come(is_torn=is_torn)
        self._matches += page.matches
        self._total = max(self._total, page.total)
        self.next_page = page.next_page

    @property
    def reading(self) -> Reading:
        """How far it was read."""
        if not self._has_come:
            return Reading.MISSING
        is_cut = self.next_page or self._total > self._matches
        return Reading.PART if self._is_torn or is_cut else Reading.WHOLE


class Chart:
    """The record of one call, and how far each prefetch key was read."""

    def __init__(self) -> None:
        """Nothing has been read yet."""
        self.record = Record()
        self._answers: dict[str, Answer] = {}
        # What a client sent under names of its own, by the query of ours that it may stand for.
        self._of_its_own: dict[str, Reading] = {}

    def take_prefetch(self, prefetch: Mapping[str, Json]) -> None:
        """Take in what the client sent: `null` means that there is nothing."""
        for key, value in prefetch.items():
            self.take(key, value)

    def take_drafts(self, bundle: Json) -> None:
        """Take in the orders at hand; what travels with them may be referred to."""
        for entry in page_of(obj(bundle)).entries:
            self.record.add_draft(entry.resource, entry.full_url)

    def take(self, key: str, value: Json) -> None:
        """Take in one answer to a query of ours, or something the client adds of its own."""
        kind = obj(value).get("resourceType")
        answer = self._answers.setdefault(key, Answer())
        if value is None:
            answer.come(is_torn=False)
        elif kind == "Bundle":
            self._take_bundle(key, value, answer)
        elif isinstance(kind, str) and kind in KINDS.get(key, {kind}) - {"OperationOutcome"}:
            self.record.add(value)
            answer.come(is_torn=_is_unreadable(value))

    def _take_bundle(self, key: str, bundle: Resource, answer: Answer) -> None:
        page = page_of(bundle)
        is_torn, kinds = page.is_torn or _is_of_others(key, page), set()
        for resource, full_url, _ in page.entries:
            if text(resource.get("resourceType")):
                kinds.add(self.record.add(resource, full_url))
                is_torn = is_torn or _is_unreadable(resource)
        answer.turn(page, is_torn=is_torn)
        if key not in PREFETCH:
            for name in _queries_for(kinds):
                known = self._of_its_own.get(name, Reading.WHOLE)
                self._of_its_own[name] = min(known, answer.reading)

    @property
    def next_pages(self) -> dict[str, str]:
        """Where the answers go on that have not been read to their end."""
        return {key: each.next_page for key, each in self._answers.items() if each.next_page}

    def reading(self, key: str) -> Reading:
        """How far the answer to a query of ours was read.

        What a client sends under a name of its own stands in only where it sent nothing under
        ours: a search that failed is not mended by another one.
        """
        if key not in self._answers:
            return self._of_its_own.get(key, Reading.MISSING)
        return min(self._answers[key].reading, self._of_its_own.get(key, Reading.WHOLE))

    def wanting(self) -> Iterator[str]:
        """The queries that are still to be asked, or asked on."""
        next_pages = self.next_pages
        for key in PREFETCH:
            if self.reading(key) is Reading.MISSING or key in next_pages:
                yield key

    @property
    def conditions_read(self) -> Reading:
        """How far the Conditions were read."""
        return self.reading("conditions")

    @property
    def medications_read(self) -> Reading:
        """How far what is being taken was read: statements alone are a part of it."""
        requests, statements = self.reading("medications"), self.reading("statements")
        if statements is Reading.MISSING:
            return requests
        return min(max(requests, Reading.PART), statements)


def _queries_for(kinds: set[str]) -> Iterator[str]:
    """The queries of ours that what a client names itself may stand for."""
    if "Condition" in kinds:
        yield "conditions"
    if not kinds.isdisjoint(REQUESTS):
        yield "medications"
    if kinds & MEDICATION_KINDS - {*REQUESTS}:
        yield "statements"


def _is_of_others(key: str, page: Page) -> bool:
    """Whether all that was found is of kinds that were not asked for."""
    kinds = {text(each.resource.get("resourceType")) for each in page.entries if each.is_match}
    return bool(kinds) and kinds.isdisjoint(KINDS.get(key, kinds))


def _is_unreadable(resource: Resource) -> bool:
    """Whether it is a diagnosis that nothing can be made of."""
    return resource.get("resourceType") == "Condition" and is_unreadable(resource.get("code"))
