"""Who may call: issuers and their keys, from a file that is read again when it changes.

    {"issuers": [{"iss": "https://ehr.example",
                  "jwksFile": "ehr-jwks.json",
                  "jku": ["https://ehr.example/jwks.json"],
                  "profile": {"hooks": ["order-sign"], "jurisdiction": "CH"}}]}

Keys are rotated by changing the JWKS file, or at the issuer's own JWKS address: an unknown key id
has it asked again. A file that has become unreadable leaves the last good one in force.
"""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import structlog

from lems_guard.callers.profile import Profile
from lems_guard.clinical.errors import InvalidSettings, Unavailable

log = structlog.get_logger(__name__)

Jwk: TypeAlias = dict[str, Any]
FRESH_SECONDS = 300.0
KEPT_SECONDS = 3600.0
RETRY_SECONDS = 10.0
# An address is given up after two seconds; nobody waits for it longer.
LONGEST_WAIT_SECONDS = 3.0
MOST_WAITING = 2


class Issuer(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    """An EHR whose tokens are accepted, and where its public keys are."""

    iss: str
    jwks_file: str = ""
    jku: tuple[str, ...] = ()
    profile: Profile = Profile()

    def __post_init__(self) -> None:
        """Refuse an issuer whose every token would be, or whose file no system can have."""
        faults = self.profile.faults()
        if faults:
            raise ValueError(f"{self.iss}: profile: {'; '.join(faults)}")
        if "\0" in self.jwks_file:
            raise ValueError(f"{self.iss}: jwksFile is no name of a file")
        if not self.jwks_file and not any(self.jku):
            raise ValueError(f"{self.iss} has neither jwksFile nor jku")


class IssuersFile(msgspec.Struct, forbid_unknown_fields=True):
    """The file of issuers."""

    issuers: list[Issuer]


class JwkSet(msgspec.Struct):
    """A set of keys; what a key is made of is the verifier's concern."""

    keys: list[Jwk]


def keys_in(content: bytes) -> list[Jwk]:
    """The keys of a JWKS; raises `msgspec.DecodeError` for what is none."""
    return msgspec.json.decode(content, type=JwkSet).keys


class Watched:
    """A file's content, read again when the file changes."""

    def __init__(self, path: Path) -> None:
        """Nothing is read yet."""
        self._path = path
        self._stamp: tuple[int, int] | None = None
        self._content = b""

    def content(self) -> bytes:
        """The content now; raises `OSError`."""
        state = self._path.stat()
        stamp = (state.st_mtime_ns, state.st_size)
        if stamp != self._stamp:
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


class Issuers:
    """The issuers of one file, with their keys."""

    def __init__(self, path: Path | None, get: Callable[[str], bytes]) -> None:
        """Read the file; raises `InvalidSettings` when it is none, or names unreadable keys.

        Without a file nobody may call.
        """
        self._folder = path.parent if path else Path()
        self._file = Watched(path) if path else None
        self._get = get
        self._lock = threading.Lock()
        self._source = b""
        self._issuers: dict[str, Issuer] = {}
        self._files: dict[str, tuple[Watched, list[Jwk]]] = {}
        self._fetched: dict[str, Fetched] = {}
        fault = self._read()
        faults = [fault] if fault else list(self._unreadable())
        if faults:
            raise InvalidSettings(
                "\n".join(f"LEMS_GUARD_CDS_HOOKS_ISSUERS: {each}" for each in faults)
            )

    def __len__(self) -> int:
        return len(self._issuers)

    def issuer(self, iss: str) -> Issuer | None:
        """The issuer of that name, where it is allowed."""
        fault = self._read()
        if fault:
            log.warning("issuers not read again", fault=fault)
        return self._issuers.get(iss)

    def keys(self, issuer: Issuer, kid: str, jku: str) -> list[Jwk]:
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

    def _read(self) -> str:
        """Read the file of issuers where it has changed; what is wrong with it, if anything."""
        if self._file is None:
            return ""
        try:
            source = self._file.content()
            if source != self._source:
                read = msgspec.json.decode(source, type=IssuersFile)
                self._issuers = {issuer.iss: issuer for issuer in read.issuers}
                self._source = source
        except OSError as fault:
            return f"{fault.strerror}"
        except msgspec.DecodeError as fault:
            return f'expected {{"issuers": [{{"iss", "jwksFile" or "jku"}}]}}: {fault}'
        return ""

    def _unreadable(self) -> Iterator[str]:
        """What is wrong with key files. Only asked at the start: later the last good keys hold."""
        for issuer in self._issuers.values():
            path = self._folder / issuer.jwks_file
            named = f"the jwksFile of {issuer.iss}, {path},"
            try:
                if issuer.jwks_file and not keys_in(path.read_bytes()):
                    yield f"{named} holds no key"
            except OSError as fault:
                yield f"{named} cannot be read: {fault.strerror}"
            except msgspec.DecodeError:
                yield f'{named} is no JWKS: expected {{"keys": […]}}'

    def _keys_of_file(self, name: str) -> list[Jwk]:
        watched, keys = self._files.get(name) or (Watched(self._folder / name), [])
        try:
            keys = keys_in(watched.content())
        except (OSError, msgspec.DecodeError) as fault:
            log.warning("key file not read", kind=type(fault).__name__)
        self._files[name] = (watched, keys)
        return keys
