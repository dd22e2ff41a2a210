"""What is proposed, taken and stopped, where a record tells of one drug several times."""

import datetime
import json
from typing import Any

import pytest

from edges.order_entry.calling import order, searchset
from lems_guard.edges.order_entry.asking import Asked, asked_by
from lems_guard.edges.order_entry.chart import Chart
from lems_guard.edges.order_entry.discovery import SERVICES
from lems_guard.edges.order_entry.hooks import read_call
from lems_guard.editions.library import Edition
from lems_guard.fhir.diagnoses import NOTHING_KNOWN, DiagnosisReader
from lems_guard.fhir.orders import OrderReader, RecordLine
from lems_guard.fhir.patients import Interpreter
from lems_guard.fhir.same_drug import Matcher
from lems_guard.v1 import terms_pb2 as terms

TODAY = datetime.date(2026, 11, 22)
RXNORM_CODE = {"system": "http://www.nlm.nih.gov/research/umls/rxnorm", "code": "42347"}
TABLET = "amifampridine 10 MG Oral Tablet"
AMI, FIRDAPSE = "amifampridine 20 mg po qid", "Firdapse 20 mg"


def asked_of(
    edition: Edition, drafts: list[Any], record: list[Any], hook: str = "order-sign"
) -> Asked:
    """What is asked of the engine, all of the record in one Bundle."""

    def understand(asked: Any) -> Any:  # noqa: ANN401
        return edition.understand(asked)

    service = SERVICES[f"lems-guard-{hook}"]
    call = {
        "hook": hook,
        "hookInstance": "1",
        "context": {"patientId": "p1", service.orders: searchset(*drafts)},
    }
    chart = Chart()
    chart.take_prefetch({"medications": searchset(*record)})
    chart.take_drafts(searchset(*drafts))
    vocabulary = Interpreter(
        understand,
        frozenset(),
        OrderReader(understand),
        DiagnosisReader(lambda told: edition.with_conditions(NOTHING_KNOWN, told)[0]),
    )
    return asked_by(read_call(json.dumps(call).encode()), service, chart, vocabulary, TODAY)


def entry(kind: str, words: str, status: str = "active", **members: Any) -> dict[str, Any]:  # noqa: ANN401
    """An entry of the record; `of` names the order that it was made of."""
    of = members.pop("of", None)
    if of:
        members["request" if kind == "MedicationAdministration" else "basedOn"] = {"reference": of}
    return order(words, **members) | {"resourceType": kind, "status": status}


def request(words: str, status: str = "active", **members: Any) -> dict[str, Any]:  # noqa: ANN401
    return entry("MedicationRequest", words, status, **{"order_id": "a1"} | members)


def statement(words: str, status: str = "active", **members: Any) -> dict[str, Any]:  # noqa: ANN401
    return entry("MedicationStatement", words, status, **{"order_id": "s1"} | members)


def given(words: str, status: str = "in-progress", **members: Any) -> dict[str, Any]:  # noqa: ANN401
    return entry("MedicationAdministration", words, status, **{"order_id": "g1"} | members)


def by(route: str) -> dict[str, Any]:
    return {"dosageInstruction": [{"route": {"text": route}}]}


def dosed(milligrams: int, per_day: int) -> dict[str, Any]:
    return {
        "dosageInstruction": [
            {
                "doseAndRate": [{"doseQuantity": {"value": milligrams, "unit": "mg"}}],
                "timing": {"repeat": {"frequency": per_day, "period": 1, "periodUnit": "d"}},
            }
        ]
    }


def coded(words: str, kind: str) -> dict[str, Any]:
    """An entry under the code of a whole class."""
    coding = [{"system": "http://www.whocc.no/atc", "code": "C07AB"}]
    return entry(kind, words, order_id="c1") | {
        "medicationCodeableConcept": {"coding": coding, "text": words}
    }


GIVEN = "MedicationAdministration"
STOPPED = {"statusChanged": "2026-11-01"}
GOING, DRAFT = "MedicationRequest/a1", "MedicationRequest/m1"


@pytest.mark.parametrize(
    ("record", "taken", "why"),
    [
        ([request("prednisone", order_id="m1")], 1, "the draft's id, and another drug"),
        ([request("bupropion", order_id="m1")], 0, "the order that is signed again"),
        ([request("Wellbutrin", order_id="m1")], 0, "the same order by its brand"),
        ([request(AMI, "entered-in-error"), statement(AMI)], 1, "an error hides nothing"),
        ([request(AMI, "cancelled"), statement(AMI)], 1, "nor does an order withdrawn"),
        ([request(AMI, "completed"), statement(AMI)], 1, "nor one that ended some day"),
        ([request(AMI, "stopped", **STOPPED), statement(AMI)], 1, "nor one that ended"),
        ([statement(AMI, "not-taken"), statement(AMI, order_id="s2")], 1, "nor one not taken"),
        ([request(AMI), statement(AMI)], 1, "told twice"),
        ([request(AMI), request(AMI, order_id="a2")], 2, "ordered twice"),
        ([request(AMI, of="MedicationRequest/a0"), request("prednisone", order_id="a0")], 2,
         "an order made of another one is an order"),
        ([request(AMI), statement(FIRDAPSE, of=GOING)], 1, "other words, made of the order"),
        ([request(AMI), statement(FIRDAPSE)], 2, "other words: it may be another supply"),
        ([request("prednisone"), statement(AMI, of=GOING)], 2, "made of another drug's order"),
        ([request(AMI, "stopped", **STOPPED), statement(FIRDAPSE, of=GOING)], 1,
         "made of an order that has ended, and still taken"),
        ([request(AMI), statement(FIRDAPSE, supportingInformation=[{"reference": GOING}])], 2,
         "what an order merely mentions is not what it was made of"),
        ([request("prednisone"), given("prednisone frobnicol", of=GOING)], 2,
         "what is not understood may be more than what it names"),
        ([given("bupropion", of=DRAFT)], 0, "made of the order at hand"),
        ([given(AMI, of=DRAFT)], 1, "of another drug, whatever it was made of"),
        ([request("gentamicin", **by("ophthalmic")), given("gentamicin", **by("intravenous"))], 2,
         "eye drops are no infusion"),
        ([request("timolol", **by("ophthalmic")), statement("timolol")], 2,
         "without a route it may be swallowed"),
        ([request("timolol", **by("oral")), statement("timolol")], 1, "swallowed is the worse"),
        ([request("timolol"), statement("timolol", **by("oral"))], 2, "it tells the route"),
        ([request("metoprolol tablet po"), given("metoprolol", **by("oral"))], 1,
         "the route in words is one too"),
        ([request("amifampridine", **dosed(10, 3)), statement("amifampridine", **dosed(40, 4))], 2,
         "another dose"),
        ([request("amifampridine", **dosed(20, 3)), statement("amifampridine", **dosed(20, 4))], 2,
         "more often"),
        ([request("amifampridine", **dosed(20, 4)), statement("amifampridine", **dosed(20, 3))], 1,
         "less often is within what is ordered"),
        ([request("amifampridine", **dosed(20, 4)), statement("amifampridine")], 1, "no dose said"),
        ([coded("metoprolol", GIVEN), coded("bisoprolol", "MedicationStatement")], 2,
         "one code, and two drugs in words"),
        ([request(TABLET, **dosed(20, 4)), statement(TABLET)], 1, "a strength is no dose"),
        ([request(AMI), statement("amifampridine 40 mg po qid", of=GOING)], 2,
         "a dose in words, of its own order"),
        ([statement(AMI, wasNotTaken=True)], 0, "not taken, as DSTU2 says it"),
        ([statement(AMI, wasNotTaken="true")], 1, "no boolean tells nothing"),
        ([given(AMI, wasNotGiven=True)], 0, "not given, as DSTU2 says it"),
        ([given(AMI, notGiven=True)], 0, "not given, as STU3 says it"),
    ],
)  # fmt: skip
def test_each_use_of_a_drug_is_taken_once(
    edition: Edition, record: list[Any], taken: int, why: str
) -> None:
    asked = asked_of(edition, [order("bupropion")], record)
    assert len(asked.request.active) == taken, why
    assert [each.id for each in asked.request.proposed] == [DRAFT]
    ids = [each.id for each in (*asked.request.active, *asked.request.stopped)]
    assert len({*ids, DRAFT}) == len(ids) + 1


@pytest.mark.parametrize(
    ("status", "phase", "why"),
    [
        ("active", terms.PHASE_CONTINUE, "it is taken, and goes on"),
        ("completed", terms.PHASE_UNSPECIFIED, "it is begun anew"),
        ("cancelled", terms.PHASE_UNSPECIFIED, "it was never taken"),
        ("draft", terms.PHASE_UNSPECIFIED, "the draft itself, on record"),
    ],
)
def test_only_what_is_taken_goes_on(
    edition: Edition, status: str, phase: terms.Phase, why: str
) -> None:
    copy = request("bupropion", status, order_id="m1")
    [proposed] = asked_of(edition, [order("bupropion")], [copy]).request.proposed
    assert proposed.phase == phase, why


def test_of_many_doses_the_last_one_tells_when_a_drug_is_gone(edition: Edition) -> None:
    doses = [
        given("gentamicin", "completed", order_id=f"g{day}", effectiveDateTime=f"2026-11-{day}")
        for day in (12, 15, 13)
    ]
    [stopped] = asked_of(edition, [order("bupropion")], doses).request.stopped
    assert stopped.stopped_on == "2026-11-15"


@pytest.mark.parametrize("status", ["completed", "stopped", "ended"])
def test_a_refill_of_what_has_ended_is_a_new_supply(edition: Edition, status: str) -> None:
    ended = order("ciprofloxacin", status=status)
    request = asked_of(edition, [ended], [], "medication-refill").request
    assert ([each.id for each in request.proposed], len(request.stopped)) == ([DRAFT], 0)


@pytest.mark.parametrize(
    ("draft", "place", "left_out", "why"),
    [
        (order("bupropion", status="stopped"), "stopped", [], "a stop is what it says"),
        (order("bupropion", status="completed"), "stopped",
         ["an order is over already, and is checked as one that ends"], "nobody stops by it"),
        (given("bupropion", "completed", effectiveDateTime="2026-11-22"), "proposed", [],
         "given today: it acts now"),
        (statement("bupropion", wasNotTaken=True), "", ["an order says that it is not taken"],
         "and it is said to be left out"),
        (order("", medicationCodeableConcept={"coding": [RXNORM_CODE] * 51}), "",
         ["an order has more words or codes than are read"],
         "one such order does not keep the others from being checked"),
        (order("bupropion " + "x" * 4000), "proposed", [], "the answer says that it was not read"),
        (order("bupropion", order_id="x" * 300), "proposed", [], "a name too long is replaced"),
    ],
)  # fmt: skip
def test_an_order_at_hand_that_has_ended(
    edition: Edition, draft: dict[str, Any], place: str, left_out: list[str], why: str
) -> None:
    asked = asked_of(edition, [draft], [])
    filled = [name for name in ("proposed", "stopped") if getattr(asked.request, name)]
    assert (filled, list(asked.left_out)) == ([place] if place else [], left_out), why


@pytest.mark.parametrize(
    ("ordered", "again", "taken", "why"),
    [
        (
            lambda n: dosed(n, 1),
            lambda n: dosed(n + 500, 1),
            160,
            "each is of another dose",
        ),
        (lambda n: dosed(n, 1), lambda n: dosed(n, 2), 160, "each is given more often"),
        (lambda n: dosed(n, 2), lambda n: dosed(n, 1), 80, "each is told by its order"),
        (lambda n: dosed(n, 1), lambda _: by("ophthalmic"), 81, "eye drops, which no order tells"),
    ],
)
def test_hundreds_of_orders_and_doses_of_one_drug_are_compared_with_few(
    ordered: Any,  # noqa: ANN401
    again: Any,  # noqa: ANN401
    taken: int,
    why: str,
    edition: Edition,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared = []

    def counted(matcher: Matcher, order: RecordLine, told: RecordLine) -> bool:
        compared.append(told)
        return tells_all(matcher, order, told)

    tells_all = Matcher.tells_all
    monkeypatch.setattr(Matcher, "tells_all", counted)
    size = 80
    record = [
        *(request("prednisone", order_id=f"a{n}") | ordered(n) for n in range(1, size + 1)),
        *(given("prednisone", order_id=f"g{n}") | again(n) for n in range(1, size + 1)),
    ]
    asked = asked_of(edition, [order("bupropion 150 mg po bid")], record)
    assert len(asked.request.active) == taken, why
    assert len(compared) <= 6 * size, why
