"""Names of the contract in words, and a source as it is cited."""

from lems_guard.clinical.words import EVIDENCE_KINDS
from lems_guard.v1 import screening_pb2 as wire

NO_DATE = " (unknown)"  # how a source is cited that bears none


def word(name: str, prefix: str) -> str:
    """An enum's name in words: `CONCERN_QT_PROLONGATION` → "qt prolongation"."""
    return name.removeprefix(prefix).lower().replace("_", " ")


def cited(item: wire.Evidence) -> str:
    """A source with the place in it, what it is, and whether it speaks against the rule."""
    against = "Against: " if item.counter else ""
    source = item.source.removesuffix(NO_DATE)
    place = f", {item.locator}" if item.locator else ""
    kind = EVIDENCE_KINDS.get(item.kind)
    return f"{against}{source}{place}" + (f" ({kind})" if kind else "")
