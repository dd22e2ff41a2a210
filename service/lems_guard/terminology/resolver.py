"""Understanding an order: its codes, its text, its structured fields, and where they disagree."""

from lems_guard.clinical.medication import (
    CodeSystem,
    Disposition,
    Ingredient,
    MatchedBy,
    Medication,
    MedicationList,
    Understood,
)
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.terminology.dosing import Dosing, dosing_of
from lems_guard.terminology.lexicon import Kind, lexicon_of
from lems_guard.terminology.order_text import OrderText, Step
from lems_guard.terminology.text_reading import TextReading, read_text, reading_of
from lems_guard.terminology.vocabulary import IngredientSet, Readings, Vocabulary

NOTHING_SENT = Understood(Disposition.UNRESOLVED, notes=("no code and no text",))
_MATCHED_BY = {Kind.NAME: MatchedBy.NAME, Kind.BRAND: MatchedBy.BRAND}


class Resolver:
    """Turns orders into ingredients, route and dose by a vocabulary. Never raises."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Prepare the words of the vocabulary for each jurisdiction."""
        self._vocabulary = vocabulary
        self._ingredients = {
            name: Ingredient(name, rxcui) for name, rxcui in vocabulary.ingredients.items()
        }
        self._lexicons = {place: lexicon_of(vocabulary, place) for place in Jurisdiction}
        self._known = {place: self._known_names(place) for place in Jurisdiction}

    def _known_names(self, place: Jurisdiction) -> dict[str, Understood]:
        """The finished answer for every text that is a drug's name and nothing else."""
        return {
            phrase: self._answer(reading_of(OrderText(phrase, self._lexicons[place])))
            for phrase, entry in self._lexicons[place].entries.items()
            if entry.readings
        }

    def _answer(self, reading: TextReading) -> Understood:
        readings = self._named(reading.readings)
        disposition = Disposition.EVALUATED if len(readings) == 1 else Disposition.AMBIGUOUS
        return Understood(disposition, readings, matched_by=reading.matched_by, notes=reading.notes)

    def understand(self, medication: Medication, jurisdiction: Jurisdiction) -> Understood:
        """What an order holds and how it is given, or that it is not understood."""
        if not medication.codings and _is_bare(medication):
            known = self._known[jurisdiction]
            text = medication.text
            answer = known.get(text) or known.get(text.lower())
            if answer is not None:
                return answer
        return self._resolve(medication, jurisdiction)

    def _resolve(self, medication: Medication, jurisdiction: Jurisdiction) -> Understood:
        text = medication.text or _display(medication)
        reading = read_text(text, self._lexicons[jurisdiction])
        notes: list[str] = []
        coded = self._coded(medication, notes)
        readings = _together(coded, reading, notes) if coded else reading.readings
        if not coded or readings != coded:
            notes += [note for note in reading.notes if note not in notes]
        if not readings:
            return _unresolved(notes)
        dosing = dosing_of(medication, reading, self._vocabulary, notes)
        matched_by = MatchedBy.CODE if coded else reading.matched_by
        return self._understood(medication, readings, dosing, matched_by, notes)

    def _understood(
        self,
        medication: Medication,
        readings: Readings,
        dosing: Dosing,
        matched_by: MatchedBy | None,
        notes: list[str],
    ) -> Understood:
        disposition = Disposition.EVALUATED
        if len(readings) > 1:
            disposition = Disposition.AMBIGUOUS
        elif medication.list is MedicationList.STOPPED:
            disposition = Disposition.NOT_CURRENT
        return Understood(
            disposition,
            self._named(readings),
            dosing.route,
            dosing.dose,
            dosing.doses_per_day,
            dosing.as_needed,
            matched_by,
            (),
            tuple(notes),
        )

    def _named(self, readings: Readings) -> tuple[tuple[Ingredient, ...], ...]:
        known = self._ingredients
        return tuple([tuple([known[name] for name in names]) for names in readings])

    def _coded(self, medication: Medication, notes: list[str]) -> Readings:
        """What the codes stand for: every set that one of them names."""
        found: dict[IngredientSet, None] = {}
        unknown = 0
        for coding in medication.codings:
            is_rxnorm = coding.system is CodeSystem.RXNORM
            readings = self._vocabulary.codes.get(coding.code, ()) if is_rxnorm else ()
            found.update(dict.fromkeys(readings))
            unknown += not readings
        if unknown:
            notes.append("code not known" if unknown == 1 else f"{unknown} codes not known")
        if len(found) > 1:
            notes.append("the codes do not tell which product is meant")
        return tuple(found)

    def explain(self, medication: Medication, jurisdiction: Jurisdiction) -> tuple[str, ...]:
        """The trail: which code or phrase was found in which table. Not for the hot path."""
        trail = [self._coding_step(code.system, code.code) for code in medication.codings]
        text = medication.text or _display(medication)
        walked = OrderText(text, self._lexicons[jurisdiction], keep_steps=True)
        return (*trail, *(_step_in_words(step) for step in walked.steps or ()))

    def _coding_step(self, system: CodeSystem | None, code: str) -> str:
        readings = self._vocabulary.codes.get(code, ()) if system is CodeSystem.RXNORM else ()
        label = system.name if system is not None else "code"
        return f"{label} {code}: {_sets_in_words(readings) if readings else 'not known'}"

    def explained(self, medication: Medication, jurisdiction: Jurisdiction) -> Understood:
        """The answer with its trail."""
        understood = self.understand(medication, jurisdiction)
        return understood._replace(trail=self.explain(medication, jurisdiction))


def _is_bare(medication: Medication) -> bool:
    """Whether an order says nothing beside its text."""
    return (
        medication.route is None
        and medication.dose is None
        and medication.doses_per_day is None
        and medication.as_needed is None
        and not medication.route_text
        and not medication.form_text
        and medication.list is not MedicationList.STOPPED
    )


def _display(medication: Medication) -> str:
    return next((coding.display for coding in medication.codings if coding.display), "")


def _unresolved(notes: list[str]) -> Understood:
    return Understood(Disposition.UNRESOLVED, notes=tuple(notes)) if notes else NOTHING_SENT


def _together(coded: Readings, reading: TextReading, notes: list[str]) -> Readings:
    """Code and text agree, or every reading of both counts."""
    if not reading.named:
        return coded
    if reading.readings:
        common = tuple(names for names in coded if names in reading.readings)
        if common:
            return common
    elif all(set(names) <= set(coded[0]) for names in reading.named):
        # The text was not understood to its end, and what was understood fits the code.
        return coded
    notes.append("code and text name different drugs")
    return tuple(dict.fromkeys((*coded, *reading.named)))


def _step_in_words(step: Step) -> str:
    if step.entry is None:
        return f"'{step.phrase}': {'number' if step.number else 'not understood'}"
    entry = step.entry
    if entry.readings and entry.kind is not Kind.SALT_OR_NAME:
        return f"'{step.phrase}': {entry.kind.name.lower()} → {_sets_in_words(entry.readings)}"
    return f"'{step.phrase}': {entry.kind.name.lower().replace('_', ' ')}"


def _sets_in_words(readings: Readings) -> str:
    return " or ".join(" + ".join(names) for names in readings)
