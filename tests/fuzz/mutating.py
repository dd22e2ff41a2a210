"""Inputs made from seeds by a few edits; whatever chooses the edits can be searched or random."""

from collections.abc import Callable, Sequence

# A whole number below the given one: drawn by Hypothesis, or by a generator of random numbers.
Choose = Callable[[int], int]

LONGEST = 65_536  # bytes of an input
MOST_EDITS = 5
MOST_TIMES = 300  # that a span is repeated
# What readers of bytes have stumbled over, whatever they read.
PIECES = (
    b"",
    b"\0",
    b"\xff",
    b"\xff\xff\xff\xff\x0f",
    b"\xed\xa0\x80",
    b"\\ud800",
    "\u2777".encode(),
    "\u202e\u0661\u212b".encode(),
    b"\r",
    b"\n",
    b"\t",
    b"|",
    b'"',
    b"{",
    b"[[[[[[[[",
    b"null",
    b"true",
    b"-1",
    b"1e400",
    b"NaN",
    b"0.1e-300",
    b"9" * 400,
    b"9" * 5000,
    b"9999-12-31",
    b"0000-00-00",
    b"2024-02-29T25:61:61Z",
    b"gentamicin",
    b"amifampridine",
    b" 10 mg",
)


def mutated(seeds: Sequence[bytes], pieces: Sequence[bytes], choose: Choose) -> bytes:
    """A seed after some edits."""
    content = seeds[choose(len(seeds))]
    for _ in range(1 + choose(MOST_EDITS)):
        content = EDITS[choose(len(EDITS))](content, seeds, pieces, choose)[:LONGEST]
    return content


def _span(content: bytes, choose: Choose) -> tuple[int, int]:
    start = choose(len(content) + 1)
    return start, min(len(content), start + choose(1 + min(64, len(content))))


def _turned(content: bytes, _: Sequence[bytes], __: Sequence[bytes], choose: Choose) -> bytes:
    """One bit another."""
    if not content:
        return b"\1"
    at = choose(len(content))
    return content[:at] + bytes((content[at] ^ 1 << choose(8),)) + content[at + 1 :]


def _put(content: bytes, _: Sequence[bytes], pieces: Sequence[bytes], choose: Choose) -> bytes:
    """A piece in the place of a span."""
    start, end = _span(content, choose)
    known = (*PIECES, *pieces)
    return content[:start] + known[choose(len(known))] + content[end:]


def _cut(content: bytes, _: Sequence[bytes], __: Sequence[bytes], choose: Choose) -> bytes:
    start, end = _span(content, choose)
    return content[:start] + content[end:]


def _ended(content: bytes, _: Sequence[bytes], __: Sequence[bytes], choose: Choose) -> bytes:
    return content[: choose(len(content) + 1)]


def _repeated(content: bytes, _: Sequence[bytes], __: Sequence[bytes], choose: Choose) -> bytes:
    start, end = _span(content, choose)
    return content[:end] + content[start:end] * choose(MOST_TIMES) + content[end:]


def _moved(content: bytes, _: Sequence[bytes], __: Sequence[bytes], choose: Choose) -> bytes:
    start, end = _span(content, choose)
    without = content[:start] + content[end:]
    at = choose(len(without) + 1)
    return without[:at] + content[start:end] + without[at:]


def _joined(content: bytes, seeds: Sequence[bytes], _: Sequence[bytes], choose: Choose) -> bytes:
    """The beginning of one and the end of another."""
    other = seeds[choose(len(seeds))]
    return content[: choose(len(content) + 1)] + other[choose(len(other) + 1) :]


EDITS = (_turned, _put, _cut, _ended, _repeated, _moved, _joined)
