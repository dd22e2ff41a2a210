"""Keys that tell nothing of what they stand for, and that no two contents share."""

import pytest

from lems_guard.store.seal import Seal

SEAL = Seal(b"a secret of all replicas, 32 long")


def test_a_key_shows_its_format_its_knowledge_and_its_kind() -> None:
    told = SEAL.name("reply", "0123456789abcdef", b"content")
    prefix, form, digest, kind, hashed = told.split(":")
    assert (prefix, form, digest, kind) == ("lems-guard", "1", "01234567", "reply")
    assert len(bytes.fromhex(hashed)) == 16


@pytest.mark.parametrize(
    "other",
    [("repl", "ydigest", b""), ("reply", "digestx", b""), ("reply", "digest", b"\0")],
)
def test_neighbouring_parts_of_a_key_do_not_run_into_each_other(
    other: tuple[str, str, bytes],
) -> None:
    assert SEAL.name(*other)[-32:] != SEAL.name("reply", "digest", b"")[-32:]


def test_another_secret_makes_another_key() -> None:
    other = Seal(b"another secret, long enough")
    assert other.name("reply", "digest", b"") != SEAL.name("reply", "digest", b"")
