"""Writing a reply: a screening, in domain terms, to the bytes of a CheckPrescriptionResponse."""

from lems_guard.clinical.alert import Alert, Finding, Gap, Screening, ScreeningRequest
from lems_guard.clinical.medication import (
    Disposition,
    MatchedBy,
    Medication,
    MedicationList,
    Understood,
)
from lems_guard.clinical.route import Route
from lems_guard.clinical.severity import Certainty, OverridePolicy, Severity
from lems_guard.grpc_api.prepared import Prepared
from lems_guard.grpc_api.wire import block, terms, text, texts, whole

ALERT_SEVERITIES, FINDING_SEVERITIES = terms(2, Severity), terms(3, Severity)
ALERT_CERTAINTIES, FINDING_CERTAINTIES = terms(3, Certainty), terms(4, Certainty)
POLICIES = terms(9, OverridePolicy)
LISTS, DISPOSITIONS = terms(2, MedicationList), terms(3, Disposition)
ROUTES, MATCHES = terms(5, Route), terms(6, MatchedBy)
INVOLVES_PROPOSED = whole(8, 1)


def reply(
    decision_id: str, request: ScreeningRequest, screening: Screening, prepared: Prepared
) -> bytes:
    """The whole reply. The numbers are those of `screening.proto`."""
    return b"".join(
        (
            text(1, decision_id),
            *[block(2, alert(found, request, prepared)) for found in screening.alerts],
            *[block(3, medication(*order, prepared)) for order in request.orders],
            *[block(4, gap(found)) for found in screening.gaps],
            whole(5, screening.completeness),
            prepared.knowledge_base,
            whole(7, request.jurisdiction),
            text(8, request.as_of.isoformat()),
            texts(9, screening.notes),
        )
    )


def alert(found: Alert, request: ScreeningRequest, prepared: Prepared) -> bytes:
    """An `Alert` with its findings."""
    return b"".join(
        (
            text(1, found.id),
            ALERT_SEVERITIES[found.severity],
            ALERT_CERTAINTIES[found.certainty],
            texts(4, found.medication_ids),
            text(5, found.drug),
            text(6, found.summary),
            *[block(7, finding(each, request, prepared)) for each in found.findings],
            INVOLVES_PROPOSED if found.involves_proposed else b"",
            POLICIES[found.override_policy],
        )
    )


def finding(found: Finding, request: ScreeningRequest, prepared: Prepared) -> bytes:
    """A `Finding`: what varies, spliced with what was serialised in advance."""
    head, body = prepared.advice(found.outcome, request.jurisdiction)
    return b"".join(
        (
            head,
            FINDING_SEVERITIES[found.severity],
            FINDING_CERTAINTIES[found.certainty],
            texts(5, found.medication_ids),
            body,
            texts(12, found.why),
            texts(13, found.missing) if found.missing else b"",
        )
    )


def medication(order: Medication, understood: Understood, prepared: Prepared) -> bytes:
    """A `MedicationResult`: every order gets one."""
    return b"".join(
        (
            text(1, order.id),
            LISTS[order.list],
            DISPOSITIONS[understood.disposition],
            prepared.ingredients(understood.readings),
            ROUTES[understood.route],
            MATCHES[understood.matched_by],
            texts(7, understood.suggestions) if understood.suggestions else b"",
            text(8, "; ".join(understood.notes)) if understood.notes else b"",
        )
    )


def gap(found: Gap) -> bytes:
    """A `Gap`."""
    return b"".join(
        (
            text(1, found.fact),
            texts(2, found.would_change),
            whole(3, found.worst),
            text(4, found.ask),
            texts(5, found.medication_ids),
        )
    )
