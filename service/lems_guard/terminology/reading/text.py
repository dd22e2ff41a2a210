"""What the text of an order says: the orders in it, and each as it is read."""

import re
from typing import Final

from lems_guard.clinical.medication import Doubt, MatchedBy, Phase
from lems_guard.terminology.homeopathy import (
    HOMEOPATHIC,
    LONGEST_NAME,
    SCALES,
    is_dilution,
)
from lems_guard.terminology.lexicon import Lexicon
from lems_guard.terminology.reading import kinds
from lems_guard.terminology.reading.bag import Bag, bag_of
from lems_guard.terminology.reading.breaks import breaks_of
from lems_guard.terminology.reading.doses import Doses, doses_of
from lems_guard.terminology.reading.drugs import (
    as_compounded,
    beside,
    by_spelling,
    drugs_or_class,
    entry_of,
)
from lems_guard.terminology.reading.fates import NO_FATES, Fates, fates_of, is_in_stop
from lems_guard.terminology.reading.hours import tells_hours
from lems_guard.terminology.reading.licensed import (
    AMINOPYRIDINES,
    LICENSED,
    is_licensed,
    is_suspension,
    piece_of,
    product_in,
)
from lems_guard.terminology.reading.limits import limit_of
from lems_guard.terminology.reading.orders import SWITCHED, is_head, orders_of
from lems_guard.terminology.reading.phrase import Phrase
from lems_guard.terminology.reading.phrases import phrases_of
from lems_guard.terminology.reading.reading import (
    DOSE,
    DRUG,
    IS_STOPPED,
    NOTHING,
    ROUTE,
    TIMES,
    Reading,
)
from lems_guard.terminology.reading.routes import Routes, routes_of
from lems_guard.terminology.reading.spans import TAKES_IN, spans_taken
from lems_guard.terminology.reading.sums import SIGN, sums_joined
from lems_guard.terminology.reading.switches import drug_behind_switch
from lems_guard.terminology.reading.times import Times, is_repeating, times_of, without_strengths
from lems_guard.terminology.vocabulary import Readings
from lems_guard.terminology.words import spans_of, words_of

LONGEST_TEXT: Final = 1000
TOO_LONG: Final = f"the text is longer than {LONGEST_TEXT} characters and was not read"
NO_DRUG: Final = "no drug is named"
MAY_CHANGE_DRUG: Final = "not understood, and may change which drug is meant"
MAY_CHANGE_SIG: Final = "not understood, and may say what the order leaves open"
SAYS_NOTHING: Final = "not understood, behind all that is needed"
SPOKEN_OF: Final = "a drug is spoken of: it may be ordered as well"
BY_SPELLING: Final = "was found by spelling, and read as "
IS_DENIED: Final = "is named to be stopped or denied, and was not judged"
MAY_BE_DENIED: Final = "words in the order may say that it does not hold"
THRICE: Final = "'td' may be three times a day, or through the skin"
ROUTES_DIFFER: Final = "more than one route is told"
DILUTED: Final = Reading(
    (HOMEOPATHIC,),
    MatchedBy.NAME,
    doubts=(Doubt("", "", "a homeopathic dilution: what it is named after was not checked"),),
)
BESIDE_NAME: Final = re.compile(r"\s*\w+[.]?\s+\w")
NO_BREAKS: Final[dict[int, int]] = {}
FORMED: Final = frozenset({kinds.FORM, kinds.RATIO})
COUNTED: Final = frozenset(
    {kinds.COUNT, kinds.VOLUME, kinds.BARE, kinds.PATTERN, kinds.TIMES, kinds.MULTIPLE}
)
# `31G needle`: gauges are no grams.
DEVICE: Readings = (("medical device",),)
NAMES: Final = frozenset({kinds.NAME, kinds.BRAND})
PHASES: Final = frozenset({kinds.START, kinds.CONTINUE})
REASONS: Final = frozenset({kinds.REASON, kinds.INDICATION})
COURSES: Final = frozenset({kinds.ONCE, kinds.DURATION})
NOT_PLAIN: Final = TAKES_IN | {kinds.UNKNOWN, kinds.BARE}
BARE_PHRASES: Final = NAMES | {kinds.SIGN, kinds.SALT}


def read_text(text: str, lexicon: Lexicon) -> tuple[Reading, ...]:
    """Every order in a text; one that says nothing where no drug is named."""
    if not text or text.isspace():
        return (NOTHING,)
    if len(text) > LONGEST_TEXT:
        return (NOTHING._replace(doubts=(Doubt(DRUG, "", TOO_LONG),)),)
    words = words_of(text)
    phrases = joined(text, numbers_joined(words, lexicon), lexicon.inhaled)
    bag = bag_of(phrases)
    if not NOT_PLAIN.isdisjoint(bag) or tells_hours(bag):
        phrases = spans_taken(phrases, words)
        bag = bag_of(phrases)
    if not SCALES.isdisjoint(words) and _is_diluted(text, words, phrases):
        return (DILUTED,)
    drugs = drugs_in(bag)
    several = len(drugs) > 1 and sum(map(is_head, drugs)) > 1
    is_sure = kinds.UNKNOWN not in bag
    spans = [] if is_sure and not several else list(spans_of(text))
    breaks = breaks_of(text, spans) if spans else NO_BREAKS
    if not drugs or not spans:
        return (_order(phrases, words, bag, breaks, lexicon),)
    is_switched = kinds.SWITCH in bag and _part_switched(phrases, words, breaks)
    orders = orders_of(phrases, breaks, lexicon.combinations)
    read = [_order(each, words, bag_of(each), breaks, lexicon) for each in orders]
    if is_switched:
        is_bound = kinds.CONDITION in bag
        read[0] = _stopped(read[0], orders[0], words, is_bound=is_bound)
    if len(read) == 1:
        return (read[0],)
    return tuple(
        reading._replace(words=text[spans[each[0].start][0] : spans[each[-1].stop - 1][1]])
        for reading, each in zip(read, orders, strict=True)
    )


def _is_diluted(text: str, words: list[str], phrases: list[Phrase]) -> bool:
    """Whether a text names a homeopathic dilution and no order beside it."""
    if not is_dilution(words, phrases):
        return False
    parted = breaks_of(text, list(spans_of(text)))
    return min(parted, default=LONGEST_TEXT) > LONGEST_NAME


def _part_switched(phrases: list[Phrase], words: list[str], breaks: dict[int, int]) -> bool:
    """Part the text before the drug that is given in another's place, where one is."""
    place = drug_behind_switch(phrases, words)
    if place is not None:
        breaks[place] = SWITCHED
    return place is not None


def _stopped(
    reading: Reading, phrases: list[Phrase], words: list[str], *, is_bound: bool
) -> Reading:
    """The drug in whose place another is given; not surely where a day or a condition is told."""
    if is_bound or not reading.is_whole or not all(map(is_in_stop, phrases)):
        return reading._replace(doubts=(*reading.doubts, Doubt(DRUG, "", MAY_BE_DENIED)))
    named = _words(drugs_in(bag_of(phrases)), words)
    return reading._replace(stopped=True, doubts=(*reading.doubts, Doubt("", named, IS_STOPPED)))


def joined(text: str, phrases: list[Phrase], inhaled: frozenset[str]) -> list[Phrase]:
    """Phrases of which the first means something else by what it is joined to.

    `Co-` is no maker's prefix: joined to a name it tells of a second drug. `inh tobramycin` is
    inhaled, as that drug can be; `INH, rifampin` is isoniazid.
    """
    if len(phrases) < 2:
        return phrases
    first, second, *_ = phrases
    if first.kind is kinds.PREFIX and text.lstrip()[:3].casefold() == "co-":
        return [first._replace(kind=kinds.UNKNOWN), *phrases[1:]]
    other = first.entry.after_drug if first.entry is not None else None
    is_route = other is not None and other.kind is kinds.ROUTE and second.kind is kinds.NAME
    if is_route and BESIDE_NAME.match(text) and inhaled.issuperset(entry_of(second).readings[0]):
        return [first._replace(kind=kinds.ROUTE, entry=other, value=None), *phrases[1:]]
    return phrases


def phrases_in(words: list[str], lexicon: Lexicon) -> list[Phrase]:
    """The phrases of a text, those that take others in as one each."""
    return spans_taken(numbers_joined(words, lexicon), words)


def numbers_joined(words: list[str], lexicon: Lexicon) -> list[Phrase]:
    """The phrases of a text, each sum as one."""
    phrases = phrases_of(words, lexicon)
    return sums_joined(phrases, words) if SIGN in words else phrases


def drugs_in(bag: Bag) -> list[Phrase]:
    """The phrases that name a drug, in the order of the text."""
    names = bag.get(kinds.NAME, [])
    return sorted((*names, *bag[kinds.BRAND]), key=_start) if kinds.BRAND in bag else names


def _order(
    phrases: list[Phrase],
    words: list[str],
    bag: Bag,
    breaks: dict[int, int],
    lexicon: Lexicon,
) -> Reading:
    """One order: its drug, and how it is given."""
    drugs = drugs_in(bag)
    fates = fates_of(phrases, bag, breaks)
    if not drugs:
        return _nameless(words, fates, _given(phrases, words, bag, drugs, ()))
    readings, why = drugs_or_class(drugs, lexicon)
    if kinds.COMPOUNDED in bag and kinds.BRAND not in bag:
        readings = as_compounded(readings, lexicon)
    reading = _given(phrases, words, bag, drugs, readings)
    if spelled := by_spelling(drugs):
        found = [Doubt("", name, BY_SPELLING + meant) for name, meant in spelled]
        reading = reading._replace(doubts=(*reading.doubts, *found))
    if not why and fates is NO_FATES and kinds.MENTION not in bag:
        return reading
    doubts = [Doubt(DRUG, "", why)] if why else []
    if kinds.MENTION in bag:
        mentioned = bag[kinds.MENTION]
        reading = reading._replace(readings=beside(readings, mentioned))
        doubts += [Doubt(DRUG, _words(mentioned, words), SPOKEN_OF)]
    if fates is not NO_FATES:
        reading = _with_fates(reading, fates, words, _words(drugs, words))
    if doubts:
        reading = reading._replace(doubts=(*doubts, *reading.doubts))
    return reading


def _start(phrase: Phrase) -> int:
    return phrase.start


def _nameless(words: list[str], fates: Fates, reading: Reading) -> Reading:
    """What words say of a drug that they do not name: a code beside them may."""
    unknown = tuple(_words([each], words) for each in (*fates.beside, *fates.behind))
    doubts = tuple(Doubt(DRUG, each, MAY_CHANGE_DRUG) for each in unknown)
    doubts = doubts or (Doubt(DRUG, "", NO_DRUG),)
    return reading._replace(
        doubts=(*doubts, *reading.doubts), unread=unknown, is_whole=False, matched_by=None
    )


def _given(
    phrases: list[Phrase], words: list[str], bag: Bag, drugs: list[Phrase], readings: Readings
) -> Reading:
    """How an order is given: dose, times, route, and what is in doubt of them."""
    product, licensed, suspension = "", True, False
    if readings in AMINOPYRIDINES:
        product = product_in(drugs)
        licensed = readings == LICENSED and is_licensed(bag, product)
        suspension = licensed and not FORMED.isdisjoint(bag) and is_suspension(bag)
    piece = None
    if licensed and readings == LICENSED and not COUNTED.isdisjoint(bag):
        piece = piece_of(bag)
    is_single = not readings or (len(readings[0]) == 1 and len(readings) == 1)
    times = times_of(bag if is_single else without_strengths(bag))
    is_dosed = is_single and readings != DEVICE
    doses = doses_of(phrases, words, bag, times, piece) if is_dosed else NO_DOSES
    routes = routes_of(bag, drugs, words, has_amount=bool(doses.dose))
    if routes.daily and times.per_day is None:
        times = times._replace(per_day=1.0)
    if routes.thrice and drugs and times.per_day is None:
        times = times._replace(per_day=3.0, doubt=THRICE)
    limit = limit_of(bag[kinds.LIMIT], doses.dose, piece) if kinds.LIMIT in bag else None
    return Reading(
        readings,
        _matched_by(bag),
        routes.said,
        routes.implied,
        routes.either,
        kinds.FORM in bag and not doses.counted,
        doses.dose,
        doses.others,
        doses.daily,
        doses.counted,
        doses.strength,
        doses.pieces,
        times.per_day,
        times.others,
        limit.per_day if limit is not None else None,
        limit.amount if limit is not None else None,
        times.as_needed,
        None if PHASES.isdisjoint(bag) else _phase(bag, drugs),
        _doubts(doses, times, routes),
        (),
        licensed,
        suspension,
        product=product,
        reason="" if REASONS.isdisjoint(bag) else _reason(bag, words),
        course_days=None if COURSES.isdisjoint(bag) else _course(bag),
    )


def _reason(bag: Bag, words: list[str]) -> str:
    """What it is for: `for HTN`, `prn headache`, `epilepsy`."""
    said = (*bag.get(kinds.REASON, ()), *bag.get(kinds.INDICATION, ()))
    return _words(sorted(said, key=_start), words)


def _course(bag: Bag) -> float | None:
    """For how many days it is ordered: all courses that are told together; one dose is one day.

    How long an infusion runs, a pack lasts or a cycle is on its way is no course.
    """
    told = [_days(each) for each in bag.get(kinds.DURATION, ())]
    if any(told):
        return sum(told)
    is_repeated = any(map(is_repeating, bag.get(kinds.FREQUENCY, ())))
    return 1.0 if kinds.ONCE in bag and not is_repeated else None


def _days(duration: Phrase) -> float:
    """The days of a course: so many of the unit that the table gives in days; else none."""
    unit = duration.entry.number if duration.entry is not None else 0.0
    count = duration.value[1] if duration.value and "#" in duration.entry.phrase else 1.0  # type: ignore[union-attr]
    return float(unit * count)


NO_DOSES: Final = Doses()


def _matched_by(bag: Bag) -> MatchedBy:
    if not BARE_PHRASES.issuperset(bag):
        return MatchedBy.SIG_TEXT
    return MatchedBy.BRAND if kinds.BRAND in bag else MatchedBy.NAME


def _phase(bag: Bag, drugs: list[Phrase]) -> Phase | None:
    """`start amifampridine`; behind the drug a start is a day, no phase."""
    started = bag.get(kinds.START, ())
    if any(not drugs or each.start < drugs[0].start for each in started):
        return Phase.START
    return Phase.CONTINUE if kinds.CONTINUE in bag else None


def _doubts(doses: Doses, times: Times, routes: Routes) -> tuple[Doubt, ...]:
    if not (doses.doubt or times.doubt or routes.either or routes.unread):
        return ()
    found = []
    if doses.doubt:
        found.append(Doubt(DOSE, "", doses.doubt))
    if times.doubt:
        found.append(Doubt(TIMES, "", times.doubt))
    if routes.either:
        found.append(Doubt(ROUTE, "", ROUTES_DIFFER))
    if routes.unread:
        found.append(Doubt("", routes.unread, "has several meanings: it was not used"))
    return tuple(found)


def _with_fates(reading: Reading, fates: Fates, words: list[str], named: str) -> Reading:
    """A reading with what its unknown words may change; `named` is the drug as it is written."""
    beside, behind = (
        tuple(_words([each], words) for each in each_of) for each_of in (fates.beside, fates.behind)
    )
    doubts = [Doubt(DRUG, each, MAY_CHANGE_DRUG) for each in beside]
    open_fields = _left_open(reading)
    for each in behind:
        doubts += [Doubt(field, each, MAY_CHANGE_SIG) for field in open_fields]
        doubts += [] if open_fields else [Doubt("", each, SAYS_NOTHING)]
    if fates.maybe_denied:
        doubts.append(Doubt(DRUG, "", MAY_BE_DENIED))
    if fates.denied:
        doubts.append(Doubt(DRUG, named, IS_DENIED))
    if fates.stopped:
        doubts.append(Doubt("", named, IS_STOPPED))
    return reading._replace(
        doubts=(*reading.doubts, *doubts),
        unread=(*beside, *behind),
        denied=fates.denied,
        stopped=fates.stopped,
        # Of another product the brand and the form may tell another route.
        implied_route=None if beside else reading.implied_route,
        is_whole=not (beside or fates.denied or fates.maybe_denied),
    )


def _left_open(reading: Reading) -> list[str]:
    """What the order does not say clearly, which a word that is not understood may."""
    found = []
    if reading.dose is None and len(reading.readings[0]) == 1:
        found.append(DOSE)
    if reading.per_day is None and not reading.as_needed:
        found.append(TIMES)
    if reading.route is None and reading.implied_route is None:
        found.append(ROUTE)
    return found


def _words(phrases: list[Phrase], words: list[str]) -> str:
    return "; ".join(" ".join(words[each.start : each.stop]) for each in phrases)
