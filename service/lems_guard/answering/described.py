"""What the log says of an answer: numbers and closed words, none of them from the request."""

from typing import Any

from lems_guard.answering.answer import Answer
from lems_guard.v1 import screening_pb2 as wire


def described(answer: Answer) -> dict[str, Any]:
    """The decision's id, the knowledge it was made with, its outcome and its counts."""
    response = wire.CheckPrescriptionResponse.FromString(answer.reply)
    return {
        "decision": response.decision_id,
        "digest": response.knowledge_base.digest,
        "outcome": answer.tally.outcome,
        "tier": answer.tier,
        "medications": len(response.medications),
        "alerts": len(response.alerts),
        "findings": len(answer.tally.findings),
        "unresolved": len(answer.tally.unresolved),
        "gaps": len(response.gaps),
    }
