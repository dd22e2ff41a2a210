"""What an imported release must show before it may replace the one in use."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from lems_guard.terminology.site import schema
from lems_guard.terminology.site.graph import Graph
from lems_guard.terminology.site.rrf import BrokenRelease
from lems_guard.terminology.site.vocabulary import SiteVocabulary
from lems_guard.terminology.vocabulary import IngredientSet, Vocabulary
from lems_guard.terminology.words import key_of

LEAST_DIRECTED = 0.99
MOST_CHANGED = 0.2
# Below this a fifth more or less is chance.
FEW = 50


class MustResolve(NamedTuple):
    """A name of the release, or a part of a product's name, and what it must hold."""

    name: str
    ingredients: IngredientSet
    is_product: bool


def check_direction(graph: Graph) -> None:
    """Refuse relations that are read, or were written, the wrong way round."""
    counted = graph.directed + graph.misdirected
    if not counted:
        raise BrokenRelease("RXNREL.RRF: no has_ingredient of RXNORM in it: nothing could be read")
    if graph.directed < LEAST_DIRECTED * counted:
        raise BrokenRelease(
            f"RXNREL.RRF: only {graph.directed / counted:.1%} of {counted} has_ingredient lead "
            "from a product to an ingredient: the direction of the relations is not as documented"
        )


def check_counts(now: Mapping[str, int], before: Mapping[str, int]) -> None:
    """Refuse a release that has a fifth more or fewer of anything than the last one."""
    changed = [
        f"{key}: {before[key]} before, {now.get(key, 0)} now"
        for key in sorted(before)
        if before[key] >= FEW and abs(now.get(key, 0) - before[key]) > MOST_CHANGED * before[key]
    ]
    if changed:
        raise BrokenRelease(
            "more than a fifth changed since the last import; if that is meant (another kind of "
            "release), import with --accept-counts:\n  " + "\n  ".join(changed)
        )


def counts_before(path: Path) -> dict[str, int]:
    """What the file that is to be replaced holds; nothing if it cannot be read."""
    try:
        with schema.reading(path) as database:
            return schema.about(database).counts
    except schema.UnusableVocabulary:
        return {}


def check_resolves(
    path: Path, vocabulary: Vocabulary, must: Collection[MustResolve], watched: Collection[str]
) -> None:
    """Refuse a release in which a drug that must be found is not, or is another one."""
    site = SiteVocabulary(path, vocabulary)
    faults = [*_not_found(site, must), *_other_meanings(site, vocabulary, watched)]
    if faults:
        raise BrokenRelease("the release does not hold what it must:\n  " + "\n  ".join(faults))


def _not_found(site: SiteVocabulary, must: Collection[MustResolve]) -> Iterator[str]:
    for each in must:
        found = set(
            site.products_like(each.name) if each.is_product else site.named(key_of(each.name))[0]
        )
        if found != {each.ingredients}:
            told = " or ".join(" + ".join(names) for names in sorted(found)) or "nothing"
            yield f"'{each.name}' is {told}, not {' + '.join(each.ingredients)}"


def _other_meanings(
    site: SiteVocabulary, vocabulary: Vocabulary, watched: Collection[str]
) -> Iterator[str]:
    """A code that stands for a watched drug with us must not have another name there."""
    for name in sorted(watched):
        rxcui = vocabulary.ingredients.get(name, "")
        theirs = site.ingredient_name(rxcui) if rxcui else ""
        meant = vocabulary.names.get(key_of(theirs), ()) if theirs else ()
        if meant and not any(name in names for names in meant):
            yield f"RxCUI {rxcui} is '{theirs}' there, and {name} here"
