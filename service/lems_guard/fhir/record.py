"""A patient's record as FHIR resources, each once, with what they refer to."""

from collections import defaultdict
from collections.abc import Iterator

from lems_guard.fhir.references import Shelf, relative
from lems_guard.fhir.shapes import Json, Resource, objs, text
from lems_guard.fhir.standing import MEDICATION_KINDS

# What holds several orders in any release: within itself, or by reference.
GROUPS = {"RequestGroup", "RequestOrchestration", "CarePlan"}


class Record:
    """Resources by kind; those that are being ordered now stand apart from what is on record."""

    def __init__(self) -> None:
        """Nothing has been read yet."""
        self.shelf = Shelf()
        self.drafts: list[Resource] = []
        self._draft_urls: set[str] = set()
        self._resources: dict[str, list[Resource]] = defaultdict(list)
        self._known: dict[tuple[str, str], Resource] = {}

    def add(self, kind: str, resource: Resource, full_url: str = "") -> None:
        """Add a resource of the record; the same one again is not another."""
        own_id = text(resource.get("id"))
        if kind == "Medication":
            self.shelf.put(resource, full_url)
        if not own_id or self._known.get((kind, own_id)) != resource:
            self._known[kind, own_id] = resource
            self._resources[kind].append(resource)

    def add_draft(self, resource: Resource, full_url: str = "") -> None:
        """Add what is being ordered; what travels with it may be referred to."""
        kind = _kind_of(resource)
        self.shelf.put(resource, full_url)
        self.drafts.append(resource)
        self._draft_urls.add(full_url)
        if kind in GROUPS:
            held = objs(resource.get("contained"))
            # What an order in a group refers to by `#` is held by the group.
            self.drafts += [each | {"contained": held} for each in held if is_order(each)]

    @property
    def unread_drafts(self) -> int:
        """How many orders that a group of drafts refers to have not come."""
        groups = [each for each in self.drafts if _kind_of(each) in GROUPS]
        if not groups:
            return 0
        here = {f"{_kind_of(each)}/{text(each.get('id'))}" for each in self.drafts}
        here |= self._draft_urls
        return sum(not _is_here(name, each, here) for each in groups for name in _referred(each))

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
    return _kind_of(resource) in MEDICATION_KINDS


def _kind_of(resource: Resource) -> str:
    return text(resource.get("resourceType"))


def _is_here(name: str, group: Resource, here: set[str]) -> bool:
    if name.startswith("#"):
        return any(text(each.get("id")) == name[1:] for each in objs(group.get("contained")))
    return name in here or relative(name) in here


def _referred(group: Json) -> Iterator[str]:
    """The names of what the actions of a group refer to, those within others among them."""
    for action in (*objs(group.get("action")), *objs(group.get("activity"))):
        for holder in (action.get("resource"), action.get("reference")):
            yield from (text(each.get("reference")) for each in objs(holder))
        yield from _referred({"action": action.get("action")})
