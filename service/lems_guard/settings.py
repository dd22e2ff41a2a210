"""Settings: the only reader of the environment.

Every setting is an environment variable `LEMS_GUARD_*` with a working default; README's table is
generated from `SETTINGS`.
"""

import difflib
import enum
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from lems_guard.caching.cost import Policy
from lems_guard.clinical.errors import InvalidSettings
from lems_guard.clinical.severity import Jurisdiction

PREFIX = "LEMS_GUARD_"
HOW_TO_MAKE_A_KEY = "make one with `openssl rand -hex 32`"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a port listens; port 0 takes any free one."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def address(text: str) -> Address:
    """An address from `HOST:PORT` or `[IPV6]:PORT`; raises `ValueError`."""
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or int(port) > 65535:
        raise ValueError("HOST:PORT, such as 127.0.0.1:50051")
    return Address(host.strip("[]"), int(port))


def jurisdiction(text: str) -> Jurisdiction:
    """US, EU or CH; raises `ValueError`."""
    try:
        return Jurisdiction[text.upper()]
    except KeyError:
        raise ValueError("US, EU or CH") from None


def directory(text: str) -> Path:
    """A folder that exists; raises `ValueError`."""
    path = Path(text)
    if not path.is_dir():
        raise ValueError("an existing folder of rules")
    return path


def count(text: str) -> int:
    """A whole number above zero; raises `ValueError`."""
    if not text.isdecimal() or int(text) == 0:
        raise ValueError("a whole number above 0")
    return int(text)


def number(text: str) -> int:
    """A whole number, 0 included; raises `ValueError`."""
    if not text.isdecimal():
        raise ValueError("a whole number")
    return int(text)


def seconds(text: str) -> float:
    """A number of seconds from 0 to an hour; raises `ValueError`."""
    return _between(text, 0, 3600)


def lifetime(text: str) -> float:
    """A number of seconds from one to a year; raises `ValueError`."""
    return _between(text, 1, 31_536_000)


def _between(text: str, least: int, most: int) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not least <= value <= most:
        raise ValueError(f"seconds, {least} to {most}")
    return value


class Secret(str):
    """A text that is never shown."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(...)"


def key(text: str) -> Secret:
    """A secret that is long enough to be one; raises `ValueError`."""
    if len(text) < 32:
        raise ValueError(f"at least 32 characters: {HOW_TO_MAKE_A_KEY}")
    return Secret(text)


def existing_file(text: str) -> Path:
    """A file that can be read; raises `ValueError`."""
    path = Path(text)
    if not os.access(path, os.R_OK) or not path.is_file():
        raise ValueError("a file that can be read")
    return path


def policy(text: str) -> Policy:
    """auto, always or off; raises `ValueError`."""
    try:
        return Policy(text.lower())
    except ValueError:
        raise ValueError("auto, always or off") from None


class HookAuth(enum.Enum):
    """Whether callers of CDS Hooks must say who they are."""

    JWT = "jwt"
    OFF = "off"


def hook_auth(text: str) -> HookAuth:
    """How callers say who they are, jwt or off; raises `ValueError`."""
    try:
        return HookAuth(text.lower())
    except ValueError:
        raise ValueError("jwt or off") from None


def web_address(text: str) -> str:
    """An http or https address without query; raises `ValueError`."""
    scheme, separator, rest = text.partition("://")
    if scheme not in {"http", "https"} or not separator or not rest or set(rest) & set("?# "):
        raise ValueError("an address such as https://guard.example.org")
    return text.rstrip("/")


def names(text: str) -> tuple[str, ...]:
    """Names between commas."""
    return tuple(name for name in (part.strip() for part in text.split(",")) if name)


def _setting(default: str, read: Callable[[str], object], help_text: str) -> Any:  # noqa: ANN401
    return field(metadata={"default": default, "read": read, "help": help_text})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, read and checked."""

    grpc_listen: Address = _setting("127.0.0.1:50051", address, "address of the gRPC port")
    http_listen: Address = _setting(
        "127.0.0.1:8080", address, "address of the HTTP port: health and metrics"
    )
    jurisdiction: Jurisdiction = _setting(
        "US", jurisdiction, "whose labels apply where a request does not say: US, EU or CH"
    )
    rules: Path | None = _setting(
        "", directory, "folder of the knowledge base; empty: the packaged one"
    )
    max_in_flight: int = _setting(
        "1000", count, "calls under way at once; more are refused as RESOURCE_EXHAUSTED"
    )
    drain_seconds: float = _setting(
        "10", seconds, "how long calls under way may take to end after SIGTERM"
    )
    drain_notice_seconds: float = _setting(
        "0",
        seconds,
        "how long after SIGTERM new calls are still taken, so that balancers see NOT_SERVING first",
    )
    reload_seconds: float = _setting(
        "5", seconds, "how often the rules folder is looked at for changes; 0: only on SIGHUP"
    )
    log_calls_per_second: int = _setting(
        "20", number, "answers (and failed calls) logged in a second at most; 0: none"
    )
    reply_cache_bytes: int = _setting(
        "16777216", number, "memory for replies that may be asked for again; 0: none"
    )
    redis_url: Secret | None = _setting(
        "",
        Secret,
        "Redis that all replicas share: redis://, rediss://, unix://, redis[s]+sentinel:// or "
        "redis[s]+cluster://; empty: none",
    )
    cache_key: Secret | None = _setting(
        "", key, f"secret of all replicas, needed with Redis: {HOW_TO_MAKE_A_KEY}"
    )
    redis_screenings: Policy = _setting(
        "auto",
        policy,
        "screenings that go by way of Redis: auto (those that cost more than a read), always, off",
    )
    redis_ca: Path | None = _setting(
        "", existing_file, "certificates that Redis' own must come from; empty: the system's"
    )
    redis_certificate: Path | None = _setting(
        "", existing_file, "our certificate, where Redis asks for one"
    )
    redis_certificate_key: Path | None = _setting("", existing_file, "its private key")
    screening_seconds: float = _setting(
        "86400", lifetime, "how long a screening stays in Redis, give or take a tenth"
    )
    outcome_seconds: float = _setting(
        "2592000", lifetime, "how long a reported outcome is known again"
    )
    repeat_seconds: float = _setting(
        "28800", lifetime, "how long the repeat filter remembers what was shown"
    )

    cds_hooks_auth: HookAuth = _setting(
        "jwt",
        hook_auth,
        "CDS Hooks callers: jwt (a token of a known issuer), or off (this machine only)",
    )
    cds_hooks_issuers: Path | None = _setting(
        "",
        existing_file,
        "JSON file of the issuers whose tokens are accepted; empty: every call is refused",
    )
    cds_hooks_url: str | None = _setting(
        "",
        web_address,
        "address that CDS Hooks clients call us by, the audience of their tokens; empty: "
        "http:// and the address of the HTTP port",
    )
    cds_hooks_origins: tuple[str, ...] = _setting(
        "*", names, "web origins whose pages may call CDS Hooks, between commas; *: any"
    )
    cds_hooks_fhir_servers: tuple[str, ...] | None = _setting(
        "",
        names,
        "hosts (or host:port) of the FHIR servers that may be read where prefetch is missing, "
        "between commas; empty: none",
    )

    @staticmethod
    def from_environment(environment: Mapping[str, str] | None = None) -> "Settings":
        """Read every setting; raises `InvalidSettings` with all faults together."""
        environment = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        faults = []
        for spec in fields(Settings):
            name = variable(spec.name)
            text = environment.get(name) or spec.metadata["default"]
            try:
                values[spec.name] = spec.metadata["read"](text) if text else None
            except ValueError as fault:
                faults.append(f"{name}: expected {fault}")
        if faults:
            raise InvalidSettings("\n".join(faults))
        return Settings(**values)


def variable(name: str) -> str:
    """The environment variable of a setting: `grpc_listen` → `LEMS_GUARD_GRPC_LISTEN`."""
    return PREFIX + name.upper()


def settings_table() -> list[tuple[str, str, str]]:
    """Variable, default and meaning of every setting, for README and `--help`."""
    return [
        (variable(spec.name), spec.metadata["default"], spec.metadata["help"])
        for spec in fields(Settings)
    ]


def unknown_settings(environment: Mapping[str, str] | None = None) -> list[str]:
    """Warnings on variables with our prefix that mean nothing, most likely misspelt.

    Only a warning: Kubernetes sets `LEMS_GUARD_PORT` and the like for a Service of our name.
    """
    environment = os.environ if environment is None else environment
    known = [name for name, _, _ in settings_table()]
    warnings = []
    for name in sorted(environment):
        near = difflib.get_close_matches(name, known, 1, 0.8)
        if name.startswith(PREFIX) and name not in known and near:
            warnings.append(f"{name} is no setting (did you mean {near[0]}?)")
    return warnings
