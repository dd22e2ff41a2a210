"""A check that was answered: what the page says of it, and the forms in which it is taken along."""

import json
import shlex
from collections.abc import Iterator
from typing import NamedTuple

from google.protobuf.json_format import MessageToDict

from lems_guard.answering import in_words
from lems_guard.answering.proto_json import as_json
from lems_guard.answering.verdict import is_whole, sentence, unsettled
from lems_guard.answering.wording import SEVERITIES, jurisdiction_in_words, patient_in_words
from lems_guard.v1 import prescription_pb2, screening_pb2
from lems_guard.v1 import terms_pb2 as terms

CHECK_METHOD = "lems_guard.v1.InteractionCheckService/CheckPrescription"


class Checked(NamedTuple):
    """A request and its answer, with what the page says of them."""

    request: prescription_pb2.CheckPrescriptionRequest
    response: screening_pb2.CheckPrescriptionResponse
    names: dict[str, str]

    @property
    def verdict(self) -> str:
        """The one sentence."""
        return sentence(self.response, self.names)

    @property
    def kind(self) -> str:
        """How the verdict is coloured: found, unsure, or clear where nothing at all was found."""
        if any(each.severity >= terms.SEVERITY_AVOID for each in self.response.alerts):
            return "found"
        if not is_whole(self.response):
            return "unsure"
        return "" if self.response.alerts else "clear"

    @property
    def unsettled(self) -> list[screening_pb2.MedicationResult]:
        """Orders that nobody could read for certain."""
        return unsettled(self.response)

    @property
    def silent(self) -> list[screening_pb2.MedicationResult]:
        """Orders that were read, and of which no alert speaks."""
        heard = {
            each
            for alert in self.response.alerts
            for each in (
                *alert.medication_ids,
                *(one for finding in alert.findings for one in finding.medication_ids),
            )
        }
        open_ones = {each.id for each in self.unsettled}
        return [each for each in self.response.medications if each.id not in heard | open_ones]

    @property
    def patient(self) -> str:
        """Whom it is about."""
        return " · ".join(patient_in_words(self.request.patient))


class Copied(NamedTuple):
    """A text that can be taken elsewhere."""

    id: str
    title: str
    text: str


def copies_of(checked: Checked) -> tuple[Copied, ...]:
    """The check as a note, as JSON, as a command and as a call."""
    return (
        Copied("note", "Note", _note(checked)),
        Copied("json", "JSON", as_json(checked.response).decode()),
        Copied("cli", "Command", _command(checked.request)),
        Copied("grpc", "gRPC call", _call(checked.request)),
    )


def _note(checked: Checked) -> str:
    """What goes into a chart: in short, with what was not checked and by what it was made."""
    answer = checked.response
    lines = [f"LEMS medication check, {answer.as_of}. {checked.patient}."]
    for alert in answer.alerts:
        sure = " (possible)" if alert.certainty == terms.CERTAINTY_POSSIBLE else ""
        deed = alert.findings[0].deed or alert.findings[0].action
        lines.append(f"- {SEVERITIES[alert.severity]}{sure} {alert.drug}: {alert.summary}. {deed}")
    lines += [f"- To ask: {gap.ask}" for gap in answer.gaps]
    lines.append(checked.verdict)
    known = answer.knowledge_base
    lines.append(
        f"LEMS Guard, knowledge base {known.version} ({known.digest[:8]}), "
        f"{jurisdiction_in_words(answer.jurisdiction)} labels. Advice to a professional."
    )
    return "\n".join(lines)


def _command(request: prescription_pb2.CheckPrescriptionRequest) -> str:
    """The same check on the command line."""
    if request.patient.conditions:  # which have no option
        body = json.dumps(MessageToDict(request), ensure_ascii=False)
        return f"echo {shlex.quote(body)} | lems-guard check --request -"
    return shlex.join(["lems-guard", "check", *_orders(request), *_facts(request)])


def _orders(request: prescription_pb2.CheckPrescriptionRequest) -> Iterator[str]:
    yield from (order.text for order in request.proposed)
    for order in request.active:
        yield from ("--active", order.text)
    for order in request.stopped:
        yield from ("--stopped", order.text + f" @ {order.stopped_on}" * bool(order.stopped_on))


def _facts(request: prescription_pb2.CheckPrescriptionRequest) -> Iterator[str]:
    told = MessageToDict(request.patient, preserving_proto_field_name=True)
    for each in told.pop("allergies", []):
        yield from ("--allergy", each["text"])
    short = {value: key for key, value in in_words.FIELDS.items()}
    for name, value in told.items():
        word = str(value).rpartition("_")[2].lower()
        yield from (f"--{short.get(name, name).replace('_', '-')}", word)
    if request.jurisdiction:
        yield from ("--jurisdiction", jurisdiction_in_words(request.jurisdiction).lower())
    if request.country:
        yield from ("--country", request.country)
    if request.as_of:
        yield from ("--as-of", request.as_of)


def _call(request: prescription_pb2.CheckPrescriptionRequest) -> str:
    """The same check as a gRPC call."""
    body = json.dumps(MessageToDict(request), ensure_ascii=False, indent=1)
    return f"grpcurl -plaintext -d {shlex.quote(body)} 127.0.0.1:50051 {CHECK_METHOD}"
