"""Understanding an order: its codes, its text, its structured fields, and where they disagree."""

import functools
from collections.abc import Collection

from lems_guard.clinical.facts import Answer
from lems_guard.clinical.medication import (
    CodeSystem,
    Coding,
    Disposition,
    Ingredient,
    MatchedBy,
    Medication,
    MedicationList,
    Understood,
)
from lems_guard.clinical.route import Route
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.terminology.dosing import dosing_of
from lems_guard.terminology.lexicon import Entry, Kind, Lexicon, lexicons_of
from lems_guard.terminology.suggest import CloseNames, suggestions, suspects
from lems_guard.terminology.text_reading import NAME_DOES_NOT_TELL, TextReading, read_text
from lems_guard.terminology.trail import coding_in_words, step_in_words, steps_of
from lems_guard.terminology.vocabulary import IngredientSet, Product, Readings, Vocabulary

NOTHING_SENT = Understood(Disposition.UNRESOLVED, notes=("no code and no text",))
_EVALUATED, _AMBIGUOUS = Disposition.EVALUATED, Disposition.AMBIGUOUS
_OTHER, _YES = Route.OTHER, Answer.YES
_MATCHED_BY = {Kind.NAME: MatchedBy.NAME, Kind.BRAND: MatchedBy.BRAND}


class Resolver:
    """Turns orders into ingredients, route and dose by a vocabulary. Never raises."""

    def __init__(self, vocabulary: Vocabulary, watched: Collection[str] = frozenset()) -> None:
        """Prepare the words of the vocabulary for each jurisdiction.

        Of two equally close matches the one with a watched ingredient is suggested first.
        """
        self._vocabulary = vocabulary
        self._watched = watched
        self._ingredients = {
            name: Ingredient(name, rxcui) for name, rxcui in vocabulary.ingredients.items()
        }
        self._lexicons = lexicons_of(vocabulary)
        answers: dict[int, Understood] = {}
        self._known = {
            place: self._known_names(lexicon, answers) for place, lexicon in self._lexicons.items()
        }

    def _known_names(
        self, lexicon: Lexicon, answers: dict[int, Understood]
    ) -> dict[str, Understood]:
        """The finished answer for every text that is a drug's name and nothing else.

        Most entries are the same objects in every jurisdiction, and so are their answers.
        """
        known = {}
        for phrase, entry in lexicon.entries.items():
            if entry.readings:
                answer = answers.get(id(entry))
                if answer is None:
                    answer = answers[id(entry)] = self._alone(entry)
                known[phrase] = answer
        return known

    def _alone(self, entry: Entry) -> Understood:
        readings, matched_by = self._named(entry.readings), _MATCHED_BY[entry.kind]
        if len(readings) == 1:
            return Understood(_EVALUATED, readings, entry.route, matched_by=matched_by)
        return Understood(
            _AMBIGUOUS, readings, entry.route, matched_by=matched_by, notes=(NAME_DOES_NOT_TELL,)
        )

    def understand(self, medication: Medication, jurisdiction: Jurisdiction) -> Understood:
        """What an order holds and how it is given, or that it is not understood."""
        if not _is_bare(medication):
            return self._resolve(medication, jurisdiction)
        if medication.codings:
            return self._by_code(medication) or self._resolve(medication, jurisdiction)
        known, text = self._known[jurisdiction], medication.text
        answer = known.get(text) or known.get(text.lower())
        return answer or self._plain(text, jurisdiction)

    def _by_code(self, medication: Medication) -> Understood | None:
        """The answer to an order that is one known code and nothing else."""
        coding = medication.codings[0]
        if len(medication.codings) > 1 or medication.text or coding.display:
            return None
        readings, product = self._code(coding)
        if len(readings) != 1:
            return None
        route, strength = (product.route, product.strength) if product else (None, None)
        return Understood(
            _EVALUATED, self._named(readings), route, strength, matched_by=MatchedBy.CODE
        )

    def _plain(self, text: str, jurisdiction: Jurisdiction) -> Understood:
        """The answer to an order that is a text and nothing else."""
        reading = read_text(text, self._lexicons[jurisdiction])
        if not reading.readings:
            return self._unresolved(text, reading.notes, jurisdiction)
        route = reading.route or reading.implied_route
        return Understood(
            _EVALUATED if len(reading.readings) == 1 else _AMBIGUOUS,
            self._named(reading.readings),
            None if route is _OTHER else route,
            reading.dose,
            reading.per_day,
            _YES if reading.as_needed else None,
            reading.matched_by,
            (),
            reading.notes,
        )

    def _resolve(self, medication: Medication, jurisdiction: Jurisdiction) -> Understood:
        text = medication.text or _display(medication)
        reading = read_text(text, self._lexicons[jurisdiction])
        notes: list[str] = []
        coded, product = self._coded(medication, notes)
        readings = _together(coded, reading, notes) if coded else reading.readings
        if not coded or reading.readings:
            notes += reading.notes
        if not readings:
            return self._unresolved(text, tuple(notes), jurisdiction)
        if product is not None:
            reading = _completed(reading, product)
        disposition = _EVALUATED if len(readings) == 1 else _AMBIGUOUS
        if medication.list is MedicationList.STOPPED and len(readings) == 1:
            disposition = Disposition.NOT_CURRENT
        dosing = dosing_of(medication, reading, self._vocabulary, notes)
        matched_by = MatchedBy.CODE if coded else reading.matched_by
        return Understood(disposition, self._named(readings), *dosing, matched_by, (), tuple(notes))

    def _unresolved(
        self, text: str, notes: tuple[str, ...], jurisdiction: Jurisdiction
    ) -> Understood:
        if not notes:
            return NOTHING_SENT
        near = self.suggest(text, jurisdiction)
        return Understood(Disposition.UNRESOLVED, notes=notes, suggestions=near)

    def _named(self, readings: Readings) -> tuple[tuple[Ingredient, ...], ...]:
        known = self._ingredients
        return tuple([tuple([known[name] for name in names]) for names in readings])

    def _coded(self, medication: Medication, notes: list[str]) -> tuple[Readings, Product | None]:
        """What the codes stand for: every set that one of them names, and the product if one."""
        found: dict[IngredientSet, None] = {}
        product, unknown = None, 0
        for coding in medication.codings:
            readings, known = self._code(coding)
            product = product or known
            found.update(dict.fromkeys(readings))
            unknown += not readings
        if unknown:
            notes.append("code not known" if unknown == 1 else f"{unknown} codes not known")
        if len(found) > 1:
            notes.append("the codes do not tell which product is meant")
        return tuple(found), product if len(found) == 1 else None

    def _code(self, coding: Coding) -> tuple[Readings, Product | None]:
        if coding.system is not CodeSystem.RXNORM:
            return (), None
        product = self._vocabulary.product(coding.code)
        if product is not None:
            return (product.ingredients,), product
        return self._vocabulary.codes.get(coding.code, ()), None

    def suggest(self, text: str, jurisdiction: Jurisdiction) -> tuple[str, ...]:
        """What a text that is not understood may have meant, to be confirmed by a person."""
        words, unknown = _unknown_words(text, self._lexicons[jurisdiction])
        if not unknown:
            return ()
        near = self.close_names.near
        close = [name for phrase in suspects(words, unknown) for name in near(phrase)]
        return suggestions(close, self._lexicons[jurisdiction].entries, self._watched)

    @functools.cached_property
    def close_names(self) -> CloseNames:
        """The index of all names; built when first asked for, in a fifth of a second."""
        return CloseNames(self._known[Jurisdiction.US])

    def explained(self, medication: Medication, jurisdiction: Jurisdiction) -> Understood:
        """The answer with its trail."""
        understood = self.understand(medication, jurisdiction)
        return understood._replace(trail=self.explain(medication, jurisdiction))

    def explain(self, medication: Medication, jurisdiction: Jurisdiction) -> tuple[str, ...]:
        """The trail: which code or phrase was found in which table. Not for the hot path."""
        trail = [coding_in_words(coding, self._code(coding)[0]) for coding in medication.codings]
        text = medication.text or _display(medication)
        steps = steps_of(text, self._lexicons[jurisdiction])
        return (*trail, *(step_in_words(step) for step in steps))


def _unknown_words(text: str, lexicon: Lexicon) -> tuple[list[str], list[int]]:
    """The words of a text, and the places of those that no table holds."""
    words: list[str] = []
    unknown: list[int] = []
    for step in steps_of(text, lexicon):
        if step.unknown:
            unknown.append(len(words))
        words += step.phrase.split(" ")
    return words, unknown


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


def _completed(reading: TextReading, product: Product) -> TextReading:
    """What the text leaves open, the product's code may tell."""
    if reading.implied_route is None and reading.route is None:
        reading = reading._replace(implied_route=product.route)
    if reading.dose is None and product.strength is not None and not reading.counted:
        reading = reading._replace(dose=product.strength, is_product=True)
    return reading


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
