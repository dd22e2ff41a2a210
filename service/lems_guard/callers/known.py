"""Who is known here: the file of callers, read again when it changes."""

import hashlib
import hmac
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

import structlog

from lems_guard.callers.callers_file import read_callers
from lems_guard.callers.issuers import Watched, unreadable
from lems_guard.callers.profile import Caller
from lems_guard.callers.proofs import (
    CertificateProof,
    IssuerProof,
    KnownCaller,
    TokenProof,
)
from lems_guard.clinical.errors import InvalidSettings
from lems_guard.file_stamp import FileStamp, stamp_of

log = structlog.get_logger(__name__)

SETTING = "LEMS_GUARD_CALLERS"


class Directory:
    """The callers of a file by what proves them; a value that is replaced as a whole."""

    def __init__(self, known: tuple[KnownCaller, ...] = ()) -> None:
        """Sort them by their proofs."""
        self.known = known
        self.callers: dict[str, Caller] = {}
        self.tokens: list[tuple[bytes, Caller]] = []
        self.certificates: dict[str, Caller] = {}
        self.issuers: dict[str, list[tuple[IssuerProof, Caller]]] = {}
        for caller, proof in known:
            self.callers[caller.name] = caller
            if isinstance(proof, TokenProof):
                self.tokens.append((proof.sha256, caller))
            elif isinstance(proof, CertificateProof):
                self.certificates[proof.san] = caller
            else:
                self.issuers.setdefault(proof.iss, []).append((proof, caller))

    def by_token(self, token: str) -> Caller | None:
        """Whose token it is. It takes as long whoever's it is, and whether or not it is known."""
        shown = hashlib.sha256(token.encode("utf-8", "surrogateescape")).digest()
        found = None
        for held, caller in self.tokens:
            if hmac.compare_digest(held, shown):
                found = caller
        return found

    def by_certificate(self, names: Iterable[str]) -> Caller | None:
        """Whose certificate has these alternative names."""
        found = (self.certificates[name] for name in names if name in self.certificates)
        return next(found, None)


class KnownCallers:
    """The directory in force; a file that has become wrong leaves the last good one."""

    def __init__(self, path: Path, changed: Callable[[bool], None] = lambda _: None) -> None:
        """Read the file; raises `InvalidSettings` with all that is wrong with it.

        `changed` hears of each later reading whether it was refused.
        """
        self._file, self._path = Watched(path), path
        self._changed = changed
        self._lock = threading.Lock()
        self._content: bytes | None = None  # nothing is read yet: not even an empty file
        self._keys: tuple[FileStamp | None, ...] = ()
        self.directory = Directory()
        faults = self._read()
        faults += [each for each in map(unreadable, self._issuers()) if each]
        if faults:
            raise InvalidSettings("\n".join(f"{SETTING}: {each}" for each in faults))

    def look(self) -> None:
        """Read the file again where it has changed; what is wrong with it is logged.

        Where an issuer's file of keys has changed there is another directory too: what was proved
        by its keys is to be proved again.
        """
        with self._lock:
            before = self._content
            faults = self._read()
            if faults and before != self._content:
                log.warning("callers not read again", faults=faults)
            if before != self._content:
                self._changed(bool(faults))
            elif self._keys != self._stamped():
                self._take(self.directory.known)

    def _read(self) -> list[str]:
        try:
            content = self._file.content()
        except OSError as fault:
            content, faults = b"", [f"{self._path}: {fault.strerror}"]
        else:
            if content == self._content:
                return []
            found = read_callers(content, self._path)
            faults = [str(each) for each in found.problems]
            if not faults:
                self._take(found.known)
        self._content = content
        return faults

    def _take(self, known: tuple[KnownCaller, ...]) -> None:
        self.directory = Directory(known)
        self._keys = self._stamped()

    def _stamped(self) -> tuple[FileStamp | None, ...]:
        return tuple(stamp_of(each.jwks_file) for each in self._issuers() if each.jwks_file)

    def _issuers(self) -> list[IssuerProof]:
        return [proof for each in self.directory.issuers.values() for proof, _ in each]
