"""Following references to medications: contained, in a Bundle, by urn:uuid, or not at all."""

from lems_guard.fhir.shapes import Resource, objs, text


class Shelf:
    """Every Medication that came with a call, by the names under which it may be referred to."""

    def __init__(self) -> None:
        """Nothing is on it yet."""
        self._by_name: dict[str, Resource] = {}

    def put(self, resource: Resource, full_url: str = "") -> None:
        """Add a resource, where it is a Medication; the first under a name stays."""
        if resource.get("resourceType") != "Medication":
            return
        own_id = text(resource.get("id"))
        if own_id:
            self._by_name.setdefault(f"Medication/{own_id}", resource)
        if full_url:
            self._by_name.setdefault(full_url, resource)

    def find(self, reference: str, holder: Resource) -> Resource:
        """The resource that `holder` refers to, or an empty one."""
        if reference.startswith("#"):
            contained = objs(holder.get("contained"))
            return next((each for each in contained if text(each.get("id")) == reference[1:]), {})
        plain = reference.partition("/_history/")[0]
        return self._by_name.get(plain) or self._by_name.get(relative(plain), {})


def relative(reference: str) -> str:
    """The last two parts of an absolute reference: `https://ehr/fhir/Medication/7` → the rest."""
    return "/".join(reference.split("/")[-2:])
