"""Names of the contract in words, and a source as it is cited."""

from lems_guard.v1 import screening_pb2 as wire


def word(name: str, prefix: str) -> str:
    """An enum's name in words: `CONCERN_QT_PROLONGATION` → "qt prolongation"."""
    return name.removeprefix(prefix).lower().replace("_", " ")


def cited(item: wire.Evidence) -> str:
    """A source with the place in it, and whether it speaks against the rule."""
    against = "Against: " if item.counter else ""
    return f"{against}{item.source}" + (f", {item.locator}" if item.locator else "")
