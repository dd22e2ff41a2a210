"""Reading takes as many steps as a text is long, whatever it repeats: counted, not timed."""

import sys
from types import FrameType

import pytest

from lems_guard.terminology.lexicon import Lexicon, Lexicons
from lems_guard.terminology.reading.text import LONGEST_TEXT, read_text
from lems_guard.terminology.vocabulary import Vocabulary

# A word that nobody knows brings the whole of the reading into play.
TEXT = "Firdapse {} zzq"


@pytest.fixture(scope="module")
def lexicon(vocabulary: Vocabulary) -> Lexicon:
    return Lexicons(vocabulary).anywhere


def steps(text: str, lexicon: Lexicon) -> int:
    """How many functions are called to read a text."""
    count = 0

    def called(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        read_text(text, lexicon)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize(
    "repeated",
    [
        "1/2 ", "1 1/2 ", "1+", "8/8", "1 ", "10.000 ", "10 mg + ", "(four) ", "4 (four) ", "2 to ",
        "mg ", "mg/", "1-0-", "q 6 h ", "x 3 ", "for ", "prn ", "hold ", "iv tabs ", "td ",
        "1 comp ", "20 mg tid + ", "metoprolol ", "zzq ", "[ ", "/ ", "3 times ", "a of ",
    ],
)  # fmt: skip
def test_twice_the_text_is_twice_the_steps(lexicon: Lexicon, repeated: str) -> None:
    most = (LONGEST_TEXT - len(TEXT.format(""))) // len(repeated)
    few, many = TEXT.format(repeated * (most // 2)), TEXT.format(repeated * (most // 2 * 2))
    read_text(many, lexicon)  # what is made when it is first asked for
    assert steps(many, lexicon) <= 2.5 * steps(few, lexicon)
