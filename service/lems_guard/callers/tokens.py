"""JSON Web Tokens of CDS clients: who calls is known, or the call is refused.

ES384 and RS384 only; the audience is the exact address that is called; a token serves once, at one
replica where they share a Redis. Verifying runs in a thread of its own: a signature takes most of a
millisecond, and keys may have to be fetched.
"""

import asyncio
import heapq
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jwt

from lems_guard.callers.issuers import Issuer, Issuers, Jwk
from lems_guard.callers.profile import Caller, Profile
from lems_guard.clinical.errors import Unauthenticated, Unavailable
from lems_guard.sharing.tokens import Token, UsedTokens

ALGORITHMS = {"ES384": ("EC", "P-384"), "RS384": ("RSA", None)}
REQUIRED = ["iss", "aud", "exp", "iat", "jti"]
LEEWAY_SECONDS = 30
LONGEST_LIFE_SECONDS = 3600
LONGEST_TOKEN = 8192
LONGEST_ID = 512
MOST_TOKENS = 200_000
SMALLEST_RSA_BYTES = 256
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
        issuers: Issuers,
        base_url: str,
        replays: Replays | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        """`base_url` is what clients call us by, without a slash at its end."""
        self._issuers = issuers
        self._base_url = base_url.rstrip("/")
        self._replays = replays or Replays()
        self._now = now

    def profile(self, iss: str) -> Profile:
        """What is settled for an issuer's calls."""
        issuer = self._issuers.issuer(iss)
        return issuer.profile if issuer else Profile()

    def token(self, authorization: str, path: str) -> Token:
        """A request's token; raises `Unauthenticated` or `Unavailable`."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > LONGEST_TOKEN:
            raise Unauthenticated("a bearer token is needed")
        try:
            return self._verified(token.strip(), path)
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, UnicodeError) as fault:
            raise Unauthenticated(why_refused(fault)) from None

    def _verified(self, token: str, path: str) -> Token:
        header = jwt.get_unverified_header(token)
        algorithm = header.get("alg")
        if algorithm not in ALGORITHMS or str(header.get("typ", "JWT")).upper() != "JWT":
            raise Unauthenticated("the token's algorithm or type is not accepted")
        issuer = self._issuer(token)
        claims = jwt.decode(
            token,
            self._key(issuer, header),
            algorithms=[algorithm],
            audience=f"{self._base_url}{path}",
            issuer=issuer.iss,
            leeway=LEEWAY_SECONDS,
            options={"require": REQUIRED},
        )
        return self._once(issuer.iss, claims)

    def _issuer(self, token: str) -> Issuer:
        unverified = jwt.decode(token, options={"verify_signature": False})
        iss = unverified.get("iss")
        issuer = self._issuers.issuer(iss) if isinstance(iss, str) else None
        if issuer is None:
            raise Unauthenticated("the token's issuer is not allowed here")
        return issuer

    def _key(self, issuer: Issuer, header: dict[str, Any]) -> Any:  # noqa: ANN401 - PyJWT's own
        kid, jku = header.get("kid"), header.get("jku", "")
        if not isinstance(kid, str) or not kid:
            raise Unauthenticated("the token names no key")
        if jku and jku not in issuer.jku:
            raise Unauthenticated("the token's key address is not allowed here")
        kind = ALGORITHMS[header["alg"]]
        for key in self._issuers.keys(issuer, kid, jku):
            if key.get("kid") == kid and fits(key, *kind):
                return jwt.PyJWK(key, algorithm=header["alg"]).key
        raise Unauthenticated("the token's key is not known")

    def _once(self, iss: str, claims: dict[str, Any]) -> Token:
        now, ends, jti = self._now(), float(claims["exp"]), claims["jti"]
        if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_ID:
            raise Unauthenticated("the token needs an id")
        if ends - now > LONGEST_LIFE_SECONDS + LEEWAY_SECONDS:
            raise Unauthenticated("the token lives longer than an hour")
        if not self._replays.claim(iss, jti, ends + LEEWAY_SECONDS, now):
            raise Unauthenticated(USED_BEFORE)
        return Token(iss, jti, ends + LEEWAY_SECONDS - now)


class TokenHolders:
    """Callers by their tokens, each of which serves once."""

    def __init__(self, verifier: Verifier, elsewhere: UsedTokens) -> None:
        """`elsewhere` tells what other replicas have heard."""
        self._verifier = verifier
        self._elsewhere = elsewhere
        # Threads of their own, more than may ever wait for the keys of a few issuers at once:
        # waiting must hold up nothing else.
        self._threads = ThreadPoolExecutor(32, "cds-hooks-token")

    async def caller(self, authorization: str, path: str) -> Caller:
        """The issuer of a request's token; raises `Unauthenticated` or `Unavailable`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._caller, authorization, path)

    def _caller(self, authorization: str, path: str) -> Caller:
        token = self._verifier.token(authorization, path)
        if not self._elsewhere.claim(token):
            raise Unauthenticated(USED_BEFORE)
        return Caller(token.issuer, self._verifier.profile(token.issuer))


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
