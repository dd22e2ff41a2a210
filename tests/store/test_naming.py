"""Keys that tell nothing of what they stand for, and that no two contents share."""

import pytest

from lems_guard.store.naming import Naming

NAMES = Naming(b"a secret of all replicas, 32 long")


def test_a_key_shows_its_format_its_knowledge_and_its_kind() -> None:
    told = NAMES.name("reply", "0123456789abcdef", (b"content",))
    prefix, form, digest, kind, hashed = told.split(":")
    assert (prefix, form, digest, kind) == ("lems-guard", "2", "01234567", "reply")
    assert len(bytes.fromhex(hashed)) == 16


@pytest.mark.parametrize(
    ("kind", "digest", "fields", "why"),
    [
        ("repl", "ydigest", ("a", "b"), "a kind ends where it ends"),
        ("reply", "digesta", ("b",), "so does a digest"),
        ("reply", "digest", ("ab",), "two fields are not one"),
        ("reply", "digest", ("", "ab"), "nor others of the same letters"),
        ("reply", "digest", ("a", "b", ""), "nor three"),
        ("reply", "digest", (b"a", "b"), "bytes are no text"),
    ],
)
def test_neighbouring_parts_of_a_key_do_not_run_into_each_other(
    kind: str, digest: str, fields: tuple[object, ...], why: str
) -> None:
    assert NAMES.name(kind, digest, fields)[-32:] != NAMES.name("reply", "digest", "ab")[-32:], why


def test_another_secret_makes_another_key_and_another_mark() -> None:
    other = Naming(b"another secret, long enough")
    assert other.name("reply", "digest", ("a",)) != NAMES.name("reply", "digest", ("a",))
    assert other.mark(("a",)) != NAMES.mark(("a",))


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Naming(b"short")
