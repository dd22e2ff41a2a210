"""Known answers: an edition that does not give them is not put into service.

They are few and beyond doubt: five classes that every list for Lambert-Eaton syndrome names, a
seizure beside amifampridine, and a drug that is in no class. Whatever a vocabulary or a set of
rules has become, one that misses these would miss more.
"""

import datetime
from collections.abc import Iterator
from typing import NamedTuple

from lems_guard.clinical.alert import ScreeningRequest
from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.medication import Disposition, Medication, MedicationList
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.severity import Jurisdiction, Severity
from lems_guard.editions.library import Edition
from lems_guard.screening.screen import RuleScreener

DAY = datetime.date(2026, 11, 30)


class SelfTestOrder(NamedTuple):
    """An order, and the least that it must bring; `None`: nothing at all."""

    text: str
    least: Severity | None
    patient: Patient = Patient()


KNOWN = (
    SelfTestOrder("metoprolol 50 mg po bid", Severity.AVOID),
    SelfTestOrder("gentamicin 240 mg iv", Severity.AVOID),
    SelfTestOrder("azithromycin 500 mg po", Severity.AVOID),
    SelfTestOrder("ciprofloxacin 500 mg po bid", Severity.AVOID),
    SelfTestOrder("magnesium sulfate 2 g iv", Severity.AVOID),
    SelfTestOrder(
        "amifampridine 10 mg po tid",
        Severity.CONTRAINDICATED,
        Patient(seizure_history=YesNo.YES),
    ),
    SelfTestOrder("paracetamol 500 mg po", None),
)


def refuse_unknowing(edition: Edition) -> None:
    """Raise `InvalidKnowledge` where an edition does not give the known answers."""
    problems = tuple(wrong_answers(edition))
    if problems:
        raise InvalidKnowledge(problems)


def wrong_answers(edition: Edition) -> Iterator[str]:
    """Each known answer that is not given, in words."""
    for known in KNOWN:
        order = Medication("known", MedicationList.PROPOSED, known.text)
        understood = edition.understand(order)
        if understood.disposition is not Disposition.EVALUATED:
            yield f"self-test: {known.text!r} is {understood.disposition.name}"
            continue
        request = ScreeningRequest(known.patient, ((order, understood),), Jurisdiction.US, DAY)
        alerts = RuleScreener().screen(request, edition.knowledge).alerts
        worst = max((alert.severity for alert in alerts), default=None)
        if not _is_enough(worst, known.least):
            yield f"self-test: {known.text!r} gives {_named(worst)}, not {_named(known.least)}"


def _is_enough(worst: Severity | None, least: Severity | None) -> bool:
    if worst is None or least is None:
        return worst is least
    return worst >= least


def _named(severity: Severity | None) -> str:
    return "nothing" if severity is None else severity.name
