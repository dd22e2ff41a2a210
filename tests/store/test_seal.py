"""What is sealed opens under its own name and secret only, and shows nothing."""

from hypothesis import given
from hypothesis import strategies as st

from lems_guard.store.seal import Seal

SEAL = Seal(b"a secret of all replicas, 32 long")
NAME = "lems-guard:2::reply:00"


@given(st.binary(max_size=300))
def test_what_was_sealed_opens(content: bytes) -> None:
    assert SEAL.open(NAME, SEAL.close(NAME, content)) == content


@given(st.binary(max_size=60), st.integers(0, 10_000), st.integers(1, 255))
def test_what_anybody_changed_does_not(content: bytes, place: int, bits: int) -> None:
    value = bytearray(SEAL.close(NAME, content))
    value[place % len(value)] ^= bits
    assert SEAL.open(NAME, bytes(value)) is None


@given(st.binary(max_size=60))
def test_what_is_no_seal_does_not(value: bytes) -> None:
    assert SEAL.open(NAME, value) is None


def test_another_name_or_secret_does_not_open_it() -> None:
    value = SEAL.close(NAME, b"content")
    assert SEAL.open(NAME + "0", value) is None
    assert Seal(b"another secret, long enough").open(NAME, value) is None


def test_nobody_can_read_it_or_see_that_it_is_the_same() -> None:
    one, other = SEAL.close(NAME, b"Mrs Canary" * 9), SEAL.close(NAME, b"Mrs Canary" * 9)
    assert b"Canary" not in one
    assert one[1:] != other[1:]
