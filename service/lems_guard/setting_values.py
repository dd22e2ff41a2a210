"""What settings may be: each kind of value, read from its text."""

import enum
import os
import re
from dataclasses import dataclass
from pathlib import Path

from lems_guard.clinical.country import COUNTRIES
from lems_guard.clinical.outcome import OverrideReason
from lems_guard.clinical.severity import Jurisdiction

HOST = re.compile(r"[\w.-]+|\[[0-9a-f:.]+(%\w+)?\]", re.IGNORECASE)
# A host as addresses name it, IPv6 without brackets, and perhaps its port.
HOST_AND_PORT = re.compile(r"[a-z0-9._-]+(:[0-9]{1,5})?|[0-9a-f:]+")
HEADER_NAME = re.compile(r"\*|[a-z0-9!#$%&'^_`|~.+-]{1,64}")  # RFC 9110, 5.1
EXACT_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://([a-z0-9._-]+|\[[0-9a-f:]+\])(:[0-9]{1,5})?")
ORIGIN = re.compile(rf"\*|null|{EXACT_ORIGIN.pattern}")
ALL_OF_A_HOST = frozenset({"0.0.0.0", "::"})  # noqa: S104 - recognised, not listened on
UNIX = "unix:"
LONGEST_SOCKET_PATH = 107  # what systems have room for
MOST_DIGITS = 18
SHORTEST_INTERVAL = 0.1
HOW_TO_MAKE_A_KEY = "make one with `openssl rand -hex 32`"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a port listens: port 0 takes any free one; a `path` is that of a unix socket."""

    host: str
    port: int
    path: str = ""

    def overlaps(self, other: "Address") -> bool:
        """Whether callers of one would reach the other, whichever had it first."""
        if self.path or other.path:
            return self.path == other.path
        hosts = {each.replace("localhost", "127.0.0.1") for each in (self.host, other.host)}
        return self.port == other.port != 0 and (len(hosts) == 1 or bool(hosts & ALL_OF_A_HOST))

    def __str__(self) -> str:
        if self.path:
            return f"{UNIX}{self.path}"
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def address(text: str) -> Address:
    """An address from `HOST:PORT`, `[IPV6]:PORT` or `unix:PATH`; raises `ValueError`."""
    if text.startswith(UNIX):
        return Address("", 0, _socket_path(text.removeprefix(UNIX)))
    host, _, port = text.rpartition(":")
    if not HOST.fullmatch(host) or not (port.isascii() and port.isdecimal()) or int(port) > 65535:
        raise ValueError("HOST:PORT, such as 127.0.0.1:50051 or [::1]:50051, or unix:/PATH")
    return Address(host.strip("[]"), int(port))


def _socket_path(path: str) -> str:
    if not path.startswith("/") or "\0" in path or len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
        raise ValueError(f"unix:/PATH, of at most {LONGEST_SOCKET_PATH} bytes")
    return path


def jurisdiction(text: str) -> Jurisdiction:
    """US, EU or CH; raises `ValueError`."""
    try:
        return Jurisdiction[text.upper()]
    except KeyError:
        raise ValueError("US, EU or CH") from None


def country(text: str) -> str:
    """Two letters of ISO 3166-1; raises `ValueError`."""
    if text.upper() not in COUNTRIES:
        raise ValueError("two letters of ISO 3166-1, such as DE")
    return text.upper()


def directory(text: str) -> Path:
    """A folder that exists; raises `ValueError`."""
    path = Path(text)
    if not path.is_dir():
        raise ValueError("an existing folder of rules")
    return path


def file_to_write(text: str) -> Path:
    """A file that is there or can be made; raises `ValueError`."""
    path = Path(text)
    if path.is_dir() or not path.parent.is_dir():
        raise ValueError("a file in a folder that is there")
    return path


def count(text: str) -> int:
    """A whole number above zero; raises `ValueError`."""
    if not _is_number(text) or int(text) == 0:
        raise ValueError("a whole number above 0")
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS


def number(text: str) -> int:
    """A whole number, 0 included; raises `ValueError`."""
    if not _is_number(text):
        raise ValueError("a whole number")
    return int(text)


def seconds(text: str) -> float:
    """A number of seconds from 0 to an hour; raises `ValueError`."""
    return _between(text, 0, 3600)


def interval(text: str) -> float:
    """A number of seconds from a tenth to an hour, or 0; raises `ValueError`."""
    found = seconds(text)
    if 0 < found < SHORTEST_INTERVAL:
        raise ValueError(f"seconds, 0 or {SHORTEST_INTERVAL} to 3600")
    return found


def patience(text: str) -> float:
    """A number of seconds from a tenth to an hour; raises `ValueError`."""
    return _between(text, 0.1, 3600)


def lifetime(text: str) -> float:
    """A number of seconds from one to a year; raises `ValueError`."""
    return _between(text, 1, 31_536_000)


def _between(text: str, least: float, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not least <= value <= most:
        raise ValueError(f"seconds, {least} to {most}")
    return value


class Switch(enum.Enum):
    """Whether something is done."""

    ON = "on"
    OFF = "off"


def switch(text: str) -> Switch:
    """On or off; raises `ValueError`."""
    try:
        return Switch(text.lower())
    except ValueError:
        raise ValueError("on or off") from None


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


class RedisReplies(enum.Enum):
    """Which replies replicas share through Redis: those that pay, every one, or none."""

    AUTO = "auto"
    ALWAYS = "always"
    OFF = "off"


def redis_replies(text: str) -> RedisReplies:
    """Which replies are shared, auto, always or off; raises `ValueError`."""
    try:
        return RedisReplies(text.lower())
    except ValueError:
        raise ValueError("auto, always or off") from None


def web_address(text: str) -> str:
    """An http or https address without query; raises `ValueError`."""
    scheme, separator, rest = text.partition("://")
    if scheme not in {"http", "https"} or not separator or not rest or set(rest) & set("?# "):
        raise ValueError("an address such as https://guard.example.org")
    return text.rstrip("/")


def hosts(text: str) -> tuple[str, ...]:
    """Hosts between commas; raises `ValueError`."""
    return _names(text, HOST_AND_PORT, "hosts or host:port, such as fhir.example.org")


def origins(text: str) -> tuple[str, ...]:
    """Web origins between commas; raises `ValueError`."""
    return _names(text, ORIGIN, "*, or origins without a path, such as https://ehr.example.org")


def exact_origins(text: str) -> tuple[str, ...]:
    """Web origins between commas, each a page's very own; raises `ValueError`."""
    return _names(text, EXACT_ORIGIN, "origins without a path, such as https://ehr.example.org")


def header_names(text: str) -> tuple[str, ...]:
    """Names of HTTP headers between commas; raises `ValueError`."""
    return _names(text, HEADER_NAME, "*, or names of headers, such as authorization")


def override_reasons(text: str) -> tuple[OverrideReason, ...]:
    """Override reasons between commas, such as "emergency"; raises `ValueError`."""
    named = {each.name.lower().replace("_", "-"): each for each in OverrideReason}
    asked = [part.strip() for part in text.split(",") if part.strip()]
    if not named.keys() >= {*asked}:
        raise ValueError(f"some of {', '.join(named)}, between commas")
    return tuple(named[each] for each in asked)


def _names(text: str, form: re.Pattern[str], expected: str) -> tuple[str, ...]:
    """Names between commas, in small letters, as they are compared."""
    names = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    if not names or not all(map(form.fullmatch, names)):
        raise ValueError(f"{expected}, between commas")
    return names


def traces(text: str) -> str:
    """What traces are sent by, otlp or off; raises `ValueError`."""
    if text not in ("otlp", "off"):
        raise ValueError("otlp or off")
    return text


class LogLevel(enum.Enum):
    """The least that is logged."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def log_level(text: str) -> LogLevel:
    """The least that is logged: info, warning or error; raises `ValueError`."""
    try:
        return LogLevel(text.lower())
    except ValueError:
        raise ValueError("info, warning or error") from None


class LogFormat(enum.Enum):
    """How a line of the log is written."""

    AUTO = "auto"
    JSON = "json"
    CONSOLE = "console"


def log_format(text: str) -> LogFormat:
    """How lines are written: auto, json or console; raises `ValueError`."""
    try:
        return LogFormat(text.lower())
    except ValueError:
        raise ValueError("auto, json or console") from None


class Anonymous(enum.Enum):
    """What those may do who do not say who they are, from elsewhere than this machine."""

    LOOPBACK = "loopback"
    CHECK = "check"


class WorkbenchDoor(enum.Enum):
    """Whom the pages are for."""

    LOOPBACK = "loopback"
    ON = "on"
    OFF = "off"


def workbench_door(text: str) -> WorkbenchDoor:
    """loopback, on or off; raises `ValueError`."""
    try:
        return WorkbenchDoor(text)
    except ValueError:
        raise ValueError("loopback, on or off") from None


def anonymous(text: str) -> Anonymous:
    """What is open without saying who calls, loopback or check; raises `ValueError`."""
    try:
        return Anonymous(text.lower())
    except ValueError:
        raise ValueError("loopback or check") from None


class Plaintext(enum.Enum):
    """Where ports may listen without TLS."""

    LOOPBACK = "loopback"
    ANYWHERE = "anywhere"


def plaintext(text: str) -> Plaintext:
    """Where plain text may be spoken, loopback or anywhere; raises `ValueError`."""
    try:
        return Plaintext(text.lower())
    except ValueError:
        raise ValueError("loopback or anywhere") from None


def as_written(value: object) -> str:
    """A setting as one would write it."""
    if value is None:
        return ""
    if isinstance(value, Secret):
        return "(hidden)"
    if isinstance(value, Jurisdiction):
        return value.name
    if isinstance(value, tuple):
        return ",".join(value)
    if isinstance(value, float):
        return str(value).removesuffix(".0")
    return str(value.value if isinstance(value, enum.Enum) else value)
