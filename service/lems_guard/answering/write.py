"""Writing a reply: a screening, in domain terms, to the bytes of a CheckPrescriptionResponse."""

import datetime

from lems_guard.answering.prepared import Prepared, Told, offered
from lems_guard.answering.read_as import doubts, orders
from lems_guard.answering.wire import block, terms, text, texts, whole
from lems_guard.clinical.alert import Alert, Completeness, Finding, Gap, Screening, ScreeningRequest
from lems_guard.clinical.medication import (
    Disposition,
    MatchedBy,
    MedicationList,
    Understood,
)
from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import Review
from lems_guard.clinical.severity import Certainty, Jurisdiction, OverridePolicy, Severity

ALERT_SEVERITIES, FINDING_SEVERITIES = terms(2, Severity), terms(3, Severity)
ALERT_CERTAINTIES, FINDING_CERTAINTIES = terms(3, Certainty), terms(4, Certainty)
POLICIES = terms(9, OverridePolicy)
LISTS, DISPOSITIONS = terms(2, MedicationList), terms(3, Disposition)
ROUTES, MATCHES = terms(5, Route), terms(6, MatchedBy)
INVOLVES_PROPOSED = whole(8, 1)
NOTHING_FITS = (
    "None of the usual alternatives fits this patient: ask neurology or a clinical pharmacist."
)
COMPLETENESS, JURISDICTIONS = terms(5, Completeness), terms(7, Jurisdiction)


def reply(
    decision_id: str,
    request: ScreeningRequest,
    results: bytes,
    screening: Screening,
    prepared: Prepared,
) -> bytes:
    """The whole reply, with the `result` of every order, numbered as in `screening.proto`."""
    jurisdiction = request.jurisdiction
    return b"".join(
        (
            text(1, decision_id),
            *[alert(found, request.as_of, prepared) for found in screening.alerts],
            results,
            *[gap(found) for found in screening.gaps],
            COMPLETENESS[screening.completeness],
            prepared.knowledge_base,
            JURISDICTIONS[jurisdiction],
            text(8, request.as_of.isoformat()),
            texts(9, screening.notes),
            doubts(screening.doubts),
        )
    )


def alert(found: Alert, as_of: datetime.date, prepared: Prepared) -> bytes:
    """An `Alert` with its findings, as field 2."""
    parts = (
        text(1, found.id),
        ALERT_SEVERITIES[found.severity],
        ALERT_CERTAINTIES[found.certainty],
        texts(4, found.medication_ids),
        text(5, found.drug),
        text(6, found.summary),
        *[block(7, finding(each, as_of, prepared)) for each in found.findings],
        INVOLVES_PROPOSED if found.involves_proposed else b"",
        POLICIES[found.override_policy],
    )
    return block(2, b"".join(parts))


def finding(found: Finding, as_of: datetime.date, prepared: Prepared) -> bytes:
    """A `Finding`: what varies, spliced with what was serialised in advance."""
    advice = prepared.advice(found.outcome)
    return b"".join(
        (
            advice.head,
            FINDING_SEVERITIES[found.severity],
            FINDING_CERTAINTIES[found.certainty],
            texts(5, found.medication_ids),
            advice.harm,
            action(found, advice),
            advice.grounds,
            texts(12, found.why),
            texts(13, found.missing) if found.missing else b"",
            advice.deed,
            block(15, review(found.rule.review, as_of)),
        )
    )


def action(found: Finding, prepared: Told) -> bytes:
    """What to do, and instead; whom to ask, where nothing of what is offered fits the patient."""
    advice = found.outcome.advice
    if advice.alternatives and not found.alternatives:
        return text(8, f"{advice.action} {NOTHING_FITS}")
    return prepared.action + offered(found.alternatives)


def review(found: Review, as_of: datetime.date) -> bytes:
    """A `Review`, as it stands on a day."""
    known = found.known_on(as_of)
    return b"".join(
        (
            whole(1, known.on(as_of)),
            text(2, known.reviewer),
            text(3, known.role),
            text(4, known.reviewed_on),
            text(5, known.due),
        )
    )


def result(name: bytes, medication_list: MedicationList, rest: bytes) -> bytes:
    """A `MedicationResult`, as field 3: every order gets one. `name` is the id as field 1."""
    return block(3, name + LISTS[medication_list] + rest)


def result_rest(understood: Understood, prepared: Prepared) -> bytes:
    """What a `MedicationResult` says after id and list: the same for all orders of a line."""
    whole_text = understood.as_one() if understood.also else understood
    parts = (
        DISPOSITIONS[whole_text.disposition],
        prepared.ingredients(whole_text.readings),
        ROUTES[whole_text.route],
        MATCHES[whole_text.matched_by],
        texts(7, whole_text.suggestions) if whole_text.suggestions else b"",
        text(8, "; ".join(whole_text.notes)) if whole_text.notes else b"",
        orders(understood),
        doubts(each for one in (understood, *understood.also) for each in one.doubts),
    )
    return b"".join(parts)


def gap(found: Gap) -> bytes:
    """A `Gap`, as field 4."""
    parts = (
        text(1, found.fact),
        texts(2, found.would_change),
        whole(3, found.worst),
        text(4, found.ask),
        texts(5, found.medication_ids),
    )
    return block(4, b"".join(parts))
