"""The words of a card: what to do, one reason, what instead and what to watch, in ninety words.

Everything else stands on the page of the rule, and in the issue that may be put on record.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from lems_guard.answering.spoken import first_sentence
from lems_guard.answering.wording import SEVERITIES, concern_in_words, fact_in_words
from lems_guard.clinical.words import EVIDENCE_KINDS, POPULATIONS
from lems_guard.edges.order_entry.card_shapes import plain
from lems_guard.screening.alerts import SUSPECTED
from lems_guard.v1 import screening_pb2 as wire
from lems_guard.v1 import terms_pb2 as terms

MOST_WORDS = 90
# What a list of what else is noted may say at length; the rest is named.
MOST_NOTED = 70
Part: TypeAlias = tuple[str, Sequence[str]]  # a label and its items
SECOND_PERSON = "A second qualified person should agree to an override."
UNREVIEWED = "unreviewed by clinicians"


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
        """An alert's card: what must be said, and of the rest as much as is read."""
        worst = alert.findings[0]
        head = [f"**{SUSPECTED}**"] if alert.summary.startswith(SUSPECTED) else []
        head += [_opening(worst), f"**Do:** {plain(worst.deed)}"]
        head.append(f"**Why:** {plain(first_sentence(worst.consequence))}")
        missing = list(
            dict.fromkeys(fact_in_words(each) for it in alert.findings for each in it.missing)
        )
        head += [f"**Not known:** {'; '.join(map(plain, missing))}"] if missing else []
        foot = [f"> {plain(note)}" for note in self._notes]
        if alert.override_policy == terms.OVERRIDE_POLICY_SECOND_PERSON:
            foot.append(SECOND_PERSON)
        foot.append(_basis(alert))
        room = MOST_WORDS - sum(map(words_in, (*head, *foot)))
        body = _fitted(room, list(self._rest(alert)))
        return "\n\n".join([*head, *body, *foot])

    def _rest(self, alert: wire.Alert) -> Iterator[Part]:
        """What is said as far as there is room, the most useful first."""
        worst = alert.findings[0]
        readings = [each for name in alert.medication_ids for each in self._read_as.get(name, ())]
        yield "*Read as:*", readings
        yield "**Instead:**", worst.alternatives
        yield "**Watch:**", worst.monitoring
        others = [each for each in alert.findings[1:] if each.severity >= terms.SEVERITY_CAUTION]
        yield "**Also:**", [f"{concern_in_words(each.concern)}: {each.deed}" for each in others]

    def lines(self, alerts: Sequence[wire.Alert]) -> list[str]:
        """Alerts in a line each; those that there is no room for by their drugs."""
        told: list[str] = []
        room, rest = MOST_NOTED, list(alerts)
        while rest and (not told or words_in(self.line(rest[0])) <= room):
            told.append(self.line(rest.pop(0)))
            room -= words_in(told[-1])
        named: dict[str, list[str]] = {}
        for alert in rest:
            named.setdefault(f"**{SEVERITIES[alert.severity]}**", []).append(plain(alert.drug))
        return told + [f"- {severity}: {', '.join(drugs)}" for severity, drugs in named.items()]

    def line(self, alert: wire.Alert) -> str:
        """An alert in one line."""
        sure = "" if alert.certainty == terms.CERTAINTY_ESTABLISHED else ", possible"
        return f"- **{SEVERITIES[alert.severity]}**{sure}: {plain(alert.summary)}"

    def name(self, order_id: str) -> str:
        """An order in the client's own words."""
        return plain(self._names.get(order_id, order_id))


def words_in(text: str) -> int:
    """How many words a text has."""
    return len(text.split())


def _opening(finding: wire.Finding) -> str:
    possible = finding.certainty == terms.CERTAINTY_POSSIBLE
    sure = "possible" if possible else "established"
    return f"**{SEVERITIES[finding.severity]}** ({sure}): {concern_in_words(finding.concern)}."


def _basis(alert: wire.Alert) -> str:
    """On what it rests: the first source's kind, how many speak against it, and who reviewed it."""
    worst = alert.findings[0]
    support = [each for each in worst.evidence if not each.counter]
    parts = []
    if support:
        kind = EVIDENCE_KINDS.get(support[0].kind, f"grade {support[0].grade}")
        population = POPULATIONS.get(support[0].population, "population not given")
        parts.append(f"{kind}, {population}")
    against = len(worst.evidence) - len(support)
    parts += [f"{against} against"] if against else []
    signed = terms.REVIEW_STATE_SIGNED
    if any(finding.review.state != signed for finding in alert.findings):
        parts.append(UNREVIEWED)
    return f"*Evidence: {'; '.join(parts)}; rule* `{worst.rule_id}`"


def _fitted(room: int, parts: Sequence[Part]) -> Iterator[str]:
    """Lines of what each part holds: the first item of each, and more as far as there is room."""
    for number, (label, items) in enumerate(parts):
        kept = sum(words_in(f"{each} {more[0]}") for each, more in parts[number + 1 :] if more)
        left = room - words_in(label) - 1  # for what stands for those that are left out
        taken: list[str] = []
        for each in map(plain, items):
            if words_in(each) > left - (kept if taken else 0):
                break
            taken.append(each)
            left -= words_in(each)
        if taken:
            is_cut = len(taken) < len(items)
            room = left
            yield f"{label} {'; '.join(taken)}{' …' * is_cut}"
