"""The chart: what of the patient's record came with a call, and what of it did not."""

import enum
from collections.abc import Iterable, Iterator, Mapping

from lems_guard.edges.order_entry.discovery import PREFETCH
from lems_guard.fhir.bundles import BundlePage, is_not_supported, page_of
from lems_guard.fhir.record import Record
from lems_guard.fhir.references import relative
from lems_guard.fhir.shapes import Json, Resource, is_unreadable, obj, text
from lems_guard.fhir.standing import MEDICATION_KINDS, REQUESTS

# What an answer to our query holds, be it a Bundle or a single resource in place of one.
KINDS = {
    "patient": {"Patient"},
    "conditions": {"Condition"},
    "medications": MEDICATION_KINDS,
    "statements": MEDICATION_KINDS,
}


class Extent(enum.IntEnum):
    """How far a part of the record could be read; ordered, so that the worse of two is the less."""

    MISSING = 0
    PART = 1
    WHOLE = 2


class QueryResult:
    """The answer to one query, over all its pages: what is lost on one is not found on the next."""

    def __init__(self) -> None:
        """It was asked for, and nothing has come."""
        self.next_page = ""
        self._has_come = self._is_torn = False
        self._matches = self._total = 0

    def come(self, *, is_torn: bool) -> None:
        """Something has come that is an answer."""
        self._has_come = True
        self._is_torn |= is_torn

    def turn(self, page: BundlePage, *, is_torn: bool) -> None:
        """A page has come."""
        self.come(is_torn=is_torn)
        self._matches += page.matches
        self._total = max(self._total, page.total)
        self.next_page = page.next_page

    @property
    def reading(self) -> Extent:
        """How far it was read."""
        if not self._has_come:
            return Extent.MISSING
        is_cut = self.next_page or self._total > self._matches
        return Extent.PART if self._is_torn or is_cut else Extent.WHOLE


class Chart:
    """The record of one call, and how far each prefetch key was read.

    `is_of_another`: the Patient that came is another one, and is not read. `strangers` counts the
    other resources that say so of themselves: they may be of the patient before two records were
    made one, so they are read, but what held them was not read whole.
    """

    def __init__(self, patient_id: str = "") -> None:
        """Nothing has been read yet."""
        self.record = Record()
        self.is_of_another = False
        self.strangers = 0
        self._patient = f"Patient/{patient_id}" if patient_id else ""
        self._answers: dict[str, QueryResult] = {}
        # The queries of ours that something bears on which a client sent under a name of its own:
        # it may hold less than we ask for, so it never stands for the whole. Those that are torn.
        self._of_its_own: set[str] = set()
        self._torn_of_its_own: set[str] = set()

    def take_prefetch(self, prefetch: Mapping[str, Json]) -> None:
        """Take in what the client sent: `null` means that there is nothing."""
        for key, value in prefetch.items():
            self.take(key, value)

    def take_drafts(self, bundle: Json) -> None:
        """Take in the orders at hand; what travels with them may be referred to."""
        for entry in page_of(obj(bundle)).entries:
            self.record.add_draft(entry.resource, entry.full_url)

    def ask(self, key: str) -> None:
        """Note that a query is asked: where no answer comes it has failed."""
        self._answers.setdefault(key, QueryResult())

    def take(self, key: str, value: Json) -> None:
        """Take in one answer to a query of ours, or something the client adds of its own."""
        kind = text(obj(value).get("resourceType"))
        known = self._answers.get(key)
        if is_not_supported(value) and (known is None or known.reading is Extent.MISSING):
            # As good as never asked: there is nothing of the kind on that server.
            self._answers.pop(key, None)
            return
        answer = self._answers.setdefault(key, QueryResult())
        if value is None:
            answer.come(is_torn=False)
        elif kind == "Bundle":
            self._take_bundle(key, value, answer)
        elif kind and kind in KINDS.get(key, {kind}) - {"OperationOutcome"}:
            is_whole = self._add(kind, value)
            answer.come(is_torn=not is_whole or _is_unreadable(kind, value))

    def _take_bundle(self, key: str, bundle: Resource, answer: QueryResult) -> None:
        page = page_of(bundle)
        is_torn, kinds = page.is_torn or _is_of_others(key, page), set()
        for kind, resource, full_url, _ in page.entries:
            if kind:
                kinds.add(kind)
                is_whole = self._add(kind, resource, full_url)
                is_torn = is_torn or not is_whole or _is_unreadable(kind, resource)
        answer.turn(page, is_torn=is_torn)
        if key not in PREFETCH:
            self._of_its_own.update(_queries_for(kinds))
        if key not in PREFETCH and answer.reading is Extent.PART:
            self._torn_of_its_own.update(_queries_for(kinds))

    def _add(self, kind: str, resource: Resource, full_url: str = "") -> bool:
        """Add a resource to the record; false where it says that it is another patient's."""
        is_of_another = _is_of_another(kind, resource, self._patient)
        if is_of_another and kind == "Patient":
            self.is_of_another = True
            return False
        self.record.add(kind, resource, full_url)
        self.strangers += is_of_another
        return not is_of_another

    @property
    def next_pages(self) -> dict[str, str]:
        """Where the answers go on that have not been read to their end."""
        return {key: each.next_page for key, each in self._answers.items() if each.next_page}

    def reading(self, key: str) -> Extent:
        """How far the answer to a query of ours was read."""
        if key not in self._answers:
            return Extent.PART if key in self._of_its_own else Extent.MISSING
        reading = self._answers[key].reading
        return min(reading, Extent.PART) if key in self._torn_of_its_own else reading

    def wanting(self, keys: Iterable[str] = PREFETCH) -> Iterator[str]:
        """Those of some queries that are still to be asked, or asked on."""
        next_pages = self.next_pages
        for key in keys:
            answer = self._answers.get(key)
            if answer is None or answer.reading is Extent.MISSING or key in next_pages:
                yield key

    @property
    def conditions_read(self) -> Extent:
        """How far the Conditions were read."""
        return self.reading("conditions")

    @property
    def medications_read(self) -> Extent:
        """How far what is being taken was read: statements alone are a part of it.

        Not every client has statements; where they were asked for and did not come, a part is lost.
        """
        requests, statements = self.reading("medications"), self.reading("statements")
        if "statements" in self._answers and statements is not Extent.MISSING:
            return min(max(requests, Extent.PART), statements)
        is_lost = "statements" in self._answers or "statements" in self._torn_of_its_own
        return min(requests, Extent.PART) if is_lost else requests

    @property
    def is_whole(self) -> bool:
        """Whether all was read that tells of LEMS and of what is taken."""
        return min(self.conditions_read, self.medications_read) is Extent.WHOLE

    @property
    def is_missing(self) -> bool:
        """Whether nothing was read of the diagnoses, or of what is taken."""
        return min(self.conditions_read, self.medications_read) is Extent.MISSING


def _queries_for(kinds: set[str]) -> Iterator[str]:
    """The queries of ours that what a client names itself bears on."""
    if "Condition" in kinds:
        yield "conditions"
    if not kinds.isdisjoint(REQUESTS):
        yield "medications"
    if kinds & MEDICATION_KINDS - {*REQUESTS}:
        yield "statements"


def _is_of_others(key: str, page: BundlePage) -> bool:
    """Whether all that was found is of kinds that were not asked for."""
    kinds = {each.kind for each in page.entries if each.is_match}
    return bool(kinds) and kinds.isdisjoint(KINDS.get(key, kinds))


def _is_of_another(kind: str, resource: Resource, patient: str) -> bool:
    """Whether a resource says that it is of another patient than the one at hand."""
    if not patient:
        return False
    if kind == "Patient":
        told = f"Patient/{text(resource.get('id'))}" if text(resource.get("id")) else ""
    else:
        subject = obj(resource.get("subject")) or obj(resource.get("patient"))
        told = text(subject.get("reference"))
        if told not in {patient, ""}:
            told = relative(told.partition("/_history/")[0])
    return told.startswith("Patient/") and told != patient


def _is_unreadable(kind: str, resource: Resource) -> bool:
    """Whether it is a diagnosis that nothing can be made of."""
    return kind == "Condition" and is_unreadable(resource.get("code"))
