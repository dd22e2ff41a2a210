"""A patient's record as FHIR resources, each once, with what they refer to."""

from collections import defaultdict

from lems_guard.fhir.references import Shelf
from lems_guard.fhir.shapes import Resource, text
from lems_guard.fhir.standing import MEDICATION_KINDS


class Record:
    """Resources by kind; those that are being ordered now stand apart from what is on record."""

    def __init__(self) -> None:
        """Nothing has been read yet."""
        self.shelf = Shelf()
        self.drafts: list[Resource] = []
        self._resources: dict[str, list[Resource]] = defaultdict(list)
        self._known: set[tuple[str, str]] = set()

    def add(self, resource: Resource, full_url: str = "") -> str:
        """Add a resource of the record, and tell its kind; the first of an id stays."""
        kind, own_id = text(resource.get("resourceType")), text(resource.get("id"))
        self.shelf.put(resource, full_url)
        if not own_id or (kind, own_id) not in self._known:
            self._known.add((kind, own_id))
            self._resources[kind].append(resource)
        return kind

    def add_draft(self, resource: Resource, full_url: str = "") -> None:
        """Add what is being ordered; what travels with it may be referred to."""
        self.shelf.put(resource, full_url)
        self.drafts.append(resource)

    def of_kind(self, *kinds: str) -> list[Resource]:
        """The resources of some kinds that are on record."""
        return [resource for kind in kinds for resource in self._resources.get(kind, ())]

    def orders(self) -> list[Resource]:
        """All orders and statements, those being written among them."""
        listed = self.of_kind(*MEDICATION_KINDS)
        return [each for each in self.drafts if is_order(each)] + listed

    def patient(self) -> Resource:
        """The Patient, or an empty resource."""
        return next(iter(self.of_kind("Patient")), {})


def is_order(resource: Resource) -> bool:
    """Whether a resource tells of a medication that is ordered, given or taken."""
    return text(resource.get("resourceType")) in MEDICATION_KINDS
