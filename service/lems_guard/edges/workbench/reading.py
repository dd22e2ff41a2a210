"""What is read while somebody types: names to choose from, and each line as it is understood."""

import bisect
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from lems_guard.answering.explained import told_of
from lems_guard.answering.in_words import dated
from lems_guard.answering.read_as import is_certain
from lems_guard.answering.spoken import doubts_of, read_as
from lems_guard.callers.roles import CHECKING
from lems_guard.clinical.errors import FieldViolation, InvalidRequest, Overloaded
from lems_guard.clinical.medication import (
    Disposition,
    Medication,
    MedicationList,
    TextPhrase,
)
from lems_guard.edges.workbench.check_form import LISTS, STOPPED, lines_of
from lems_guard.edges.workbench.pages import HEADERS, PageCall, Pages
from lems_guard.editions.library import Edition

LONGEST_QUERY = 64
SHORTEST_QUERY = 2
MOST_NAMES = 10
MOST_LINES = 100


class NameFound(NamedTuple):
    """A name that can be chosen, and what it stands for."""

    name: str
    drug: str


class ReadLine(NamedTuple):
    """A line as it was read: each word's fate, the orders in it, and what is in doubt."""

    id: str
    phrases: tuple[TextPhrase, ...]
    orders: tuple[str, ...]
    doubts: tuple[str, ...]
    is_sure: bool


class NameIndex:
    """Every name that an order may begin with, sorted, so that a beginning is found at once."""

    def __init__(self, edition: Edition) -> None:
        """Names of ingredients, their other names and brands."""
        known = edition.vocabulary
        stand_for: dict[str, str] = {}
        for name, readings in known.names.items():
            stand_for[name] = _drugs(readings)
        for brand, meanings in known.brands.items():
            stand_for[brand] = _drugs(dict.fromkeys(each.ingredients for each in meanings))
        stand_for.update((name, "") for name in known.ingredients)
        self._names = sorted(stand_for)
        self._watched = edition.knowledge.candidates.keys()
        self._stand_for = stand_for

    def beginning(self, text: str) -> list[NameFound]:
        """The names that begin so, the likeliest first."""
        start = bisect.bisect_left(self._names, text)
        end = bisect.bisect_left(self._names, text + "\U0010ffff")
        found = sorted(self._names[start:end], key=self._likeliest_first)[:MOST_NAMES]
        return [NameFound(name, self._stand_for[name]) for name in found]

    def _likeliest_first(self, name: str) -> tuple[bool, bool, int, int, str]:
        """Drugs before brands, those that rules speak of first, short names before long ones."""
        is_watched = name in self._watched or self._stand_for[name] in self._watched
        return not is_watched, bool(self._stand_for[name]), name.count(" "), len(name), name


def _drugs(readings: Iterable[tuple[str, ...]]) -> str:
    return " or ".join(" + ".join(each) for each in readings)


class Turnstile:
    """Lets each caller through so often: a bucket of so many, filled again so fast."""

    def __init__(self, most: int = 40, per_second: float = 15.0, callers: int = 1024) -> None:
        """`callers` are remembered; who has been away longest is forgotten first."""
        self._most, self._per_second, self._callers = most, per_second, callers
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._mutex = threading.Lock()

    def passes(self, caller: str, now: float) -> bool:
        """Whether one more call may pass."""
        with self._mutex:
            left, before = self._left.pop(caller, (float(self._most), now))
            left = min(self._most, left + (now - before) * self._per_second)
            self._left[caller] = (left - 1 if left >= 1 else left, now)
            if len(self._left) > self._callers:
                self._left.popitem(last=False)
            return left >= 1


class TypingDesk:
    """What a script asks while somebody types."""

    def __init__(self, pages: Pages) -> None:
        """Names are indexed when they are first asked for, once for each edition."""
        self._pages = pages
        self._turnstile = Turnstile()
        self._indexed: tuple[str, NameIndex] | None = None

    def routes(self) -> list[Route]:
        """The routes."""
        return [
            self._pages.route("/names", "Names", CHECKING, self.names),
            self._pages.route("/read", "Read", CHECKING, self.read, "POST"),
        ]

    def names(self, asked: PageCall) -> Response:
        """The names that begin with `q`; raises `InvalidRequest` for a long one."""
        self._admit(asked)
        query = asked.query.get("q", "")
        if len(query) > LONGEST_QUERY:
            raise InvalidRequest((FieldViolation("q", f"at most {LONGEST_QUERY} characters"),))
        text = " ".join(query.casefold().split())
        found = self._index().beginning(text) if len(text) >= SHORTEST_QUERY else []
        return JSONResponse({"names": [each._asdict() for each in found]}, headers=HEADERS)

    def read(self, asked: PageCall) -> Response:
        """Each line as the check would read it."""
        self._admit(asked)
        country = asked.one("country").upper() or self._pages.state().country
        lists = {name: lines_of(asked.form.get(name, [""])[0]) for name in LISTS}
        if sum(map(len, lists.values())) > MOST_LINES:
            raise InvalidRequest((FieldViolation("", f"at most {MOST_LINES} lines"),))
        edition = self._pages.edition()
        lines = {
            name: [
                _read(f"{name[0]}{number}", name, text, edition, country)
                for number, text in enumerate(texts, start=1)
            ]
            for name, texts in lists.items()
        }
        return self._pages.page("reading.html", asked, lines=lines)

    def _admit(self, asked: PageCall) -> None:
        if not self._turnstile.passes(asked.visitor.name or asked.address, time.monotonic()):
            raise Overloaded

    def _index(self) -> NameIndex:
        edition = self._pages.edition()
        digest = edition.knowledge.digest
        if self._indexed is None or self._indexed[0] != digest:
            self._indexed = digest, NameIndex(edition)
        return self._indexed[1]


def _read(name: str, place: str, text: str, edition: Edition, country: str) -> ReadLine:
    """One line of a list as the check will read it."""
    words, day = dated(text) if place == STOPPED else (text, "")
    order = Medication(name, MedicationList[place.upper()], words, country=country)
    understood = edition.explain(order)
    told = told_of(understood)
    each = (understood, *understood.also)
    return ReadLine(
        name,
        (*edition.phrases(order), *_stop(words, day)),
        tuple(read_as(told)),
        tuple(doubts_of(told)),
        all(is_certain(one) for one in each)
        and understood.disposition is not Disposition.UNRESOLVED,
    )


def _stop(words: str, day: str) -> Iterator[TextPhrase]:
    """The day on which an order was stopped, which stands behind its words."""
    if day:
        end = len(words)
        yield TextPhrase(end, end + len(day), f"@ {day}", "stopped on", ())
