"""Understanding an order: its codes, its text, its structured fields, and where they disagree."""

import functools
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from lems_guard.clinical.facts import Answer
from lems_guard.clinical.medication import (
    Disposition,
    Ingredient,
    MatchedBy,
    Medication,
    MedicationList,
    Understood,
)
from lems_guard.clinical.route import Route
from lems_guard.terminology.codes import NO_GROUPS, UNKNOWN, CodeBook, Coded, Groups, combined
from lems_guard.terminology.dose_basis import with_basis
from lems_guard.terminology.dosing import dosing_of, in_milligrams
from lems_guard.terminology.lexicon import Entry, Kind, Lexicon, Lexicons
from lems_guard.terminology.licensed import product_of_name
from lems_guard.terminology.site.names import widened
from lems_guard.terminology.suggest import Close, CloseNames, suggestions, suspects
from lems_guard.terminology.text_reading import NAME_DOES_NOT_TELL, TextReading, read_text
from lems_guard.terminology.trail import (
    coding_in_words,
    step_in_words,
    steps_of,
    unknown_words,
)
from lems_guard.terminology.vocabulary import Readings, Vocabulary

if TYPE_CHECKING:  # SQLite is loaded only where a site has a release of its own
    from lems_guard.terminology.site.vocabulary import SiteVocabulary

NOTHING_SENT = Understood(Disposition.UNRESOLVED, notes=("no code and no text",))
_EVALUATED, _AMBIGUOUS = Disposition.EVALUATED, Disposition.AMBIGUOUS
_OTHER, _YES = Route.OTHER, Answer.YES
_MATCHED_BY = {Kind.NAME: MatchedBy.NAME, Kind.BRAND: MatchedBy.BRAND}


class Resolver:
    """Turns orders into ingredients, route and dose by a vocabulary. Never raises."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        watched: Collection[str] = frozenset(),
        site: "SiteVocabulary | None" = None,
        groups: Groups = NO_GROUPS,
    ) -> None:
        """Prepare the words of the vocabulary.

        Of two equally close matches the one with a watched ingredient is suggested first. The
        site's own release tells codes before the vocabulary does, and names after it.
        """
        self._vocabulary = vocabulary
        self._watched = watched
        known = (
            vocabulary.ingredients
            if site is None
            else site.new_ingredients | vocabulary.ingredients
        )
        self._ingredients = {name: Ingredient(name, rxcui) for name, rxcui in known.items()}
        self._lexicons = Lexicons(vocabulary)
        self._codes = CodeBook(vocabulary, site, groups)
        self._site = site
        if site is not None:
            anywhere = self._lexicons.anywhere
            site.strength_of = lambda name: read_text(name, anywhere).dose

    def _alone(self, entry: Entry) -> Understood:
        readings, matched_by = self._named(entry.readings), _MATCHED_BY[entry.kind]
        if len(readings) == 1:
            name = Understood(_EVALUATED, readings, entry.route, matched_by=matched_by)
            return name._replace(product=product_of_name(entry))
        return Understood(
            _AMBIGUOUS, readings, entry.route, matched_by=matched_by, notes=(NAME_DOES_NOT_TELL,)
        )

    def understand(self, medication: Medication) -> Understood:
        """What an order holds and how it is given, or that it is not understood."""
        if not _is_bare(medication):
            return self._resolve(medication)
        if medication.codings:
            return self._by_code(medication) or self._resolve(medication)
        text, country = medication.text, medication.country
        entry = self._lexicons.of(country).entries.get(text.lower())
        if entry is not None and entry.readings:
            return self._alone(entry)
        return self._plain(text, country)

    def _by_code(self, medication: Medication) -> Understood | None:
        """The answer to an order that is one known code and nothing else."""
        coding = medication.codings[0]
        if len(medication.codings) > 1 or medication.text or coding.display:
            return None
        readings, route, strength, note, _ = self._codes.read(coding)
        if len(readings) != 1:
            return None
        return Understood(
            _EVALUATED,
            self._named(readings),
            route,
            strength,
            matched_by=MatchedBy.CODE,
            notes=(note,) if note else (),
        )

    def _plain(self, text: str, country: str) -> Understood:
        """The answer to an order that is a text and nothing else."""
        reading = self._read(text, country)
        if not reading.readings:
            return self._unresolved(text, reading, reading.notes, country)
        route = reading.route or reading.implied_route
        understood = Understood(
            _EVALUATED if len(reading.readings) == 1 else _AMBIGUOUS,
            self._named(reading.readings),
            None if route is _OTHER else route,
            reading.dose,
            reading.per_day,
            _YES if reading.as_needed else None,
            reading.matched_by,
            (),
            reading.notes,
            product=reading.product,
        )
        return with_basis(understood, reading.readings, text)

    def _resolve(self, medication: Medication) -> Understood:
        text = medication.text or _display(medication)
        reading = self._read(text, medication.country)
        notes: list[str] = []
        coded = self._coded(medication, notes) if medication.codings else UNKNOWN
        known = coded.readings
        readings = _together(known, reading, notes) if known else reading.readings
        if not known or reading.readings:
            notes += reading.notes
        if not readings:
            found = self._unresolved(text, reading, tuple(notes), medication.country)
            return found._replace(route=medication.route) if found.readings else found
        if len(known) == 1:
            reading = _completed(reading, coded)
        disposition = _EVALUATED if len(readings) == 1 else _AMBIGUOUS
        if medication.list is MedicationList.STOPPED and len(readings) == 1:
            disposition = Disposition.NOT_CURRENT
        dosing = dosing_of(medication, reading, self._vocabulary, notes)
        dosing = in_milligrams(dosing, medication, reading, readings)
        matched_by = MatchedBy.CODE if known else reading.matched_by
        understood = Understood(
            disposition,
            self._named(readings),
            *dosing,
            matched_by,
            (),
            tuple(notes),
            product=reading.product,
        )
        return with_basis(understood, readings, text)

    def _unresolved(
        self, text: str, reading: TextReading, notes: tuple[str, ...], country: str
    ) -> Understood:
        """What may have been meant, and what the text names beside words that nobody knows."""
        if not notes:
            return NOTHING_SENT
        close = self._close(text, country)
        entries = self._lexicons.of(country).entries
        near = suggestions(close, entries, self._watched)
        meant = () if reading.denied else (*reading.named, *self._slip(close, entries))
        named = self._named(tuple(dict.fromkeys(meant)))
        found = Understood(Disposition.UNRESOLVED, named, suggestions=near, notes=notes)
        return found._replace(product=reading.product) if named else found

    def _named(self, readings: Readings) -> tuple[tuple[Ingredient, ...], ...]:
        known = self._ingredients
        return tuple([tuple([known[name] for name in names]) for names in readings])

    def _read(self, text: str, country: str) -> TextReading:
        """What a text says, by our own names and, where they do not suffice, by the site's."""
        ours = self._lexicons.of(country)
        reading = read_text(text, ours)
        if self._site is None or reading.readings or not text:
            return reading
        lexicon = self._lexicon_for(text, country)
        return reading if lexicon is ours else read_text(text, lexicon)

    def _lexicon_for(self, text: str, country: str) -> Lexicon:
        """Our lexicon, with the names of the site that a text holds and that we do not know."""
        lexicon = self._lexicons.of(country)
        if self._site is None:
            return lexicon
        words, unknown = unknown_words(text, lexicon)
        return widened(lexicon, words, unknown, self._site.named)

    def _coded(self, medication: Medication, notes: list[str]) -> Coded:
        """What the codes stand for together: every set of ingredients that one of them names."""
        found = [self._codes.read(coding) for coding in medication.codings]
        unknown = sum(not coded.readings for coded in found)
        notes += dict.fromkeys(coded.note for coded in found if coded.note)
        if unknown:
            notes.append("code not known" if unknown == 1 else f"{unknown} codes not known")
        together = combined(found)
        if len(together.readings) > 1:
            notes.append("the codes do not tell which product is meant")
        elif together.note:
            notes.append(together.note)
        return together

    def suggest(self, text: str, country: str = "") -> tuple[str, ...]:
        """What a text that is not understood may have meant, to be confirmed by a person."""
        entries = self._lexicons.of(country).entries
        return suggestions(self._close(text, country), entries, self._watched)

    def _close(self, text: str, country: str) -> list[Close]:
        """The names close to the words of a text that no table holds."""
        words, unknown = unknown_words(text, self._lexicons.of(country))
        if not unknown:
            return []
        near = self.close_names.near
        return [name for phrase in suspects(words, unknown) for name in near(phrase)]

    def unknown_words(self, medication: Medication) -> tuple[str, ...]:
        """The words of an order that no table holds."""
        text = medication.text or _display(medication)
        words, unknown = unknown_words(text, self._lexicon_for(text, medication.country))
        return tuple(words[at] for at in unknown)

    def _slip(self, close: list[Close], entries: Mapping[str, Entry]) -> Readings:
        """The one watched drug whose name, not its brand, is all that a slip can have meant."""
        meant = {
            entries[each.name].readings for each in close if entries[each.name].kind is Kind.NAME
        }
        if len(meant) != 1:
            return ()
        [readings] = meant
        watched = any(name in self._watched for names in readings for name in names)
        return readings if watched else ()

    @functools.cached_property
    def close_names(self) -> CloseNames:
        """The index of all names; built when first asked for, in a fifth of a second."""
        entries = self._lexicons.anywhere.entries
        return CloseNames(phrase for phrase, entry in entries.items() if entry.readings)

    def explained(self, medication: Medication) -> Understood:
        """The answer with its trail."""
        return self.understand(medication)._replace(trail=self.explain(medication))

    def explain(self, medication: Medication) -> tuple[str, ...]:
        """The trail: which code or phrase was found in which table. Not for the hot path."""
        trail = [coding_in_words(coding, self._codes.read(coding)) for coding in medication.codings]
        text = medication.text or _display(medication)
        steps = steps_of(text, self._lexicon_for(text, medication.country))
        return (*trail, *(step_in_words(step) for step in steps))


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


def _completed(reading: TextReading, product: Coded) -> TextReading:
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
