"""The gate of every edge: who calls, whether that caller may, and not too often.

Without a file of callers this machine may do all, and others what the site says. With one,
everybody shows who they are: by a token, or else by the certificate of the connection.
"""

import hashlib
import threading
import time
from collections.abc import Callable
from typing import NamedTuple, Protocol

from lems_guard.callers.known import Directory, KnownCallers
from lems_guard.callers.limits import Limiter
from lems_guard.callers.profile import ANYBODY, PASSER_BY, Caller
from lems_guard.callers.proofs import Verified
from lems_guard.callers.roles import OPERATING, Roles, named_roles
from lems_guard.clinical.errors import Overloaded, PermissionDenied, Unauthenticated

BEARER = "bearer"
WHO = "who calls is not known: a bearer token is missing"
WHO_BY_CERTIFICATE = f"{WHO}, or a certificate that is known here"
UNKNOWN_TOKEN = "the token is not known here"  # noqa: S105 - a message
ELSEWHERE = "who calls is not known, and only this machine may call without saying so"
MOST_REMEMBERED = 10_000
# A verified token is verified again after so long: its issuer may have taken back the key.
REMEMBERED_SECONDS = 300.0


class Shown(NamedTuple):
    """What a call shows of who makes it; `None`: not looked at yet.

    `certificate`: the alternative names of the connection's. `is_here`: it comes from this machine
    and through no proxy. `path`: what was called.
    """

    authorization: str = ""
    certificate: tuple[str, ...] | None = ()
    is_here: bool | None = False
    path: str = ""


class Verifies(Protocol):
    """What verifies signed tokens."""

    def verified(self, token: str, path: str) -> Verified:
        """Whose it is; raises `Unauthenticated` or `Unavailable`, and may wait for keys."""


class CountsCallers(Protocol):
    """What counts who came."""

    def came(self, caller: str, outcome: str) -> None:
        """A call of a caller was `let_in`, `denied`, `limited`, or of an `unauthenticated` one."""


class Guest:
    """A caller that was let in, until it leaves."""

    __slots__ = ("_limiter", "caller")

    def __init__(self, caller: Caller, limiter: Limiter | None = None) -> None:
        """It has been counted."""
        self.caller = caller
        self._limiter = limiter

    def leave(self) -> None:
        """Its call has ended."""
        if self._limiter is not None:
            self._limiter.leave()

    @property
    def is_paced(self) -> bool:
        """Whether it may only ask so much in a second."""
        return self._limiter is not None and self._limiter.allowed.calls_per_second > 0

    def pace(self, sleep: Callable[[float], None] = time.sleep) -> None:
        """Wait until it may ask one thing more: within a call that is of many."""
        if self._limiter is not None:
            sleep(self._limiter.take())


ANONYMOUS_GUEST = Guest(ANYBODY)


class Remembered(NamedTuple):
    """Whose a signed token was by a directory of callers, and until when that counts."""

    directory: Directory
    caller: Caller
    until: float


class Gate(Protocol):
    """What tells who calls, and lets in who may."""

    def at_once(self, shown: Shown) -> Caller | None:
        """Who calls, without waiting; `None` where more must be looked at. Raises as `caller`."""

    def caller(self, shown: Shown) -> Caller:
        """Who calls; raises `Unauthenticated` or `Unavailable`. It may wait for keys."""

    def admit(self, caller: Caller, roles: Roles) -> Guest:
        """Let a caller in that has one of the roles; raises `PermissionDenied` or `Overloaded`."""


class OpenGate:
    """No file of callers: this machine may do all, others what the site says."""

    def __init__(self, *, may_all_check: bool) -> None:
        """`may_all_check`: whoever comes may check."""
        self._stranger = PASSER_BY if may_all_check else None

    def at_once(self, shown: Shown) -> Caller | None:
        """Where it is known whence the call comes, who may make it."""
        return None if shown.is_here is None else self.caller(shown)

    def caller(self, shown: Shown) -> Caller:
        """Anybody of this machine; raises `Unauthenticated` for others that may not."""
        if shown.is_here:
            return ANYBODY
        if self._stranger is None:
            raise Unauthenticated(ELSEWHERE)
        return self._stranger

    def admit(self, caller: Caller, roles: Roles) -> Guest:
        """Nobody is counted."""
        permit(caller, roles)
        return Guest(caller)


class KnownGate:
    """Everybody is asked."""

    def __init__(
        self,
        known: KnownCallers,
        verifier: Verifies,
        counts: CountsCallers,
        now: Callable[[], float] = time.time,
    ) -> None:
        """Ask the verifier of tokens that an issuer has signed."""
        self._known = known
        self._verifier = verifier
        self._counts = counts
        self._now = now
        self._mutex = threading.Lock()
        self._limiters: dict[str, Limiter] = {}
        self._verified: dict[bytes, Remembered] = {}

    def at_once(self, shown: Shown) -> Caller | None:
        """A token whose hash is known, or that was verified before; else a certificate."""
        directory = self._known.directory
        token = bearer(shown.authorization)
        if token is None:
            return self._by_certificate(directory, shown)
        found = directory.by_token(token) or self._remembered(directory, token)
        if found is None and not (directory.issuers and token.count(".") == 2):
            raise self._unknown(UNKNOWN_TOKEN)
        return found

    def caller(self, shown: Shown) -> Caller:
        """The same, and a signed token is verified."""
        directory = self._known.directory
        found = self.at_once(shown)
        token = bearer(shown.authorization)
        if found is not None:
            return found
        if token is None:
            raise self._unknown(WHO_BY_CERTIFICATE)
        try:
            verified = self._verifier.verified(token, shown.path)
        except Unauthenticated:
            self._counts.came("", "unauthenticated")
            raise
        if verified.until:
            self._remember(token, verified, directory)
        return verified.caller

    def admit(self, caller: Caller, roles: Roles) -> Guest:
        """Let it in by its role, and within its own limits."""
        try:
            permit(caller, roles)
            limiter = self._limiter(caller)
            limiter.enter()
        except PermissionDenied:
            self._counts.came(caller.name, "denied")
            raise
        except Overloaded:
            self._counts.came(caller.name, "limited")
            raise
        self._counts.came(caller.name, "let_in")
        return Guest(caller, limiter)

    def _by_certificate(self, directory: Directory, shown: Shown) -> Caller | None:
        if not directory.certificates:
            raise self._unknown(WHO)
        if shown.certificate is None:
            return None
        found = directory.by_certificate(shown.certificate)
        if found is None:
            raise self._unknown(WHO_BY_CERTIFICATE)
        return found

    def _unknown(self, why: str) -> Unauthenticated:
        self._counts.came("", "unauthenticated")
        return Unauthenticated(why)

    def _limiter(self, caller: Caller) -> Limiter:
        with self._mutex:
            found = self._limiters.get(caller.name)
            if found is None or found.allowed != caller.allowed:
                found = self._limiters[caller.name] = Limiter(caller.allowed)
            return found

    def _remembered(self, directory: Directory, token: str) -> Caller | None:
        """Whose a token was when it was verified: not long ago, and by the callers of now."""
        held = self._verified.get(_hash(token))
        if held is None or held.directory is not directory or held.until <= self._now():
            return None
        return held.caller

    def _remember(self, token: str, verified: Verified, directory: Directory) -> None:
        until = min(verified.until, self._now() + REMEMBERED_SECONDS)
        with self._mutex:
            if len(self._verified) >= MOST_REMEMBERED:
                self._verified.clear()
            self._verified[_hash(token)] = Remembered(directory, verified.caller, until)


def may_watch(shown: Shown, roles: Roles) -> bool:
    """Whether a program of this machine asks for metrics or reflection, for which none is asked."""
    return bool(shown.is_here) and roles == OPERATING


def permit(caller: Caller, roles: Roles) -> None:
    """Raise `PermissionDenied` where a caller has none of the roles."""
    if not caller.roles & roles:
        raise PermissionDenied(f"the role {named_roles(roles)} is missing")


def bearer(authorization: str) -> str | None:
    """The token of an Authorization header; `None` where there is none."""
    scheme, _, token = authorization.partition(" ")
    token = token.strip()
    return token if scheme.lower() == BEARER and token else None


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
