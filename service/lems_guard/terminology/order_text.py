"""Reading the text of an order: which drugs it names, and what it says of route and dose.

Every word must be explained by a table; one that is not makes the whole text not understood,
since it may be the word that changes the drug: what it names is then only what may be ordered.
"""

from collections.abc import Callable
from typing import ClassVar

from lems_guard.clinical.route import Route
from lems_guard.terminology.findings import COMPOUNDED, Named, Step, is_product, named_by
from lems_guard.terminology.lexicon import NUMBER_SIGN, Entry, Kind, Lexicon, quotient
from lems_guard.terminology.quantities import DOSE_UNITS, WHOLE_DAY, Quantities
from lems_guard.terminology.words import number_of, words_of

LONGEST_TEXT = 1000
BRACKETS = {"(": 1, "[": 2, "{": 0, ")": 0, "]": 0, "}": 0}
# Between two drugs these make a combination; without them the second may be a salt.
JOINS = frozenset({"/", "+", "and"})
# Before an amount these say that it is the strength of one piece: `2 tablets of 10 mg`.
EACH = frozenset({"of", "x", "each"})
TOTAL, DIVIDED, TIMES = "total", "divided", "x #"
BRAND_TAILS = frozenset({TOTAL, "plus", "am", "pm", "hs", "morning", "evening", "night", "bedtime"})


class OrderText:
    """What a text says, filled in a walk from its first word to its last."""

    __slots__ = (
        "_at",
        "_bracket",
        "_brand_end",
        "_end",
        "_entries",
        "_longer",
        "_per_day",
        "_prefixed",
        "_shapes",
        "_spelled",
        "_steps",
        "_units",
        "_words",
        "compounded",
        "forms",
        "named",
        "other_words",
        "quantities",
        "routes",
        "sides",
        "unexplained",
    )

    def __init__(self, text: str, lexicon: Lexicon, steps: list[Step] | None = None) -> None:
        """Walk the text; put what each phrase was taken for into `steps`, if that is wanted."""
        self._entries, self._longer = lexicon.entries, lexicon.longer
        self._units, self._spelled = lexicon.units, lexicon.spelled
        self._shapes = lexicon.longer.get(NUMBER_SIGN, {})
        self._words = words = words_of(text if len(text) <= LONGEST_TEXT else "")
        self._at = self._bracket = 0
        self._end = len(words)
        self._brand_end = -1
        self._prefixed = self.compounded = False
        self._per_day: float | None = None
        self._steps = steps
        self.named: list[Named] = []
        self.routes: list[Route] = []
        self.sides: list[Entry] = []
        self.forms: list[Entry] = []
        self.quantities = Quantities()
        self.other_words = 0
        self.unexplained = 1 if len(text) > LONGEST_TEXT else 0
        take = self._take if steps is None else self._take_noting
        while self._at < self._end:
            take(words[self._at])

    def _take(self, word: str) -> Entry | None:
        """Take the longest phrase that begins with this word, or a number, or a bracket."""
        at = self._at
        after = self._longer.get(word)
        entry = self._phrase(after) if after is not None and at + 1 < self._end else None
        if entry is None:
            entry = self._entries.get(word) or self._spelled(word)
            self._at = at + 1
        if entry is not None:
            self._HANDLERS[entry.kind](self, entry)
        elif word[0].isdigit() or word[0] == ".":
            self.other_words += 1
            self._number(word)
        elif word in BRACKETS:
            self._bracket = BRACKETS[word]
        elif not (self._bracket == 2 and is_product(self._words, self.named, self.forms)):
            self.unexplained += 1
        return entry

    def _take_noting(self, word: str) -> None:
        """Take the next phrase and note what it was taken for."""
        start = self._at
        entry = self._take(word)
        number = entry is None and (word[0].isdigit() or word in BRACKETS)
        if self._steps is not None:
            self._steps.append(Step(" ".join(self._words[start : self._at]), entry, number))

    def _phrase(self, after: dict[str, tuple[int, ...]]) -> Entry | None:
        """The longest known phrase of several words here; the walk is moved behind it."""
        following = self._words[self._at + 1]
        lengths = after.get(following)
        found = self._longest(lengths) if lengths is not None else None
        if found is None and NUMBER_SIGN in after and following[0].isdigit():
            return self._shaped(after[NUMBER_SIGN])
        return found

    def _longest(self, lengths: tuple[int, ...]) -> Entry | None:
        at, words = self._at, self._words
        for length in lengths:
            stop = at + length
            if stop <= self._end:
                entry = self._entries.get(" ".join(words[at:stop]))
                if entry is not None and not (entry.ends_in_number and self._is_unit(stop)):
                    self._at = stop
                    return entry
        return None

    def _shaped(self, lengths: tuple[int, ...]) -> Entry | None:
        """A phrase with numbers in it (`q 6 h`, `4 x / day`), which tell the frequency."""
        words = self._words[self._at : self._at + lengths[0]]
        shape = [NUMBER_SIGN if word[0].isdigit() else word for word in words]
        for length in lengths:
            entry = self._entries.get(" ".join(shape[:length])) if length <= len(shape) else None
            if entry is not None:
                self._at += length
                if entry.pace is not None:
                    number = number_of(words[shape.index(NUMBER_SIGN)])
                    self._per_day = quotient(entry.pace.divisions, number)
                return entry
        return None

    def _is_unit(self, at: int) -> bool:
        return at < self._end and self._words[at] in self._units

    # What each kind of phrase does.

    def _drug(self, entry: Entry) -> None:
        if entry.after_drug is not None and self._follows_drug(entry):
            self._HANDLERS[entry.after_drug.kind](self, entry.after_drug)
            return
        if entry.kind is Kind.BRAND:
            self._brand_end = self._at
            if self._prefixed:
                # `CO-` before a brand makes another product; before an ingredient it is a maker.
                self.unexplained += 1
        self._prefixed = False
        self.named.append(named_by(entry, self._bracket))

    def _follows_drug(self, entry: Entry) -> bool:
        before = self._at - entry.phrase.count(" ") - 2
        return bool(self.named) and self._words[before] not in JOINS

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
            self._refuse_brand_tail(entry.phrase)
            self.quantities.whole_day |= entry.phrase in WHOLE_DAY
            per_day = self._per_day if entry.pace.is_formula else entry.pace.per_day
            self.quantities.take_pace(entry.pace, per_day, divided=DIVIDED in entry.phrase)

    def _number_word(self, entry: Entry) -> None:
        self.other_words += 1
        self._counted(entry.number)

    def _salt(self, _: Entry) -> None:
        self.other_words += 1
        if not self.named:
            self.unexplained += 1

    def _prefix(self, _: Entry) -> None:
        """A maker's short prefix counts as such only in front of everything."""
        self.other_words += 1
        self._prefixed = self._at == 1
        if not self._prefixed:
            self.unexplained += 1

    def _filler(self, entry: Entry) -> None:
        self.other_words += 1
        self._refuse_brand_tail(entry.phrase)
        if entry.phrase == TOTAL:
            self.quantities.take_total()
        elif entry.phrase == TIMES:
            self._times()
        self.compounded |= entry.phrase == COMPOUNDED

    def _times(self) -> None:
        """`10 mg x 3 tablets` counts tablets; `10 mg x 3` may count pieces or whole doses."""
        number = number_of(self._words[self._at - 1])
        if self._counts_form():
            self.quantities.take_count(number, times=True)
        elif number != 1 and self._units.get(self._words[self._at - 3]) in DOSE_UNITS:
            self.quantities.doubt = "a number is not clear"

    def _refuse_brand_tail(self, phrase: str) -> None:
        """`Tylenol PM` is another product than Tylenol: the word is no part of a sig."""
        if phrase in BRAND_TAILS and self._brand_end == self._at - 1:
            self.unexplained += 1

    # In the order of `Kind`.
    _HANDLERS: ClassVar[tuple[Callable[["OrderText", Entry], None], ...]] = (
        _drug,
        _drug,
        _route,
        _side,
        _form,
        _frequency,
        _number_word,
        _salt,
        _prefix,
        _filler,
    )

    # Numbers.

    def _number(self, word: str) -> None:
        """A number: part of a frequency, an amount with its unit, a count, or bare."""
        following = self._words[self._at] if self._at < self._end else ""
        lengths = self._shapes.get(following)
        if lengths is not None:
            self._at -= 1
            paced = self._shaped(lengths)
            if paced is not None:
                self._HANDLERS[paced.kind](self, paced)
                return
            self._at += 1
        unit = self._units.get(following)
        if unit is not None:
            self._at += 1
            self._amount(word, unit)
        elif following == "%":
            self._at += 1
        elif "-" in word:
            self.quantities.take_dashes(word)
        else:
            self._counted(self._fraction(word))

    def _amount(self, word: str, unit: str) -> None:
        """A number with a unit: an amount, unless it goes on as a concentration or a rate."""
        is_strength = self._at > 2 and self._words[self._at - 3] in EACH
        below = self._denominator()
        if below:
            self.quantities.take_ratio(word, unit, below)
        elif "-" in word:
            self.quantities.take_dashes(word)
        else:
            self.quantities.take_amount(number_of(word), unit, is_strength=is_strength)

    def _denominator(self) -> str:
        """The unit after a slash or `per`, with its number; empty if there is none."""
        words, units, below = self._words, self._units, ""
        while self._at + 1 < self._end and words[self._at] in {"/", "per"}:
            ahead = self._at + 1
            if ahead + 1 < self._end and words[ahead][0].isdigit():
                ahead += 1
            if words[ahead] not in units:
                break
            below = units[words[ahead]]
            self._at = ahead + 1
        return below

    def _fraction(self, word: str) -> float | None:
        """`1/2 tablet` is half a tablet; `50/12.5` are two strengths."""
        at, words = self._at, self._words
        if at + 2 < self._end and words[at] == "/" and words[at + 1][0].isdigit():
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
        entry = self._entries.get(self._words[self._at]) if self._at < self._end else None
        return entry is not None and entry.form is not None and entry.form.counted
