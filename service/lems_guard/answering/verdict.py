"""The verdict on a prescription: the one sentence that a reader takes away.

"Checked, nothing found" is said only where it is true: everything was checked and no unknown could
still turn out to be a contraindication.
"""

from collections import Counter
from collections.abc import Iterator

from lems_guard.answering.wording import SEVERITIES, fact_in_words
from lems_guard.v1 import screening_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

NOTHING_FOUND = "Checked, nothing found."
NOT_EVALUATED = (terms.DISPOSITION_UNRESOLVED, terms.DISPOSITION_AMBIGUOUS)


def is_whole(response: wire.CheckPrescriptionResponse) -> bool:
    """Whether all was understood and checked, and no unknown may still be a contraindication."""
    is_complete = response.completeness == terms.COMPLETENESS_COMPLETE
    return is_complete and not response.doubts and not grave_gaps(response)


def grave_gaps(response: wire.CheckPrescriptionResponse) -> list[wire.Gap]:
    """The unknowns that may turn out to be a contraindication."""
    return [gap for gap in response.gaps if gap.worst >= terms.SEVERITY_CONTRAINDICATED]


def unsettled(response: wire.CheckPrescriptionResponse) -> list[wire.MedicationResult]:
    """The orders that were not recognised, or not for certain."""
    return [order for order in response.medications if order.disposition in NOT_EVALUATED]


def sentence(response: wire.CheckPrescriptionResponse, names: dict[str, str]) -> str:
    """The verdict in words; `names` holds each order's id and words."""
    if is_whole(response):
        return f"Checked. {_found(response)}" if response.alerts else NOTHING_FOUND
    missing = "; ".join(_not_checked(response, names)) or "see above"
    return f"Checked against what was given; not checked: {missing}. {_found(response)}".strip()


def _found(response: wire.CheckPrescriptionResponse) -> str:
    counts = Counter(alert.severity for alert in response.alerts)
    found = [f"{counts[each]} {SEVERITIES[each]}" for each in sorted(counts, reverse=True)]
    return f"Found: {', '.join(found)}." if found else ""


def _not_checked(response: wire.CheckPrescriptionResponse, names: dict[str, str]) -> Iterator[str]:
    for order in unsettled(response):
        sure = "" if order.disposition == terms.DISPOSITION_UNRESOLVED else " (several readings)"
        yield names.get(order.id, order.id) + sure
    for doubt in response.doubts:
        yield f"{fact_in_words(doubt.field)} “{doubt.words}”"
    grave = [unknown(gap, names) for gap in grave_gaps(response)]
    if grave:
        yield f"what depends on: {', '.join(grave)}"


def unknown(gap: wire.Gap, names: dict[str, str]) -> str:
    """An unknown, and the orders it belongs to."""
    orders = ", ".join(names.get(each, each) for each in gap.medication_ids)
    return fact_in_words(gap.fact) + (f" of {orders}" if orders else "")
