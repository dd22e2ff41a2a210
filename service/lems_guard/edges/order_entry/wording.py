"""The words of a card: a short text in markdown that says why, on what evidence, and what to do."""

import functools
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lems_guard.edges.order_entry.card_shapes import plain
from lems_guard.fhir.words import concern_word, severity_word
from lems_guard.screening.alerts import SUSPECTED
from lems_guard.v1 import screening_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

MOST_EVIDENCE = 3
# More than the rules have outcomes; of each a few kilobytes of text.
MOST_FINDINGS = 1024
OF_THE_PATIENT = ("medication_ids", "why", "missing")
POPULATIONS = {
    terms.EVIDENCE_POPULATION_LEMS: "in LEMS",
    terms.EVIDENCE_POPULATION_MYASTHENIA_GRAVIS: "in myasthenia gravis, carried over to LEMS",
    terms.EVIDENCE_POPULATION_THEORETICAL: "theoretical, not seen in either disease",
    terms.EVIDENCE_POPULATION_AMIFAMPRIDINE: "label or trials of amifampridine",
}
KINDS = {
    terms.EVIDENCE_KIND_LABEL: "label",
    terms.EVIDENCE_KIND_GUIDELINE: "guideline",
    terms.EVIDENCE_KIND_TRIAL: "trial",
    terms.EVIDENCE_KIND_COHORT: "cohort",
    terms.EVIDENCE_KIND_CASE: "case report",
    terms.EVIDENCE_KIND_REFERENCE: "reference",
    terms.EVIDENCE_KIND_THEORY: "theory",
    terms.EVIDENCE_KIND_JUDGEMENT: "judgement",
    terms.EVIDENCE_KIND_SECOND_HAND: "second hand",
}
SECOND_PERSON = "Before it is overridden, a second qualified person should agree."
UNREVIEWED = "No clinician has reviewed this content."


class CardWording:
    """Tells alerts in the words of one call; `names` holds each order's words by its id."""

    def __init__(
        self,
        names: Mapping[str, str],
        notes: tuple[str, ...],
        read_as: Mapping[str, list[str]],
        *,
        needed: frozenset[str],
    ) -> None:
        """`notes` are said in every card: they bear on the answer as a whole.

        `read_as` tells of each order how it was read, in lines; `needed` are the rules about what
        may be needed to save a life.
        """
        self._read_as = read_as
        self._names = names
        self._notes = notes
        self.needed = needed

    def detail(self, alert: wire.Alert) -> str:
        """The whole text of an alert's card, the worst finding first and at length."""
        parts = [f"**{SUSPECTED}**"] if alert.summary.startswith(SUSPECTED) else []
        parts += [f"*Read as:* {plain(line)}" for line in self._readings(alert)]
        parts += [self._finding(finding) for finding in alert.findings]
        parts += [f"> {plain(note)}" for note in self._notes]
        if alert.override_policy == terms.OVERRIDE_POLICY_SECOND_PERSON:
            parts.append(SECOND_PERSON)
        signed = terms.REVIEW_STATE_SIGNED
        if any(finding.review.state != signed for finding in alert.findings):
            parts.append(f"*{UNREVIEWED}*")
        return "\n\n".join(parts)

    def _readings(self, alert: wire.Alert) -> Iterator[str]:
        """How the orders of an alert were read, so that a misreading is seen."""
        for order_id in alert.medication_ids:
            yield from self._read_as.get(order_id, ())

    def line(self, alert: wire.Alert) -> str:
        """An alert in one line."""
        sure = "" if alert.certainty == terms.CERTAINTY_ESTABLISHED else ", possible"
        return f"- **{severity_word(alert.severity)}**{sure}: {plain(alert.summary)}"

    def name(self, order_id: str) -> str:
        """An order in the client's own words."""
        return plain(self._names.get(order_id, order_id))

    def _finding(self, finding: wire.Finding) -> str:
        words = words_of(finding)
        missing = f"\n- **Not known:** {'; '.join(map(plain, finding.missing))}"
        said = missing if finding.missing else ""
        return f"{words.opening}{said}\n- **Why:** {self._why(finding)}{words.closing}"

    def _why(self, finding: wire.Finding) -> str:
        """The trail, with each order's id replaced by its words."""
        return "; ".join(self._trail(step, finding) for step in finding.why)

    def _trail(self, step: str, finding: wire.Finding) -> str:
        for order_id in finding.medication_ids:
            head, arrow, rest = step.partition(f"{order_id} → ")
            if arrow and not head:
                return f"{self.name(order_id)} → {plain(rest)}"
        return plain(step)


class FindingWords(NamedTuple):
    """What a finding says of any patient: before the missing facts, and after the trail."""

    opening: str
    closing: str


def words_of(finding: wire.Finding) -> FindingWords:
    """The words of a finding: the same finding of another patient's orders has the same."""
    plainly = wire.Finding()
    plainly.CopyFrom(finding)
    for name in OF_THE_PATIENT:
        plainly.ClearField(name)
    return _words(plainly.SerializeToString(deterministic=True))


@functools.lru_cache(MOST_FINDINGS)
def _words(content: bytes) -> FindingWords:
    finding = wire.Finding.FromString(content)
    return FindingWords(
        "\n".join(_opening(finding)),
        "\n".join([f". Mechanism: {finding.mechanism}", *_evidence(finding)]),
    )


def _opening(finding: wire.Finding) -> Iterator[str]:
    possible = finding.certainty == terms.CERTAINTY_POSSIBLE
    sure = "possible" if possible else "established"
    head = f"**{severity_word(finding.severity)}** ({sure}): {concern_word(finding.concern)}. "
    yield head + finding.consequence
    yield f"- **Do:** {finding.action}"
    if finding.alternatives:
        yield f"- **Instead:** {'; '.join(finding.alternatives)}"
    if finding.monitoring:
        yield f"- **Watch:** {'; '.join(finding.monitoring)}"


def _evidence(finding: wire.Finding) -> Iterator[str]:
    """The first sources for the rule, and always one that speaks against it."""
    counter = [item for item in finding.evidence if item.counter][:1]
    shown = [item for item in finding.evidence if not item.counter]
    shown = shown[: MOST_EVIDENCE - len(counter)] + counter
    for item in shown:
        source = f"[{item.source}]({item.url})" if item.url else item.source
        against = "Against: " if item.counter else ""
        population = POPULATIONS.get(item.population, "population not given")
        said = f" {item.says}" if item.says else ""
        kind = KINDS.get(item.kind, f"grade {item.grade}")
        yield f"- **Evidence** ({kind}; {population}): {against}{source}.{said}"
    more = len(finding.evidence) - len(shown)
    named = f"rule `{finding.rule_id}`"
    yield f"- {more} more sources: {named}" if more else f"- All sources: {named}"
