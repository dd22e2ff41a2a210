"""Finding a drug by its name: our look-ups beside a scan of all names by rapidfuzz.

Both sides have the same 20,000 made-up names; theirs is the best match of one word. An exact name
and a sig text are understood as orders are, from their first to their last word; of a close match
it is the search alone, as theirs is.
"""

import importlib
import random
from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

from lems_guard.bench.figures import Figure, frozen, interleaved, ratio
from lems_guard.bench.growth import UnequalWork, seconds_each
from lems_guard.bench.peers import NotInstalled
from lems_guard.clinical.medication import Medication, MedicationList
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.terminology.resolver import Resolver
from lems_guard.terminology.vocabulary import Vocabulary

SEED = 20261122
BEGINNINGS = ("", "a", "ce", "da", "ef", "lo", "me", "pra", "so", "ti", "ve", "zi")
MIDDLES = ("bar", "cin", "dro", "fen", "gal", "lim", "mor", "nap", "pril", "rox", "tam", "vast")
ENDINGS = ("amide", "azole", "cillin", "idine", "olol", "oxacin", "statin", "tinib", "umab")
CUTOFF = 85


class Sizes(NamedTuple):
    """How many names there are, and how often they are asked for."""

    names: int = 20_000
    asked: int = 200
    scans: int = 40
    repeats: int = 20
    rounds: int = 7


def made_up_names(count: int) -> list[str]:
    """Names that sound like drugs, the same every time."""
    chance = random.Random(SEED)  # noqa: S311  # no secret, only variety
    found: dict[str, None] = {}
    while len(found) < count:
        middle = "".join(chance.choices(MIDDLES, k=chance.randint(1, 3)))
        found[chance.choice(BEGINNINGS) + middle + chance.choice(ENDINGS)] = None
    return list(found)


def vocabulary_of(names: list[str], words: Vocabulary) -> Vocabulary:
    """A vocabulary of these names, with the sig words of the real one."""
    return Vocabulary(
        ingredients=dict.fromkeys(names, ""),
        names={name: ((name,),) for name in names},
        routes=words.routes,
        forms=words.forms,
        frequencies=words.frequencies,
        units=words.units,
        fillers=words.fillers,
        numbers=words.numbers,
    )


class Look(NamedTuple):
    """What is done with each of some items, and the word that the scan is given for it."""

    act: Callable[[Any], object]
    items: list[Any]
    words: list[str]


Looking: TypeAlias = Callable[[Resolver, list[str]], Look]


def exact(resolver: Resolver, names: list[str]) -> Look:
    """Understanding orders that are a name and nothing else."""
    return Look(_understanding(resolver), [_order(name) for name in names], names)


def sig_text(resolver: Resolver, names: list[str]) -> Look:
    """Understanding names amid a sig, with route, dose and frequency."""
    orders = [_order(f"{name} 50 mg tab po bid") for name in names]
    return Look(_understanding(resolver), orders, names)


def close_match(resolver: Resolver, names: list[str]) -> Look:
    """Finding what lies near to a name with one letter left out."""
    chance = random.Random(SEED)  # noqa: S311
    slips = []
    for name in names:
        at = chance.randrange(1, len(name) - 1)
        slips.append(name[:at] + name[at + 1 :])
    return Look(resolver.close_names.near, slips, slips)


def _order(text: str) -> Medication:
    return Medication("1", MedicationList.PROPOSED, text)


def _understanding(resolver: Resolver) -> Callable[[Medication], object]:
    return lambda order: resolver.understand(order, Jurisdiction.US).readings


def against_rapidfuzz(look: Looking, words: Vocabulary, sizes: Sizes) -> Figure:
    """The time of a scan ÷ the time of ours."""
    names = made_up_names(sizes.names)
    some = random.Random(SEED).sample(names, sizes.asked)  # noqa: S311
    ours = look(Resolver(vocabulary_of(names, words)), some)
    scan = _scan(names)
    for item, word in zip(ours.items, ours.words, strict=True):
        if not ours.act(item) or not scan(word):
            raise UnequalWork("a name was not found")
    many = ours.items * sizes.repeats  # ours is so short that a few would be over too soon
    with frozen():
        times = interleaved(
            sizes.rounds,
            lambda: seconds_each(scan, ours.words[: sizes.scans]),
            lambda: seconds_each(ours.act, many),
        )
    return ratio(*times)


def _scan(names: list[str]) -> Callable[[str], object]:
    """The best match of a word among all names; nothing below the cutoff."""
    try:
        process: Any = importlib.import_module("rapidfuzz.process")
        fuzz: Any = importlib.import_module("rapidfuzz.fuzz")
    except ImportError:
        raise NotInstalled("extra `bench` is not installed") from None
    return lambda word: process.extractOne(word, names, scorer=fuzz.ratio, score_cutoff=CUTOFF)


MEASURED: dict[str, Looking] = {
    "rapidfuzz_vs_exact": exact,
    "rapidfuzz_vs_sig_text": sig_text,
    "rapidfuzz_vs_close_match": close_match,
}
