"""What a file says once for all of its rules or cases: filled in where one does not say its own."""

from collections.abc import Collection

from lems_guard.knowledge.problems import Problems
from lems_guard.knowledge.shape import Fields
from lems_guard.knowledge.tree import Branch, Node, Scalar


class Defaults:
    """The defaults of one file, and which of them are still to be used."""

    def __init__(
        self, node: Node | None, what: str, keys: Collection[str], problems: Problems
    ) -> None:
        """Check the keys; `what` names the defaults in a message."""
        self._what = what
        self._problems = problems
        self._entries: dict[str, tuple[Scalar, Node]] = {}
        if node is not None:
            Fields(node, problems, what, (), tuple(keys))
        if isinstance(node, Branch):
            found = {key.text: (key, value) for key, value in node.entries}
            self._entries = {name: entry for name, entry in found.items() if name in keys}
        self._idle = set(self._entries)

    def node(self, key: str) -> Node | None:
        """A default as it stands; who asks for it uses it."""
        self._idle.discard(key)
        entry = self._entries.get(key)
        return entry[1] if entry else None

    def put_into(self, branch: Branch, instead: Collection[str] = ()) -> Branch:
        """The mapping with each default whose key it does not say itself, nor says `instead`.

        What is put in keeps the place where it stands, so that a fault of it is shown there.
        """
        said = {key.text for key, _ in branch.entries} | set(instead)
        added = {name: entry for name, entry in self._entries.items() if name not in said}
        self._idle -= added.keys()
        return Branch(branch.place, (*branch.entries, *added.values()))

    def check_used(self) -> None:
        """A default that nobody takes misleads who reads the file."""
        for name in sorted(self._idle):
            shown = f"nothing takes {name!r} from {self._what}: leave it out"
            self._problems.add(self._entries[name][0].place, "idle-default", shown)
