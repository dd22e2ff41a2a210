"""Whether an order goes on with a treatment: by the prescription that it names as its prior one."""

import functools

from lems_guard.fhir.orders import OrderReader, RecordLine, reference_of
from lems_guard.fhir.record import Record
from lems_guard.fhir.references import relative
from lems_guard.fhir.same_drug import Matcher
from lems_guard.fhir.shapes import Resource, obj, objs, text


class Renewals:
    """Tells a patient's orders that renew another from those that put a drug in its place."""

    def __init__(self, record: Record, orders: OrderReader, matcher: Matcher) -> None:
        """The prior prescription is sought in the record."""
        self._record = record
        self._orders = orders
        self._matcher = matcher

    def follows(self, resource: Resource, line: RecordLine) -> bool:
        """Whether an order continues another one of its drug, or of one that nothing tells."""
        prior = obj(resource.get("priorPrescription"))
        if not prior:
            return False
        told = self._orders.line(self._sought(prior, resource), self._record.shelf)
        return self._matcher.is_one_drug(line, told) or not self._matcher.is_understood(told)

    def _sought(self, prior: Resource, resource: Resource) -> Resource:
        """The prior prescription as far as it is here, else by the words of the reference."""
        name = text(prior.get("reference")).partition("/_history/")[0]
        if name.startswith("#"):
            held = objs(resource.get("contained"))
            found = [each for each in held if f"#{text(each.get('id'))}" == name]
        else:
            own = relative(name)
            found = [self._listed[own]] if own in self._listed else []
        words = {"medicationCodeableConcept": {"text": text(prior.get("display"))}}
        return next(iter(found), words)

    @functools.cached_property
    def _listed(self) -> dict[str, Resource]:
        """The orders of the record by their references; the first of a reference."""
        found: dict[str, Resource] = {}
        for each in self._record.orders():
            if reference := reference_of(each):
                found.setdefault(reference, each)
        return found
