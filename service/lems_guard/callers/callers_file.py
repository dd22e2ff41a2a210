"""The file of callers, read as strictly as rules are: all that is wrong with it at once.

    callers:
      - name: pharmacy
        token_sha256: 9f86d081…
        roles: [check]
        calls_per_second: 200

Each caller has a name, one proof of who it is, and at least one role.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from lems_guard.callers.loopback import is_loopback
from lems_guard.callers.profile import INDICATORS, Allowed, Caller, Profile
from lems_guard.callers.proofs import (
    CertificateProof,
    IssuerProof,
    KnownCaller,
    Proof,
    TokenProof,
)
from lems_guard.callers.roles import Role
from lems_guard.clinical.country import COUNTRIES
from lems_guard.clinical.severity import Jurisdiction, Severity
from lems_guard.knowledge.problems import Place, Problem, Problems
from lems_guard.knowledge.reader import read
from lems_guard.knowledge.shape import Fields, named, one_of
from lems_guard.knowledge.tree import Branch, Node, Scalar

MOST_BYTES = 1_048_576
WHAT_TO_WRITE = (
    "nobody is named: write 'callers:' and below it what `lems-guard callers token NAME` prints, "
    "or 'callers: []' to let nobody in"
)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
SHA256 = re.compile(r"[0-9a-fA-F]{64}")
OF_NOTHING = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
ROLES = {role.value: role for role in Role}
PROOFS = ("certificate", "token_sha256", "issuer")
OPTIONAL = (*PROOFS, "calls_per_second", "in_flight", "profile")
OF_AN_ISSUER = ("sub", "client_id", "jwks_file", "jku", "audience")
OF_A_PROFILE = (
    "hooks",
    "jurisdiction",
    "country",
    "least_severity",
    "indicators",
    "fhir_servers",
)


class CallersRead(NamedTuple):
    """What a file says, and what is wrong with it."""

    known: tuple[KnownCaller, ...]
    problems: tuple[Problem, ...]


def read_callers(content: bytes, path: Path) -> CallersRead:
    """The callers of a file; key files are named from its folder."""
    problems = Problems()
    text = _text_of(content, path.name, problems)
    root = read(text, path.name, problems) if text is not None else None
    if root is None:
        return CallersRead((), problems.sorted())
    nodes = Fields(root, problems, "the file", ("callers",)).items("callers")
    known = tuple(_caller(node, path.parent, problems) for node in nodes)
    _check_repeats(nodes, known, problems)
    return CallersRead(known, problems.sorted())


def _text_of(content: bytes, file: str, problems: Problems) -> str | None:
    if len(content) > MOST_BYTES:
        problems.add(Place(file, 1, 1), "too-long", f"at most {MOST_BYTES} bytes")
        return None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        problems.add(Place(file, 1, 1), "not-utf-8", "the file is not UTF-8")
        return None
    if all(not line.strip() or line.lstrip().startswith("#") for line in text.splitlines()):
        problems.add(Place(file, 1, 1), "empty-file", WHAT_TO_WRITE)
        return None
    return text


def _caller(node: Node, folder: Path, problems: Problems) -> KnownCaller:
    fields = Fields(node, problems, "a caller", ("name", "roles"), OPTIONAL)
    caller = Caller(
        _matching(fields, "name", NAME, "a name: letters, digits, '.', '_' and '-', at most 64"),
        _profile(fields),
        fields.choices("roles", ROLES),
        Allowed(_rate(fields), fields.whole("in_flight")),
    )
    return KnownCaller(caller, _proof(fields, folder))


def _rate(fields: Fields) -> float:
    rate = fields.number("calls_per_second")
    if rate is not None and not 0 < rate <= 1_000_000:
        shown = "'calls_per_second' is a number above 0, at most 1000000"
        fields.problems.add(fields.place_of("calls_per_second"), "wrong-value", shown)
    return rate or 0.0


def _proof(fields: Fields, folder: Path) -> Proof:
    given = [name for name in PROOFS if name in fields]
    if len(given) != 1:
        shown = f"a caller has one proof of {', '.join(PROOFS)}; this one has {len(given)}"
        fields.problems.add(fields.place, "no-proof" if not given else "many-proofs", shown)
    if given == ["certificate"]:
        return _certificate(fields)
    if given == ["issuer"]:
        return _issuer(fields, folder)
    digest = _matching(
        fields, "token_sha256", SHA256, "64 hexadecimal digits: `lems-guard callers token` tells"
    )
    if digest.lower() == OF_NOTHING:
        shown = "this is the SHA-256 of nothing at all"
        fields.problems.add(fields.place_of("token_sha256"), "wrong-value", shown)
    return TokenProof(bytes.fromhex(digest) if SHA256.fullmatch(digest) else b"")


def _certificate(fields: Fields) -> CertificateProof:
    inner = _inner(fields, "certificate", ("san",), ())
    return CertificateProof(inner.text("san") if inner else "")


def _issuer(fields: Fields, folder: Path) -> IssuerProof:
    inner = _inner(fields, "issuer", ("iss",), OF_AN_ISSUER)
    if inner is None:
        return IssuerProof("")
    if "sub" in inner and "client_id" in inner:
        shown = "'sub' or 'client_id', not both"
        inner.problems.add(inner.place_of("client_id"), "contradiction", shown)
    if "jwks_file" not in inner and "jku" not in inner:
        inner.problems.add(inner.place, "missing-key", "an issuer needs 'jwks_file' or 'jku'")
    name = inner.text("jwks_file")
    return IssuerProof(
        inner.text("iss"),
        inner.text("sub"),
        inner.text("client_id"),
        folder / name if name else None,
        _addresses(inner),
        inner.text("audience"),
    )


def _addresses(fields: Fields) -> tuple[str, ...]:
    """Key addresses: one, or a list of them; over TLS, but for those of this machine."""
    node = fields.node("jku")
    scalar = fields.scalar("jku") if isinstance(node, Scalar) else None
    scalars = (scalar,) if scalar else fields.texts("jku", least=1) if node else ()
    for each in scalars:
        if not is_key_address(each.text):
            shown = "'jku' is an https:// address (http:// on this machine alone)"
            fields.problems.add(each.place, "wrong-value", shown)
    return tuple(each.text for each in scalars)


def is_key_address(url: str) -> bool:
    """Whether keys may be read from an address."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        is_sound = bool(host) and not parts.username and not parts.fragment and parts.port != 0
    except ValueError:
        return False
    return is_sound and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def _profile(fields: Fields) -> Profile:
    inner = _inner(fields, "profile", (), OF_A_PROFILE) if "profile" in fields else None
    if inner is None:
        return Profile()
    severities, jurisdictions = named(Severity), named(Jurisdiction)
    least = inner.choice("least_severity", {name: name for name in severities}, "")
    return Profile(
        tuple(each.text for each in inner.texts("hooks", least=1)),
        inner.choice("jurisdiction", {name: name for name in jurisdictions}, ""),
        _country(inner),
        least,
        _indicators(inner),
        tuple(each.text.lower() for each in inner.texts("fhir_servers", least=1)),
    )


def _country(fields: Fields) -> str:
    country = fields.text("country")
    if country and country.upper() not in COUNTRIES:
        shown = f"{country!r} is no country of ISO 3166-1"
        fields.problems.add(fields.place_of("country"), "wrong-value", shown)
    return country.upper()


def _indicators(fields: Fields) -> dict[str, str]:
    node, found = fields.node("indicators"), {}
    if node is None:
        return {}
    names = tuple(Severity.__members__)
    inner = Fields(node, fields.problems, "'indicators'", (), names)
    for key, _ in node.entries if isinstance(node, Branch) else ():
        scalar = inner.scalar(key.text)
        if scalar is not None and key.text in names:
            words = {name: name for name in INDICATORS}
            found[key.text] = one_of(scalar, key.text, words, fields.problems, "")
    return found


def _inner(
    fields: Fields, key: str, required: tuple[str, ...], optional: tuple[str, ...]
) -> Fields | None:
    node = fields.node(key)
    if node is None:
        return None
    return Fields(node, fields.problems, f"'{key}'", required, optional)


def _matching(fields: Fields, key: str, form: re.Pattern[str], expected: str) -> str:
    scalar = fields.scalar(key)
    if scalar is None:
        return ""
    if not form.fullmatch(scalar.text):
        # What was written there may be the secret itself: it is never shown.
        fields.problems.add(scalar.place, "wrong-value", f"{key!r} is {expected}")
    return scalar.text


def _check_repeats(
    nodes: tuple[Node, ...], known: tuple[KnownCaller, ...], problems: Problems
) -> None:
    """Each name once, and each proof: it would be left to chance who calls."""
    keys: tuple[tuple[str, Callable[[KnownCaller], object]], ...] = (
        ("name", lambda each: each.caller.name),
        ("proof", lambda each: _told_apart(each.proof)),
    )
    for what, key_of in keys:
        first: dict[object, Node] = {}
        for node, each in zip(nodes, known, strict=True):
            before = first.setdefault(key_of(each), node)
            if before is not node:
                shown = f"the {what} of the caller in line {before.place.line}"
                problems.add(node.place, "duplicate-item", shown)


def _told_apart(proof: Proof) -> object:
    if isinstance(proof, IssuerProof):
        return proof.iss, proof.sub, proof.client_id
    return proof
