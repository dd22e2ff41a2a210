"""Settings: the only reader of the environment.

Every setting is an environment variable `LEMS_GUARD_*` with a working default; the table in
deploy/README.md is generated from `Settings`.
"""

import difflib
import itertools
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from lems_guard.clinical.errors import InvalidSettings
from lems_guard.clinical.outcome import OverrideReason
from lems_guard.clinical.severity import Jurisdiction
from lems_guard.setting_values import (
    HOW_TO_MAKE_A_KEY,
    Address,
    Anonymous,
    HookAuth,
    LogFormat,
    LogLevel,
    Plaintext,
    RedisReplies,
    Secret,
    Switch,
    WorkbenchDoor,
    address,
    anonymous,
    as_written,
    count,
    country,
    directory,
    exact_origins,
    existing_file,
    file_to_write,
    header_names,
    hook_auth,
    hosts,
    interval,
    jurisdiction,
    key,
    lifetime,
    log_format,
    log_level,
    number,
    origins,
    override_reasons,
    patience,
    plaintext,
    redis_replies,
    seconds,
    switch,
    traces,
    web_address,
    workbench_door,
)

__all__ = [
    "HOW_TO_MAKE_A_KEY",
    "Address",
    "Anonymous",
    "HookAuth",
    "LogFormat",
    "Plaintext",
    "RedisReplies",
    "Settings",
    "Switch",
    "WorkbenchDoor",
    "address",
    "notify_socket",
    "settings_table",
    "unknown_settings",
    "variable",
]

PREFIX = "LEMS_GUARD_"
PORTS = ("grpc_listen", "http_listen", "metrics_listen")
# Settings that were, and what takes their place: whoever still sets one relies on it.
GONE = {
    "LEMS_GUARD_REDIS_SCREENINGS": "LEMS_GUARD_REDIS_REPLIES",
    "LEMS_GUARD_REDIS_NAMES": "LEMS_GUARD_REDIS_REPLIES",
    "LEMS_GUARD_SCREENING_SECONDS": "LEMS_GUARD_REDIS_REPLIES",
    "LEMS_GUARD_CDS_HOOKS_ISSUERS": "LEMS_GUARD_CALLERS",
    "LEMS_GUARD_HTTP_API": "LEMS_GUARD_CALLERS, or LEMS_GUARD_ANONYMOUS",
}


def _setting(default: str, read: Callable[[str], object], help_text: str) -> Any:  # noqa: ANN401
    return field(metadata={"default": default, "read": read, "help": help_text})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, read and checked."""

    grpc_listen: Address = _setting(
        "127.0.0.1:50051", address, "address of the gRPC port; unix:/PATH for a socket"
    )
    http_listen: Address = _setting(
        "127.0.0.1:8080", address, "address of the HTTP port: /v1, CDS Hooks, health, metrics"
    )
    metrics_listen: Address | None = _setting(
        "", address, "address of a port of its own for health and metrics; empty: none"
    )
    tls_certificate: Path | None = _setting(
        "",
        existing_file,
        "our certificate with its chain, as PEM, for all ports; read again when it changes; empty: "
        "plain text",
    )
    tls_key: Path | None = _setting("", existing_file, "its private key, without a password")
    tls_client_ca: Path | None = _setting(
        "",
        existing_file,
        "authorities of clients' certificates: each client must then show one; empty: none does",
    )
    plaintext: Plaintext = _setting(
        "loopback",
        plaintext,
        "where ports may listen without TLS: loopback (this machine and unix sockets), or anywhere "
        "(a mesh or proxy encrypts)",
    )
    callers: Path | None = _setting(
        "",
        existing_file,
        "YAML file of who may call, over every edge, and what (`lems-guard callers token`); read "
        "again when it changes; empty: this machine may do all",
    )
    anonymous: Anonymous = _setting(
        "loopback",
        anonymous,
        "without LEMS_GUARD_CALLERS, what others than this machine may do: loopback (nothing), or "
        "check (whoever comes may check)",
    )
    cors_origins: tuple[str, ...] | None = _setting(
        "",
        exact_origins,
        "web origins whose pages may call /v1 and Connect (CORS), between commas; empty: only our "
        "own pages; those of CDS Hooks have a setting of their own",
    )
    workbench: WorkbenchDoor = _setting(
        "loopback",
        workbench_door,
        "the pages on the HTTP port: loopback (this machine only), on, or off",
    )
    journal: Path | None = _setting(
        "",
        file_to_write,
        "file of what was decided, for whom and by which rules, without a word of the patient: a "
        "line of JSON each; empty: none",
    )
    journal_sync: Switch = _setting(
        "on",
        switch,
        "whether the disk is to keep the journal each second (fsync); off: as the system has it",
    )
    journal_bytes: int = _setting(
        "104857600", count, "size at which the journal goes on in another file"
    )
    journal_days: int = _setting(
        "0", number, "how long files of the journal that are full are kept; 0: for ever"
    )
    jurisdiction: Jurisdiction = _setting(
        "US", jurisdiction, "whose labels apply where a request does not say: US, EU or CH"
    )
    country: str | None = _setting(
        "",
        country,
        "where drugs are sold, by which brands are read where a request does not say: two letters "
        "of ISO 3166-1; empty: not known, and a brand that means two drugs is ambiguous",
    )
    rules: Path | None = _setting(
        "", directory, "folder of the knowledge base; empty: the packaged one"
    )
    vocabulary: Path | None = _setting(
        "",
        existing_file,
        "the site's own RxNorm release, as `vocabulary import-rxnorm` wrote it; empty: none",
    )
    overlay: Path | None = _setting(
        "", existing_file, "YAML file of what this site changes of the rules; empty: nothing"
    )
    max_in_flight: int = _setting(
        "64",
        count,
        "calls under way and waiting at once, over all edges; more are refused at once",
    )
    max_streams: int = _setting(
        "16", count, "CheckPrescriptionStream calls open at once; each holds a thread"
    )
    stream_idle_seconds: float = _setting(
        "300", lifetime, "how long a stream may stay open without an item"
    )
    message_seconds: float = _setting(
        "1", patience, "how long after its headers a call's message may come"
    )
    request_seconds: float = _setting(
        "20",
        patience,
        "how long an HTTP request, headers and body, may take to come before its connection is "
        "closed",
    )
    share_port: Switch = _setting(
        "off",
        switch,
        "whether other processes may listen on the same ports, and the system divides connections "
        "among them: on or off",
    )
    drain_seconds: float = _setting(
        "10", seconds, "how long calls under way may take to end after SIGTERM"
    )
    drain_notice_seconds: float = _setting(
        "0",
        seconds,
        "how long after SIGTERM new calls are still taken, so that balancers see NOT_SERVING first",
    )
    connection_seconds: float = _setting(
        "0",
        seconds,
        "age at which a gRPC connection is renewed, so that clients spread over replicas and leave "
        "one that drains without a failed call; 0: never",
    )
    reload_seconds: float = _setting(
        "5", interval, "how often the rules folder is looked at for changes; 0: only on SIGHUP"
    )
    log_level: LogLevel = _setting(
        "info", log_level, "the least that is logged: info, warning or error"
    )
    log_format: LogFormat = _setting(
        "auto",
        log_format,
        "how it is written: json, a line each; console, for people; or auto: console on a terminal",
    )
    log_calls_per_second: int = _setting(
        "20", number, "answers (and failed calls) logged in a second at most; 0: none"
    )
    reply_cache_bytes: int = _setting(
        "4194304", number, "memory for replies that may be asked for again; 0: none"
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
    redis_replies: RedisReplies = _setting(
        "auto",
        redis_replies,
        "replies that replicas share through Redis: auto (of long lists, which take longer to work "
        "out than to fetch), always, or off",
    )
    redis_ca: Path | None = _setting(
        "", existing_file, "certificates that Redis' own must come from; empty: the system's"
    )
    redis_certificate: Path | None = _setting(
        "", existing_file, "our certificate, where Redis asks for one"
    )
    redis_certificate_key: Path | None = _setting("", existing_file, "its private key")
    outcome_seconds: float = _setting(
        "2592000", lifetime, "how long a reported outcome is known again"
    )
    repeat_seconds: float = _setting(
        "28800", lifetime, "how long the repeat filter remembers what was shown"
    )

    cds_hooks_auth: HookAuth = _setting(
        "jwt",
        hook_auth,
        "CDS Hooks callers: jwt (a token of LEMS_GUARD_CALLERS), or off (this machine only)",
    )
    cds_hooks_url: str | None = _setting(
        "",
        web_address,
        "address that CDS Hooks clients call us by, the audience of their tokens; empty: http:// "
        "(with TLS https://) and the address of the HTTP port; of a unix socket http://localhost",
    )
    cds_hooks_origins: tuple[str, ...] = _setting(
        "*", origins, "web origins whose pages may call CDS Hooks, between commas; *: any"
    )
    cds_hooks_one_id: Switch = _setting(
        "off", switch, "one service id for all hooks, so that clients drop the cards before"
    )
    cds_hooks_headers: tuple[str, ...] = _setting(
        "*", header_names, "request headers that such pages may send, between commas; *: any"
    )
    cds_hooks_fhir_servers: tuple[str, ...] | None = _setting(
        "",
        hosts,
        "hosts (or host:port) of the FHIR servers that may be read where prefetch is missing, "
        "between commas; empty: none",
    )
    cds_hooks_reasons: tuple[OverrideReason, ...] | None = _setting(
        "",
        override_reasons,
        "override reasons that cards offer, between commas, of which those that fit are shown, "
        "five at most; empty: those that fit",
    )
    workbench_url: str | None = _setting(
        "",
        web_address,
        "address by which people reach the workbench, for links of cards, DetectedIssues and "
        "`check` to the rules' pages; empty: no such link",
    )
    traces: str = _setting("off", traces, "spans by OpenTelemetry (extra `otel`): otlp or off")

    def shown(self) -> dict[str, str]:
        """Every setting by its variable, secrets hidden: what `serve` logs when it starts."""
        return {variable(spec.name): as_written(getattr(self, spec.name)) for spec in fields(self)}

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
        faults += _gone(environment)
        faults += _at_odds(values)
        if faults:
            raise InvalidSettings("\n".join(faults))
        return Settings(**values)


def _gone(environment: Mapping[str, str]) -> list[str]:
    """Settings that there were once, each with its successor."""
    return [
        f"{name}: there is no such setting any more: see {successor}"
        for name, successor in GONE.items()
        if environment.get(name)
    ]


def _at_odds(values: Mapping[str, Any]) -> list[str]:
    """Settings that are good one by one, but not together."""
    return [*_same_ports(values), *_half_tls(values)]


def _same_ports(values: Mapping[str, Any]) -> Iterator[str]:
    for name, other in itertools.combinations(PORTS, 2):
        one, two = values.get(name), values.get(other)
        if one and two and one.overlaps(two):
            yield f"{variable(other)}: expected another port than {variable(name)}"


def _half_tls(values: Mapping[str, Any]) -> Iterator[str]:
    certificate, key = values.get("tls_certificate"), values.get("tls_key")
    if bool(certificate) != bool(key):
        lacking, there = ("tls_key", "tls_certificate")[:: 1 if certificate else -1]
        yield f"{variable(lacking)}: expected with {variable(there)}"
    if values.get("tls_client_ca") and not certificate:
        yield f"{variable('tls_certificate')}: expected with {variable('tls_client_ca')}"


def variable(name: str) -> str:
    """The environment variable of a setting: `grpc_listen` → `LEMS_GUARD_GRPC_LISTEN`."""
    return PREFIX + name.upper()


def notify_socket(environment: Mapping[str, str] | None = None) -> str | None:
    """Where the supervisor that started us wants to hear how we are (systemd's `Type=notify`)."""
    environment = os.environ if environment is None else environment
    return environment.get("NOTIFY_SOCKET")


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
