"""Templates to text: one environment for the pages and for the papers, which escapes everything."""

import functools
import html

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from lems_guard.clinical import words as of_lists
from lems_guard.papers import words

FILTERS = (
    words.alternative_in_words,
    words.in_words,
    words.is_seen,
    words.is_sure,
    words.meant_in_words,
    words.places_in_words,
    words.routes_in_words,
    words.row_in_words,
    words.scope_in_words,
    words.source_in_words,
    words.unknown_in_words,
    words.worst_of,
)
WORDS = {
    "SYMBOLS": of_lists.SYMBOLS,
    "POPULATIONS": of_lists.POPULATIONS,
    "EVIDENCE_KINDS": of_lists.EVIDENCE_KINDS,
    "GRADES": of_lists.GRADES,
    "REVIEW_STATES": of_lists.REVIEW_STATES,
    "READ": words.READ,
    "SHOWS": words.SHOWS,
}


@functools.cache
def environment(*packages: str) -> Environment:
    """The environment that finds templates in these packages, and then in the papers'."""
    loaders = [PackageLoader(package) for package in (*packages, "lems_guard.papers")]
    made = Environment(
        loader=ChoiceLoader(loaders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {each.__name__: each for each in FILTERS}
    made.filters["between_tags"] = between_tags
    made.filters["severity_class"] = lambda severity: severity.name.lower()
    made.globals |= WORDS
    return made


def between_tags(text: str) -> Markup:
    """A text that stands between tags, never in one: its quotes stay, of which JSON is full."""
    return Markup(html.escape(text, quote=False))  # noqa: S704 - it was escaped
