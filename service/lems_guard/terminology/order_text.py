"""Reading the text of an order: which drugs it names, and what it says of route and dose.

Every word must be explained by a table; one that is not makes the whole text not understood,
since it may be the word that changes the drug.
"""

from collections.abc import Callable
from typing import ClassVar, NamedTuple

from lems_guard.clinical.route import Route
from lems_guard.terminology.lexicon import Entry, Kind, Lexicon, Pace, quotient
from lems_guard.terminology.quantities import Quantities
from lems_guard.terminology.vocabulary import Readings
from lems_guard.terminology.words import number_of, words_of

LONGEST_TEXT = 1000
OPENING = {"(": 1, "[": 2, "{": 0}
CLOSING = frozenset(")]}")
EYE_DROPS = frozenset({"drop", "drops", "gtt", "gtts"})
TIME_OF_DAY = "od"


class Named(NamedTuple):
    """A drug named in the text; `bracket` is 0 outside, 1 in round, 2 in square brackets."""

    readings: Readings
    bracket: int
    brand: bool


class Step(NamedTuple):
    """One phrase of the text and what it was taken for (`None`: not understood)."""

    phrase: str
    entry: Entry | None
    number: bool = False


class OrderText:
    """What a text says, filled in a walk from its first word to its last."""

    __slots__ = (
        "_at",
        "_bracket",
        "_lexicon",
        "_words",
        "forms",
        "named",
        "other_words",
        "prefixed",
        "quantities",
        "routes",
        "sides",
        "steps",
        "unexplained",
    )

    def __init__(self, text: str, lexicon: Lexicon, *, keep_steps: bool = False) -> None:
        """Walk the text."""
        self._lexicon = lexicon
        self._words = words_of(text[:LONGEST_TEXT])
        self._at = 0
        self._bracket = 0
        self.named: list[Named] = []
        self.routes: list[Route] = []
        self.sides: list[Entry] = []
        self.forms: list[Entry] = []
        self.quantities = Quantities()
        self.other_words = 0
        self.unexplained = 1 if len(text) > LONGEST_TEXT else 0
        self.prefixed = False
        self.steps: list[Step] | None = [] if keep_steps else None
        self._walk()

    def _walk(self) -> None:
        words = self._words
        lengths_of, end = self._lexicon.lengths.get, len(words)
        while self._at < end:
            word = words[self._at]
            lengths = lengths_of(word)
            if lengths is None or not self._phrase(word, lengths):
                self._rest(word)

    def _phrase(self, word: str, lengths: tuple[int, ...]) -> bool:
        """Take the longest known phrase that begins here, if there is one."""
        at, words, find = self._at, self._words, self._lexicon.entries.get
        if word in self._lexicon.shaped_lengths and self._shaped(word):
            return True
        for length in lengths:
            entry = find(word if length == 1 else " ".join(words[at : at + length]))
            if entry is not None and not (entry.ends_in_number and self._unit_at(at + length)):
                self._at = at + length
                self._HANDLERS[entry.kind](self, entry)
                if self.steps is not None:
                    self.steps.append(Step(entry.phrase, entry))
                return True
        return False

    def _rest(self, word: str) -> None:
        """A word that begins no phrase: a bracket, a number, or not understood."""
        start = self._at
        if word in OPENING:
            self._bracket = OPENING[word]
            self._at += 1
        elif word in CLOSING:
            self._bracket = 0
            self._at += 1
        elif word[0].isdigit() or word[0] == ".":
            self._number(word)
            self.other_words += 1
            self._step(start, number=True)
        elif not self._shaped(word):
            self.unexplained += 1
            self._at += 1
            self._step(start, number=False)

    def _step(self, start: int, *, number: bool) -> None:
        if self.steps is not None and start < self._at:
            self.steps.append(Step(" ".join(self._words[start : self._at]), None, number))

    def _unit_at(self, at: int) -> bool:
        return at < len(self._words) and self._words[at] in self._lexicon.units

    # What each kind of phrase does.

    def _drug(self, entry: Entry) -> None:
        brand = entry.kind is Kind.BRAND
        if brand and self.prefixed:
            self.unexplained += 1
        self.prefixed = False
        self.named.append(Named(entry.readings, self._bracket, brand))

    def _route(self, entry: Entry) -> None:
        self.other_words += 1
        if entry.route is not None:
            self.routes.append(entry.route)

    def _side(self, entry: Entry) -> None:
        self.other_words += 1
        self.sides.append(entry)

    def _form(self, entry: Entry) -> None:
        self.other_words += 1
        self.forms.append(entry)

    def _frequency(self, entry: Entry) -> None:
        self.other_words += 1
        if entry.pace is not None:
            self.quantities.take_pace(entry.pace, entry.pace.per_day)

    def _number_word(self, entry: Entry) -> None:
        self.other_words += 1
        self._counted(entry.number)

    def _salt(self, _: Entry) -> None:
        self.other_words += 1
        if not self.named:
            self.unexplained += 1

    def _salt_or_name(self, entry: Entry) -> None:
        """`losartan potassium` is a salt, `potassium` a drug."""
        length = entry.phrase.count(" ") + 1
        before = self._at - length - 1
        follows_name = bool(self.named) and before >= 0 and self._words[before] not in {"/", "+"}
        if follows_name and "and" not in self._words[max(0, before) : self._at]:
            self._salt(entry)
        else:
            self._drug(entry)

    def _prefix(self, _: Entry) -> None:
        """A maker's short prefix counts as such only in front, and only before a drug's name."""
        self.other_words += 1
        self.prefixed = self._at == 1
        if not self.prefixed:
            self.unexplained += 1

    def _filler(self, _: Entry) -> None:
        self.other_words += 1

    # Numbers.

    def _shaped(self, word: str) -> bool:
        """Take a phrase with a number in it (`q 6 h`, `4 x / day`), if one begins here."""
        first = "#" if word[0].isdigit() else word
        lengths = self._lexicon.shaped_lengths.get(first)
        if lengths is None:
            return False
        words = self._words[self._at : self._at + lengths[0]]
        numbers = [item for item in words if item[0].isdigit()]
        shape = ["#" if item[0].isdigit() else item for item in words]
        for length in lengths:
            entry = self._lexicon.shaped.get(" ".join(shape[:length]))
            if entry is not None and length <= len(shape):
                self._at += length
                self.other_words += 1
                if entry.pace is not None:
                    self._paced(entry.pace, numbers[0])
                if self.steps is not None:
                    self.steps.append(Step(" ".join(words[:length]), entry))
                return True
        return False

    def _paced(self, pace: Pace, number: str) -> None:
        self.quantities.take_pace(pace, quotient(pace.divisions, number_of(number)))

    def _number(self, word: str) -> None:
        if self._shaped(word):
            return
        self._at += 1
        following = self._words[self._at] if self._at < len(self._words) else ""
        if following in self._lexicon.units:
            self._at += 1
            self._amount(word, self._lexicon.units[following])
        elif following == "%":
            self._at += 1
        elif word.count("-") > 1:
            self.quantities.take_pattern(word)
        elif "-" in word:
            self.quantities.take_range()
        else:
            self._counted(self._fraction(word))

    def _amount(self, word: str, unit: str) -> None:
        """A number with a unit: an amount, unless it goes on as a concentration or a rate."""
        below = self._denominator()
        if below:
            self.quantities.take_ratio(word, unit, below)
        elif "-" in word:
            self.quantities.take_range()
        else:
            value = number_of(word)
            if value is not None:
                self.quantities.take_amount(value, unit)

    def _denominator(self) -> str:
        """The unit after a slash or `per`, with its number; empty if there is none."""
        words, units, below = self._words, self._lexicon.units, ""
        while self._at + 1 < len(words) and words[self._at] in {"/", "per"}:
            ahead = self._at + 1
            if ahead + 1 < len(words) and words[ahead][0].isdigit():
                ahead += 1
            if words[ahead] not in units:
                break
            below = units[words[ahead]]
            self._at = ahead + 1
        return below

    def _fraction(self, word: str) -> float | None:
        """`1/2 tablet` is half a tablet; `50/12.5` are two strengths."""
        at, words = self._at, self._words
        if at + 2 < len(words) and words[at] == "/" and words[at + 1][0].isdigit():
            self._at += 2
            below = number_of(words[at + 1])
            if below and self._counts_form():
                return (number_of(word) or 0.0) / below
            self._at = at
        return number_of(word)

    def _counted(self, number: float | None) -> None:
        if number is not None and self._counts_form():
            self.quantities.take_count(number)
        else:
            self.quantities.take_bare()

    def _counts_form(self) -> bool:
        """Whether the next word is a form in which doses are counted (`2 tablets`)."""
        entry = self._lexicon.entries.get(self._words[self._at]) if self._more() else None
        return entry is not None and entry.form is not None and entry.form.counted

    def _more(self) -> bool:
        return self._at < len(self._words)

    # What the whole text says.

    def form_routes(self) -> set[Route]:
        """The routes that the dose forms tell."""
        routes = {entry.form.route for entry in self.forms if entry.form is not None}
        return {route for route in routes if route is not None}

    def has_drops(self) -> bool:
        """Whether the text speaks of drops."""
        return any(entry.phrase in EYE_DROPS for entry in self.forms)

    _HANDLERS: ClassVar[tuple[Callable[["OrderText", Entry], None], ...]] = (
        _drug,  # NAME
        _drug,  # BRAND
        _route,
        _side,
        _form,
        _frequency,
        _number_word,
        _salt,
        _salt_or_name,
        _prefix,
        _filler,
    )
