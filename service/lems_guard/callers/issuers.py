"""The keys of those who issue tokens: in a file that is read again, or at an address.

Keys are rotated by changing the JWKS file, or at the issuer's own JWKS address: an unknown key id
has it asked again. A file that has become unreadable leaves the last good keys in force.
"""

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import structlog

from lems_guard.callers.proofs import IssuerProof
from lems_guard.clinical.errors import Unavailable
from lems_guard.file_stamp import FileStamp, stamp_of

log = structlog.get_logger(__name__)

Jwk: TypeAlias = dict[str, Any]
FRESH_SECONDS = 300.0
KEPT_SECONDS = 3600.0
RETRY_SECONDS = 10.0
# An address is given up after two seconds; nobody waits for it longer.
LONGEST_WAIT_SECONDS = 3.0
MOST_WAITING = 2


class JwkSet(msgspec.Struct):
    """A set of keys; what a key is made of is the verifier's concern."""

    keys: list[Jwk]


def keys_in(content: bytes) -> list[Jwk]:
    """The keys of a JWKS; raises `msgspec.DecodeError` for what is none."""
    try:
        return msgspec.json.decode(content, type=JwkSet).keys
    except (UnicodeDecodeError, RecursionError) as fault:
        raise msgspec.DecodeError("no JSON that can be read") from fault


class Watched:
    """A file's content, read again when the file changes."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet."""
        self._path = path
        self._stamp: FileStamp | None = None
        self._content = b""

    def content(self) -> bytes:
        """The content now; raises `OSError`."""
        stamp = stamp_of(self._path)
        if stamp is None or stamp != self._stamp:
            self._content, self._stamp = self._path.read_bytes(), stamp
        return self._content


class Fetched:
    """Keys from a JWKS address, asked again when they are old or a key is not among them.

    It is asked in a thread of its own, one at a time: who finds the key that he needs among those
    that are held waits for nothing, and of the others only a few wait at once.
    """

    def __init__(
        self, url: str, get: Callable[[str], bytes], now: Callable[[], float] = time.monotonic
    ) -> None:
        """`get` reads the address; whatever it raises means that it could not."""
        self._url = url
        self._get = get
        self._now = now
        self._lock = threading.Lock()  # held for moments, never while the address is asked
        self._keys: list[Jwk] = []
        self._read_at = self._tried_at = -KEPT_SECONDS
        self._asking: threading.Event | None = None
        self._waiting = 0

    def keys(self, kid: str) -> list[Jwk]:
        """The keys that are held; old ones count for an hour at most.

        Raises `Unavailable` where too many wait for a key that is not held.
        """
        with self._lock:
            held, asking = self._held(), self._asked_for(kid)
            if asking is None or has_key(held, kid):
                return held
            if self._waiting >= MOST_WAITING:
                raise Unavailable("too many wait for the issuer's keys: try again later")
            self._waiting += 1
        asking.wait(LONGEST_WAIT_SECONDS)
        with self._lock:
            self._waiting -= 1
            return self._held()

    def _held(self) -> list[Jwk]:
        return self._keys if self._now() - self._read_at <= KEPT_SECONDS else []

    def _asked_for(self, kid: str) -> threading.Event | None:
        """The question under way, begun where it may help; `None` where there is none."""
        now = self._now()
        is_wanted = not has_key(self._keys, kid) or now - self._read_at > FRESH_SECONDS
        if self._asking is None and is_wanted and now - self._tried_at >= RETRY_SECONDS:
            self._tried_at, self._asking = now, threading.Event()
            threading.Thread(target=self._ask, args=(now, self._asking), daemon=True).start()
        return self._asking

    def _ask(self, now: float, asking: threading.Event) -> None:
        found: list[Jwk] | None = None
        try:
            found = keys_in(self._get(self._url))
        except Exception as fault:  # noqa: BLE001 - any fault of a network leaves the old keys
            log.warning("keys not read", kind=type(fault).__name__)
        with self._lock:
            if found is not None:
                self._keys, self._read_at = found, now
            self._asking = None
        asking.set()


def has_key(keys: list[Jwk], kid: str) -> bool:
    """Whether a key of that id is among some."""
    return any(key.get("kid") == kid for key in keys)


class IssuerKeys:
    """The keys of the issuers of tokens, from their files and addresses."""

    def __init__(self, get: Callable[[str], bytes]) -> None:
        """`get` reads an address; whatever it raises means that it could not."""
        self._get = get
        self._lock = threading.Lock()
        self._files: dict[Path, tuple[Watched, list[Jwk]]] = {}
        self._fetched: dict[str, Fetched] = {}

    def keys(self, issuer: IssuerProof, kid: str, jku: str) -> list[Jwk]:
        """The issuer's keys: those of its file, else of its address where the token names one.

        Raises `Unavailable` as `Fetched` does.
        """
        found = self._keys_of_file(issuer.jwks_file) if issuer.jwks_file else []
        if not found or (jku and not has_key(found, kid)):
            for url in (jku,) if jku else issuer.jku[:1]:
                found = found + self._address(url).keys(kid)
        return found

    def _address(self, url: str) -> Fetched:
        with self._lock:
            return self._fetched.setdefault(url, Fetched(url, self._get))

    def _keys_of_file(self, path: Path) -> list[Jwk]:
        watched, keys = self._files.get(path) or (Watched(path), [])
        try:
            keys = keys_in(watched.content())
        except (OSError, msgspec.DecodeError) as fault:
            log.warning("key file not read", kind=type(fault).__name__)
        self._files[path] = (watched, keys)
        return keys


def unreadable(issuer: IssuerProof) -> str:
    """What is wrong with an issuer's key file, if anything. Later the last good keys hold."""
    path = issuer.jwks_file
    if path is None:
        return ""
    named = f"the jwks_file of {issuer.iss}, {path},"
    try:
        return "" if keys_in(path.read_bytes()) else f"{named} holds no key"
    except ValueError:
        return f'{named} is no JWKS: expected {{"keys": […]}}'
    except OSError as fault:
        return f"{named} cannot be read: {fault.strerror}"
