"""What proves who calls: a certificate, a token by its hash, or one that an issuer signed."""

from pathlib import Path
from typing import NamedTuple, TypeAlias

from lems_guard.callers.profile import Caller


class CertificateProof(NamedTuple):
    """A certificate of the authorities of clients, with this among its alternative names."""

    san: str


class TokenProof(NamedTuple):
    """A bearer token, by the SHA-256 of its bytes."""

    sha256: bytes


class IssuerProof(NamedTuple):
    """A JSON Web Token of an issuer: of any subject, unless one or a client is named.

    Without an audience it must be for the exact address that is called, and serves once, as CDS
    Hooks has it; with one it serves until it ends, as OAuth has access tokens.
    """

    iss: str
    sub: str = ""
    client_id: str = ""
    jwks_file: Path | None = None
    jku: tuple[str, ...] = ()
    audience: str = ""


Proof: TypeAlias = CertificateProof | TokenProof | IssuerProof


class KnownCaller(NamedTuple):
    """A caller of the file, and what proves it."""

    caller: Caller
    proof: Proof


class Verified(NamedTuple):
    """Whose a signed token was, and until when it serves again, in seconds since 1970; 0: never."""

    caller: Caller
    until: float
