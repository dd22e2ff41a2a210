"""JSON Web Tokens: who calls is known, or the call is refused.

Of CDS clients: ES384 and RS384 only; the audience is the exact address that is called; a token
serves once, at one replica where they share a Redis. Of an issuer with an audience of its own, as
OAuth has access tokens: ES256 and RS256 too, for as long as they say, a day at most. A signature
takes most of a millisecond, and keys may have to be fetched: nobody verifies in a thread that must
not wait.
"""

import heapq
import threading
import time
from collections.abc import Callable
from typing import Any, TypeAlias

import jwt

from lems_guard.callers.issuers import IssuerKeys, Jwk
from lems_guard.callers.known import Directory
from lems_guard.callers.profile import Caller
from lems_guard.callers.proofs import IssuerProof, Verified
from lems_guard.clinical.errors import Unauthenticated, Unavailable
from lems_guard.sharing.tokens import Token, UsedTokens

ALGORITHMS = {"ES384": ("EC", "P-384"), "RS384": ("RSA", None)}
# Of access tokens too: these are what their issuers sign by.
ALGORITHMS_OF_ACCESS = ALGORITHMS | {"ES256": ("EC", "P-256"), "RS256": ("RSA", None)}
REQUIRED = ["iss", "aud", "exp", "iat", "jti"]
REQUIRED_OF_ACCESS = ["iss", "aud", "exp"]
LEEWAY_SECONDS = 30
LONGEST_LIFE_SECONDS = 3600
LONGEST_LIFE_OF_ACCESS_SECONDS = 86_400
LONGEST_TOKEN = 8192
LONGEST_ID = 512
MOST_TOKENS = 200_000
SMALLEST_RSA_BYTES = 256
Kind: TypeAlias = tuple[str, str | None]
NOT_VALID = "the token is not valid here"
AT_FAULT: dict[type[Exception], str] = {
    jwt.ExpiredSignatureError: "exp has passed",
    jwt.InvalidAudienceError: "aud is not the address that was called",
    jwt.InvalidIssuerError: "iss is another one",
    jwt.ImmatureSignatureError: "iat or nbf is yet to come",
    jwt.InvalidIssuedAtError: "iat is no moment",
    jwt.InvalidSignatureError: "its signature is not of this key",
}
USED_BEFORE = "the token has been used before"


class Replays:
    """The tokens that have served, each until it ends; bounded, and then nobody is let in."""

    def __init__(self, most: int = MOST_TOKENS) -> None:
        """None has."""
        self._most = most
        self._lock = threading.Lock()
        self._seen: set[tuple[str, str]] = set()
        self._ends: list[tuple[float, tuple[str, str]]] = []

    def claim(self, iss: str, jti: str, ends: float, now: float) -> bool:
        """Whether the token serves for the first time; raises `Unavailable` for too many."""
        with self._lock:
            while self._ends and self._ends[0][0] < now:
                self._seen.discard(heapq.heappop(self._ends)[1])
            if (iss, jti) in self._seen:
                return False
            if len(self._seen) >= self._most:
                raise Unavailable("too many tokens at once: try again later")
            self._seen.add((iss, jti))
            heapq.heappush(self._ends, (ends, (iss, jti)))
            return True


class Verifier:
    """Verifies tokens for the addresses of this service."""

    def __init__(
        self,
        directory: Callable[[], Directory],
        keys: IssuerKeys,
        base_url: str,
        elsewhere: UsedTokens,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`base_url` is what clients call us by; `elsewhere` is what other replicas have heard."""
        self._directory = directory
        self._keys = keys
        self._base_url = base_url.rstrip("/")
        self._elsewhere = elsewhere
        self._replays = Replays()
        self._now = now

    def verified(self, token: str, path: str) -> Verified:
        """Whose token it is; raises `Unauthenticated` or `Unavailable`."""
        if len(token) > LONGEST_TOKEN:
            raise Unauthenticated("the token is too long to be one")
        try:
            return self._verified(token, path)
        except RecursionError:
            raise Unauthenticated(NOT_VALID) from None
        except (jwt.PyJWTError, ValueError, TypeError, KeyError) as fault:
            raise Unauthenticated(why_refused(fault)) from None

    def _verified(self, token: str, path: str) -> Verified:
        header = jwt.get_unverified_header(token)
        issuer, caller = self._issuer(token)
        algorithms = ALGORITHMS_OF_ACCESS if issuer.audience else ALGORITHMS
        algorithm = header.get("alg")
        kind = str(header.get("typ", "JWT")).upper()
        if algorithm not in algorithms or kind not in _types(issuer):
            raise Unauthenticated("the token's algorithm or type is not accepted")
        claims = jwt.decode(
            token,
            self._key(issuer, header, algorithms[algorithm]),
            algorithms=[algorithm],
            audience=issuer.audience or f"{self._base_url}{path}",
            issuer=issuer.iss,
            leeway=LEEWAY_SECONDS,
            options={"require": REQUIRED_OF_ACCESS if issuer.audience else REQUIRED},
        )
        if issuer.audience:
            return Verified(caller, self._until(claims))
        self._once(issuer.iss, claims)
        return Verified(caller, 0)

    def _issuer(self, token: str) -> tuple[IssuerProof, Caller]:
        """The caller that the token says to be of; its signature is still to be verified."""
        claims = jwt.decode(token, options={"verify_signature": False})
        iss = claims.get("iss")
        known = self._directory().issuers.get(iss, []) if isinstance(iss, str) else []
        if not known:
            raise Unauthenticated("the token's issuer is not allowed here")
        exact = [each for each in known if _names(each[0], claims)]
        anyone = [each for each in known if not each[0].sub and not each[0].client_id]
        for each in (*exact, *anyone):
            return each
        raise Unauthenticated("the token's subject is not known here")

    def _key(self, issuer: IssuerProof, header: dict[str, Any], kind: Kind) -> Any:  # noqa: ANN401 - PyJWT's own
        kid, jku = header.get("kid"), header.get("jku", "")
        if not isinstance(kid, str) or not kid:
            raise Unauthenticated("the token names no key")
        if jku and jku not in issuer.jku:
            raise Unauthenticated("the token's key address is not allowed here")
        for key in self._keys.keys(issuer, kid, jku):
            if key.get("kid") == kid and fits(key, *kind):
                return jwt.PyJWK(key, algorithm=header["alg"]).key
        raise Unauthenticated("the token's key is not known")

    def _until(self, claims: dict[str, Any]) -> float:
        ends = float(claims["exp"]) + LEEWAY_SECONDS
        if ends - self._now() > LONGEST_LIFE_OF_ACCESS_SECONDS + 2 * LEEWAY_SECONDS:
            raise Unauthenticated("the token lives longer than a day")
        return ends

    def _once(self, iss: str, claims: dict[str, Any]) -> None:
        now, ends, jti = self._now(), float(claims["exp"]), claims["jti"]
        if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_ID:
            raise Unauthenticated("the token needs an id")
        if ends - now > LONGEST_LIFE_SECONDS + LEEWAY_SECONDS:
            raise Unauthenticated("the token lives longer than an hour")
        if not self._replays.claim(iss, jti, ends + LEEWAY_SECONDS, now):
            raise Unauthenticated(USED_BEFORE)
        if not self._elsewhere.claim(Token(iss, jti, ends + LEEWAY_SECONDS - now)):
            raise Unauthenticated(USED_BEFORE)


def _types(issuer: IssuerProof) -> tuple[str, ...]:
    return ("JWT", "AT+JWT", "APPLICATION/AT+JWT") if issuer.audience else ("JWT",)


def _names(issuer: IssuerProof, claims: dict[str, Any]) -> bool:
    """Whether a token says to be of the one subject or client that an entry names."""
    if issuer.sub:
        return bool(claims.get("sub") == issuer.sub)
    return bool(issuer.client_id) and issuer.client_id in (
        claims.get("client_id"),
        claims.get("azp"),
    )


def why_refused(fault: Exception) -> str:
    """What of a token is at fault: the claim by its name, never what it says."""
    if isinstance(fault, jwt.MissingRequiredClaimError) and fault.claim in REQUIRED:
        return f"{NOT_VALID}: {fault.claim} is missing"
    found = (words for kind, words in AT_FAULT.items() if isinstance(fault, kind))
    return next((f"{NOT_VALID}: {words}" for words in found), NOT_VALID)


def fits(key: Jwk, kind: str, curve: str | None) -> bool:
    """Whether a key is of the kind, curve and use that an algorithm asks for."""
    if key.get("kty") != kind or key.get("use", "sig") != "sig":
        return False
    if kind == "RSA":
        return len(str(key.get("n", ""))) * 3 // 4 >= SMALLEST_RSA_BYTES
    return key.get("crv") == curve
