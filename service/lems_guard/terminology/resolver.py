"""Understanding an order: its codes, its text, its structured fields, and where they disagree."""

import functools
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from lems_guard.clinical.dose import Dose, DoseBasis
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.medication import (
    Disposition,
    Doubt,
    Indication,
    Ingredient,
    MatchedBy,
    Medication,
    MedicationList,
    TextPhrase,
    Understood,
)
from lems_guard.clinical.route import Route
from lems_guard.terminology.codes import NO_GROUPS, UNKNOWN, CodeBook, Coded, Groups, combined
from lems_guard.terminology.dose_basis import with_basis
from lems_guard.terminology.dosing import dosing_of, in_milligrams
from lems_guard.terminology.indications import with_use
from lems_guard.terminology.lexicon import Entry, Kind, Lexicon, Lexicons
from lems_guard.terminology.outcome import (
    CODES_DIFFER,
    NOTHING_NEAR,
    Near,
    agreed,
    completed,
    meant,
    notes_of,
    ordered_first,
    still_ordered,
    stopped,
    together,
    told,
    unknown_code,
    unresolved,
)
from lems_guard.terminology.reading.drugs import CLASS_NAMED, NAME_DOES_NOT_TELL
from lems_guard.terminology.reading.licensed import product_of_name
from lems_guard.terminology.reading.reading import DRUG, Reading
from lems_guard.terminology.reading.text import LONGEST_TEXT, read_text
from lems_guard.terminology.site.names import widened
from lems_guard.terminology.suggest import Close, CloseNames, suggestions, suspects
from lems_guard.terminology.trail import (
    coding_in_words,
    phrases_in_words,
    told_by,
    unknown_words,
)
from lems_guard.terminology.vocabulary import Readings, Vocabulary

if TYPE_CHECKING:  # SQLite is loaded only where a site has a release of its own
    from lems_guard.terminology.site.vocabulary import SiteVocabulary

_EVALUATED, _AMBIGUOUS = Disposition.EVALUATED, Disposition.AMBIGUOUS
_UNRESOLVED = Disposition.UNRESOLVED


_OTHER, _YES, _BASE = Route.OTHER, YesNo.YES, DoseBasis.BASE
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
        site's own release tells codes before the vocabulary does, and names after it. `groups`
        are the classes of drugs by what stands for them: a group of the ATC, or an ingredient
        that says which class is meant and not which drug.
        """
        self._vocabulary = vocabulary
        self._watched = watched
        known = (
            vocabulary.ingredients
            if site is None
            else site.new_ingredients | vocabulary.ingredients
        )
        self._ingredients = {name: Ingredient(name, rxcui) for name, rxcui in known.items()}
        self._lexicons = Lexicons(vocabulary, groups)
        self._codes = CodeBook(vocabulary, site, groups)
        self._site = site
        if site is not None:
            anywhere = self._lexicons.anywhere
            site.strength_of = lambda name: _strength(read_text(name, anywhere)[0])

    def _alone(self, entry: Entry) -> Understood:
        readings, matched_by = self._named(entry.readings), _MATCHED_BY[entry.kind]
        if len(readings) == 1 and not entry.is_class:
            name = Understood(_EVALUATED, readings, entry.route, matched_by=matched_by)
            return name._replace(product=product_of_name(entry))
        name = Understood(_AMBIGUOUS, readings, entry.route, matched_by=matched_by)
        why = CLASS_NAMED if entry.is_class else NAME_DOES_NOT_TELL
        doubt = Doubt(DRUG, entry.phrase, why)
        return name._replace(notes=(why,), doubts=(doubt,))

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
        coded = self._codes.read(coding)
        readings, note = coded.readings, coded.note
        if len(readings) != 1:
            return None
        return Understood(
            told(readings, is_sure=True),
            self._named(readings),
            coded.route,
            matched_by=MatchedBy.CODE,
            notes=(note,) if note else (),
        )

    def _plain(self, text: str, country: str) -> Understood:
        """The answer to an order that is a text and nothing else."""
        found = self._read(text, country)
        first = found[0]
        if len(found) == 1 and first.is_whole and not first.unread:
            return self._of_words(first, text, NOTHING_NEAR)
        orders = ordered_first(found)
        near = self._near(text, orders, country)
        understood = [
            self._of_words(each, text, near if each.unread or len(orders) == 1 else NOTHING_NEAR)
            for each in orders
        ]
        return understood[0] if len(understood) == 1 else together(understood)

    def _of_words(self, reading: Reading, text: str, near: Near) -> Understood:
        """What one order of a text that stands alone is understood as."""
        named = meant(reading, near)
        if not named:
            return unresolved((), near, reading.doubts)
        route = reading.route or (None if reading.routes else reading.implied_route)
        is_sure = reading.is_whole and not near.names
        understood = Understood(
            told(named, is_sure=is_sure),
            self._named(named),
            None if route is _OTHER else route,
            reading.dose,
            reading.per_day,
            _YES if reading.as_needed else None,
            reading.matched_by if is_sure else None,
            near.names,
            notes_of(reading.doubts, near) if reading.doubts or near.names else (),
            (),
            None,
            _BASE,
            reading.product,
            reading.other_doses,
            reading.other_per_day,
            reading.routes,
            reading.daily,
            reading.most_per_day,
            reading.daily_limit,
            reading.phase,
            reading.doubts,
            reading.words or text,
            course_days=reading.course_days,
        )
        if reading.reason:
            understood = self._with_reason(understood, reading)
        if reading.stopped:
            understood = stopped(understood)
        return with_basis(understood, named, text)

    def _with_reason(self, understood: Understood, reading: Reading) -> Understood:
        """The order with what it is for, where its words tell that."""
        if not reading.reason:
            return understood
        indication = Indication(text=reading.reason)
        return with_use(understood, indication, self._vocabulary.indications)

    def _near(self, text: str, orders: Sequence[Reading], country: str) -> Near:
        """Drugs that the words which nobody knows may have meant."""
        if not any(each.unread or not each.readings for each in orders):
            return NOTHING_NEAR
        if not text or len(text) > LONGEST_TEXT:
            return NOTHING_NEAR
        close, entries = self._close(text, country), self._lexicons.of(country).entries
        names = suggestions(close, entries, self._watched)
        return Near(names, self._slip(close, entries)) if names else NOTHING_NEAR

    def _resolve(self, medication: Medication) -> Understood:
        text, country = medication.text or _display(medication), medication.country
        found = self._read(text, country)
        first, *others = ordered_first(found)
        notes: list[str] = []
        doubts: list[Doubt] = []
        coded = self._coded(medication, notes, doubts) if medication.codings else UNKNOWN
        if first.stopped and _is_ordered(medication, coded):
            first = still_ordered(first)
        near = NOTHING_NEAR if coded.readings else self._near(text, (first, *others), country)
        understood = self._of_fields(medication, first, coded, near, (notes, doubts))
        if not others:
            return understood
        bare = [
            self._of_words(each, text, near if each.unread else NOTHING_NEAR) for each in others
        ]
        if medication.list is MedicationList.STOPPED:
            bare = [stopped(each) for each in bare]
        return together([understood, *bare])

    def _of_fields(
        self,
        medication: Medication,
        reading: Reading,
        coded: Coded,
        near: Near,
        of_codes: tuple[list[str], list[Doubt]],
    ) -> Understood:
        """One order by its codes, its words and its fields."""
        known = coded.readings
        notes, doubts = of_codes
        said = meant(reading, near)
        readings = agreed(coded, reading, doubts) if known else said
        if not readings:
            told_of = (*doubts, *reading.doubts)
            return unresolved(notes, near, told_of)._replace(route=medication.route)
        if len(known) == 1:
            reading = completed(reading, coded)
        dosing = dosing_of(medication, reading, self._vocabulary)
        dosing = in_milligrams(dosing, medication, reading, readings)
        doubts += [each for each in dosing.doubts if not (known and each.field == DRUG)]
        is_sure = bool(known) or (reading.is_whole and not near.names)
        understood = Understood(
            told(readings, is_sure=is_sure),
            self._named(readings),
            dosing.route,
            dosing.dose,
            dosing.per_day,
            dosing.as_needed,
            MatchedBy.CODE if known else reading.matched_by if is_sure else None,
            near.names,
            (*notes, *notes_of(doubts, near)),
            product=reading.product,
            other_doses=dosing.other_doses,
            other_per_day=dosing.other_per_day,
            routes=dosing.routes,
            daily=reading.daily if medication.dose is None else None,
            most_per_day=reading.most_per_day,
            daily_limit=reading.daily_limit,
            phase=dosing.phase,
            doubts=tuple(doubts),
            words=reading.words or medication.text,
            course_days=reading.course_days,
        )
        if medication.list is MedicationList.STOPPED or reading.stopped:
            understood = stopped(understood)
        understood = self._with_reason(understood, reading)
        return with_basis(understood, readings, medication.text or _display(medication))

    def _named(self, readings: Readings) -> tuple[tuple[Ingredient, ...], ...]:
        known = self._ingredients
        return tuple([tuple([known[name] for name in names]) for names in readings])

    def _read(self, text: str, country: str) -> tuple[Reading, ...]:
        """What a text says, by our own names and, where they do not suffice, by the site's."""
        found = read_text(text, self._lexicons.of(country))
        if self._site is None or not text or not any(each.unread for each in found):
            return found
        lexicon = self._lexicon_for(text, country)
        return found if lexicon is self._lexicons.of(country) else read_text(text, lexicon)

    def _lexicon_for(self, text: str, country: str) -> Lexicon:
        """Our lexicon, with the names of the site that a text holds and that we do not know."""
        lexicon = self._lexicons.of(country)
        if self._site is None:
            return lexicon
        words, unknown = unknown_words(text, lexicon)
        return widened(lexicon, words, unknown, self._site.named)

    def _coded(self, medication: Medication, notes: list[str], doubts: list[Doubt]) -> Coded:
        """What the codes stand for together: every set of ingredients that one of them names."""
        found = [self._codes.read(coding) for coding in medication.codings]
        notes += dict.fromkeys(coded.note for coded in found if coded.note)
        pairs = zip(medication.codings, found, strict=True)
        doubts += [unknown_code(coding) for coding, coded in pairs if not coded.readings]
        together = combined(found)
        if len(together.readings) > 1:
            doubts.append(Doubt(DRUG, "", CODES_DIFFER))
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
        """The index of all names of drugs; built when first asked for, in a fifth of a second."""
        entries = self._lexicons.anywhere.entries.items()
        return CloseNames(word for word, each in entries if each.readings and not each.is_class)

    def explained(self, medication: Medication) -> Understood:
        """The answer with its trail."""
        return self.understand(medication)._replace(trail=self.explain(medication))

    def explain(self, medication: Medication) -> tuple[str, ...]:
        """The trail: which code or phrase was found in which table. Not for the hot path."""
        trail = [coding_in_words(coding, self._codes.read(coding)) for coding in medication.codings]
        text = medication.text or _display(medication)
        return (*trail, *phrases_in_words(text, self._lexicon_for(text, medication.country)))

    def phrases(self, medication: Medication) -> tuple[TextPhrase, ...]:
        """The text of an order in phrases, each character in exactly one. Not for the hot path."""
        text = medication.text or _display(medication)
        return told_by(text, self._lexicon_for(text, medication.country))


def _strength(product: Reading) -> Dose | None:
    return product.dose or product.strength


def _is_bare(medication: Medication) -> bool:
    """Whether an order says nothing beside its text."""
    return (
        medication.route is None
        and medication.dose is None
        and medication.doses_per_day is None
        and medication.as_needed is None
        and medication.phase is None
        and not medication.route_text
        and not medication.form_text
        and medication.list is not MedicationList.STOPPED
    )


def _is_ordered(medication: Medication, coded: Coded) -> bool:
    """Whether a code or a field orders a drug, whatever its words say."""
    is_dosed = medication.dose is not None or medication.doses_per_day is not None
    return is_dosed or bool(coded.readings)


def _display(medication: Medication) -> str:
    return next((coding.display for coding in medication.codings if coding.display), "")
