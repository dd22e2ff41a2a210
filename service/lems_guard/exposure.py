"""Whom a service is open to: its certificate, what must not be, and what must be said of it."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple, Protocol

from lems_guard.callers.gate import Gate, OpenGate
from lems_guard.callers.loopback import is_loopback
from lems_guard.clinical.errors import InvalidSettings
from lems_guard.settings import (
    PORTS,
    Address,
    Anonymous,
    HookAuth,
    Plaintext,
    Settings,
    WorkbenchDoor,
    variable,
)
from lems_guard.sharing.tokens import UsedTokens

if TYPE_CHECKING:
    from lems_guard.callers.known import KnownCallers
    from lems_guard.edges.certificates import Certificates

SPOKEN = "LEMS_GUARD_PLAINTEXT=anywhere"
HOW_TO_SECURE = (
    "set LEMS_GUARD_TLS_CERTIFICATE and LEMS_GUARD_TLS_KEY; or, where a mesh or a proxy encrypts, "
    f"{SPOKEN}; or listen on 127.0.0.1, [::1] or unix:/PATH"
)
IN_THE_CLEAR = (
    f"{SPOKEN}: what is sent here can be read and changed on its way, unless something else "
    "encrypts it"
)
UNASKED = (
    "LEMS_GUARD_ANONYMOUS=check: whoever reaches the ports may have prescriptions checked, and "
    "nobody knows who it was"
)
CLOSED = (
    "LEMS_GUARD_CALLERS is not set: this machine may call, and every call of another is refused "
    "(LEMS_GUARD_ANONYMOUS=check would let all of them check)"
)
PAGES_OPEN = (
    "LEMS_GUARD_WORKBENCH=on: whoever reaches the HTTP port may see the pages and have "
    "prescriptions checked there, and nobody knows who it was"
)
HOOKS_OPEN = "CDS Hooks: authentication is off; anybody on this machine may call"
HOOKS_CLOSED = "CDS Hooks: LEMS_GUARD_CALLERS is not set; every call is refused with 401"
HOW_TO_OPEN_HOOKS = (
    "Start it with LEMS_GUARD_CDS_HOOKS_AUTH=off to let programs of this machine call, or name in "
    "LEMS_GUARD_CALLERS the systems that may"
)
NO_EFFECT = "LEMS_GUARD_ANONYMOUS=check has no effect beside LEMS_GUARD_CALLERS: all are asked"


def is_here(where: Address) -> bool:
    """Whether only this machine reaches an address."""
    return bool(where.path) or is_loopback(where.host)


def certificates_of(settings: Settings) -> "Certificates | None":
    """The certificate of all ports, if there is one; raises `InvalidSettings`."""
    if settings.tls_certificate is None or settings.tls_key is None:
        _refuse_plain_text(settings)
        return None
    from lems_guard.edges.certificates import (  # noqa: PLC0415 - X.509: 5 MB that only TLS needs
        CertificateFiles,
        Certificates,
    )

    files = CertificateFiles(settings.tls_certificate, settings.tls_key, settings.tls_client_ca)
    return Certificates(files)


class WatchesCallers(Protocol):
    """What counts who came, and hears whether their file was refused."""

    def came(self, caller: str, outcome: str) -> None:
        """A call came."""

    def read(self, is_refused: bool) -> None:  # noqa: FBT001 - called with what came of it
        """The file was read again."""


class Known(NamedTuple):
    """The gate of all edges, and the callers behind it where there is a file of them."""

    gate: Gate
    callers: "KnownCallers | None"


def known_of(
    settings: Settings, tokens: UsedTokens, counting: Callable[[], WatchesCallers]
) -> Known:
    """Who may call; raises `InvalidSettings` with all that is wrong with the file."""
    if settings.callers is None:
        may_all_check = settings.anonymous is Anonymous.CHECK
        return Known(OpenGate(may_all_check=may_all_check), None)
    # YAML, signatures and an HTTP client: 15 MB that only a site with callers needs.
    from lems_guard.callers.gate import KnownGate  # noqa: PLC0415
    from lems_guard.callers.issuers import IssuerKeys  # noqa: PLC0415
    from lems_guard.callers.key_addresses import get_keys  # noqa: PLC0415
    from lems_guard.callers.known import KnownCallers  # noqa: PLC0415
    from lems_guard.callers.tokens import Verifier  # noqa: PLC0415

    metrics = counting()
    callers = KnownCallers(settings.callers, metrics.read)
    _refuse_unseen_certificates(settings, callers)
    verifier = Verifier(lambda: callers.directory, IssuerKeys(get_keys), base_url(settings), tokens)
    return Known(KnownGate(callers, verifier, metrics), callers)


def base_url(settings: Settings) -> str:
    """What clients call us by over HTTP; by a unix socket, `http://localhost`."""
    if settings.cds_hooks_url:
        return settings.cds_hooks_url
    if settings.http_listen.path:
        return "http://localhost"
    scheme = "http" if settings.tls_certificate is None else "https"
    return f"{scheme}://{settings.http_listen}"


def _refuse_unseen_certificates(settings: Settings, callers: "KnownCallers") -> None:
    if callers.directory.certificates and settings.tls_client_ca is None:
        name = next(iter(callers.directory.certificates.values())).name
        raise InvalidSettings(
            f"LEMS_GUARD_TLS_CLIENT_CA: needed for {name} of LEMS_GUARD_CALLERS, who is known by a "
            "certificate: nobody is asked for one without it"
        )


def _refuse_plain_text(settings: Settings) -> None:
    if settings.plaintext is Plaintext.ANYWHERE:
        return
    faults = [
        f"{name}: {where} would speak plain text to other machines: {HOW_TO_SECURE}"
        for name, where in open_ports(settings)
    ]
    if faults:
        raise InvalidSettings("\n".join(faults))


def open_ports(settings: Settings) -> Iterator[tuple[str, Address]]:
    """The ports that other machines reach, each with its setting."""
    for name in PORTS:
        where: Address | None = getattr(settings, name)
        if where is not None and not is_here(where):
            yield variable(name), where


def notices(settings: Settings) -> tuple[str, ...]:
    """What whoever operates or calls the service must know of how it was set up."""
    nobody_is_known = settings.callers is None
    said = {
        IN_THE_CLEAR: is_in_the_clear(settings),
        UNASKED: nobody_is_known and settings.anonymous is Anonymous.CHECK,
        PAGES_OPEN: nobody_is_known and settings.workbench is WorkbenchDoor.ON,
        HOOKS_OPEN: are_hooks_open(settings),
    }
    return tuple(each for each, holds in said.items() if holds)


def is_in_the_clear(settings: Settings) -> bool:
    """Whether other machines are spoken to in plain text, because the site says so."""
    is_plain = settings.tls_certificate is None and settings.plaintext is Plaintext.ANYWHERE
    return is_plain and any(open_ports(settings))


def are_hooks_open(settings: Settings) -> bool:
    """Whether CDS Hooks ask nobody who calls."""
    return settings.cds_hooks_auth is HookAuth.OFF


def hooks_in_words(settings: Settings) -> str:
    """Which order-entry systems may call CDS Hooks, and how others are let in."""
    if are_hooks_open(settings):
        return f"{HOOKS_OPEN} (LEMS_GUARD_CDS_HOOKS_AUTH=off)"
    if settings.callers is None:
        return f"{HOOKS_CLOSED}. {HOW_TO_OPEN_HOOKS}"
    return "CDS Hooks: each call needs a token of a caller in LEMS_GUARD_CALLERS"


def refuse_open_hooks(settings: Settings) -> None:
    """Raises `InvalidSettings` where other machines could call hooks that ask nobody."""
    if are_hooks_open(settings) and not is_here(settings.http_listen):
        raise InvalidSettings(
            "LEMS_GUARD_CDS_HOOKS_AUTH: off is for this machine alone: let "
            "LEMS_GUARD_HTTP_LISTEN be 127.0.0.1 or [::1], or take jwt"
        )


def closures(settings: Settings) -> tuple[str, ...]:
    """What whoever operates it should know of what does not work as it was set up."""
    if settings.callers is not None:
        return (NO_EFFECT,) if settings.anonymous is Anonymous.CHECK else ()
    is_closed = settings.anonymous is Anonymous.LOOPBACK and any(open_ports(settings))
    said = {CLOSED: is_closed, HOOKS_CLOSED: not are_hooks_open(settings)}
    return tuple(each for each, holds in said.items() if holds)
