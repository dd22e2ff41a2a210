"""What log and journal say of an answer: numbers and closed words, none of them sent."""

from typing import Any

from lems_guard.answering.answer import Answer
from lems_guard.clinical.alert import Completeness
from lems_guard.clinical.outcome import AlertOutcome
from lems_guard.screening.knowledge_base import KnowledgeBase
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


def decided(answer: Answer) -> dict[str, Any]:
    """The decision's id, the knowledge it was made with, its completeness, and each finding."""
    response = wire.CheckPrescriptionResponse.FromString(answer.reply)
    return {
        "kind": "decision",
        "decision": response.decision_id,
        "digest": response.knowledge_base.digest,
        "completeness": Completeness(response.completeness).name,
        "rules": [[rule, severity.name] for rule, severity, _ in answer.tally.findings],
    }


def reported(outcome: AlertOutcome, knowledge: KnowledgeBase) -> dict[str, Any]:
    """What was done about an alert: ids that were given out here, and closed words."""
    return {
        "kind": "outcome",
        "alert": outcome.alert_id,
        "rules": [each for each in outcome.rule_ids if knowledge.rule(each) is not None],
        "verdict": outcome.verdict.name,
        "reason": outcome.reason.name if outcome.reason else None,
    }
