"""The service's certificate: read from its files again when they change, without losing a call.

Each new connection is shown the certificate that the files hold then; those that there are go on
under the one they began with. Files that do not belong together (one of them is written before the
other) or cannot be read leave the last good ones in force.
"""

import ssl
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import structlog
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from lems_guard.clinical.errors import InvalidSettings
from lems_guard.file_stamp import FileStamp, stamp_of

log = structlog.get_logger(__name__)

CERTIFICATE = "LEMS_GUARD_TLS_CERTIFICATE"
KEY = "LEMS_GUARD_TLS_KEY"
CLIENT_CA = "LEMS_GUARD_TLS_CLIENT_CA"


class CertificateFiles(NamedTuple):
    """The certificate with its chain, its key, and clients' authorities (`None`: not asked)."""

    certificate: Path
    key: Path
    client_ca: Path | None


class Pem(NamedTuple):
    """What the files hold, and when the certificate ends, in seconds since 1970."""

    certificate: bytes
    key: bytes
    client_ca: bytes | None
    expires: float


class Held(NamedTuple):
    """What is in force: as PEM, and as Python's own TLS has it."""

    pem: Pem
    context: ssl.SSLContext
    context_for_anybody: ssl.SSLContext


class UnfitFile(Exception):
    """A file that cannot be used; the message names its setting and says why."""


class Certificates:
    """The certificate in force; any thread may ask."""

    def __init__(self, files: CertificateFiles) -> None:
        """Read the files; raises `InvalidSettings` where they cannot be used."""
        self._files = files
        self._lock = threading.Lock()
        self._stamp = self._stamped()
        try:
            self._held = read(files)
        except UnfitFile as fault:
            raise InvalidSettings(str(fault)) from None

    @property
    def asks_clients(self) -> bool:
        """Whether clients must show a certificate of their own."""
        return self._files.client_ca is not None

    def pem(self) -> Pem:
        """What is in force now."""
        return self._current().pem

    def context(self, *, asks_clients: bool = True) -> ssl.SSLContext:
        """What a server of Python's own TLS is given once, and each connection the files by."""
        rotating = RotatingContext(ssl.PROTOCOL_TLS_SERVER)
        rotating.current = lambda: (
            self._current().context if asks_clients else self._current().context_for_anybody
        )
        return rotating

    def expires(self) -> float:
        """When the certificate in force ends, in seconds since 1970."""
        return self.pem().expires

    def _current(self) -> "Held":
        with self._lock:
            self._read_again()
            return self._held

    def _stamped(self) -> tuple[FileStamp | None, ...]:
        return tuple(stamp_of(each) for each in self._files if each is not None)

    def _read_again(self) -> None:
        """Take what the files hold where they have changed and can be used; else say so, once."""
        stamp = self._stamped()
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._held = read(self._files)
        except UnfitFile as fault:
            log.warning("certificate not read again", why=str(fault))
        else:
            log.info("certificate read again", expires=self._held.pem.expires)


class RotatingContext(ssl.SSLContext):
    """Gives each connection the context that is in force when it begins."""

    current: Callable[[], ssl.SSLContext]

    def wrap_bio(self, *given: Any, **named: Any) -> ssl.SSLObject:  # noqa: ANN401 - as ssl has them
        """One connection's TLS."""
        return self.current().wrap_bio(*given, **named)


def read(files: CertificateFiles) -> Held:
    """What the files hold; raises `UnfitFile` where it cannot be used, or not together."""
    pem = read_pem(files)
    return Held(pem, context_of(files, pem.client_ca), context_of(files, None))


def read_pem(files: CertificateFiles) -> Pem:
    """What the files hold, each by itself and the key as that of the certificate."""
    certificate, key = _content(CERTIFICATE, files.certificate), _content(KEY, files.key)
    client_ca = _content(CLIENT_CA, files.client_ca) if files.client_ca else None
    leaf = _certificates(CERTIFICATE, certificate)[0]
    if client_ca is not None:
        _certificates(CLIENT_CA, client_ca)
    try:
        private = load_pem_private_key(key, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise UnfitFile(f"{KEY}: expected a private key as PEM, without a password") from None
    if private.public_key() != leaf.public_key():
        raise UnfitFile(f"{KEY}: expected the key of the certificate in {CERTIFICATE}")
    return Pem(certificate, key, client_ca, leaf.not_valid_after_utc.timestamp())


def context_of(files: CertificateFiles, client_ca: bytes | None) -> ssl.SSLContext:
    """What Python's own TLS makes of the files; raises `UnfitFile`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    try:
        # By their names, since it takes nothing else; without a prompt on the terminal.
        context.load_cert_chain(files.certificate, files.key, password="")
        if client_ca is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(cadata=client_ca.decode("ascii", "replace"))
    except (ssl.SSLError, OSError):
        raise UnfitFile(f"{CERTIFICATE}, {KEY}: expected files that TLS can be made of") from None
    return context


def _content(setting: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise UnfitFile(f"{setting}: {path} cannot be read: {fault.strerror}") from None


def _certificates(setting: str, content: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError:
        raise UnfitFile(f"{setting}: expected certificates as PEM") from None
