"""How a service is reached: its address, encryption, token, deadline and retries."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

import grpc
import grpc.aio

Token: TypeAlias = str | Callable[[], str]
Metadata: TypeAlias = tuple[tuple[str, str], ...]

REQUEST_ID = "x-request-id"
OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.enable_http_proxy", 0),  # a prescription takes no detour
    ("grpc.max_receive_message_length", -1),  # the answer to 500 orders is longer than they are
    ("grpc.keepalive_time_ms", 30_000),  # finds a peer that is gone
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
)
SERVICES = ("InteractionCheckService", "KnowledgeService", "AlertService")
RETRIED = ("UNAVAILABLE", "RESOURCE_EXHAUSTED")
# A token in plain text is anybody's, unless it leaves no machine.
HERE = re.compile(r"unix:.+|((dns:///)?localhost|(ipv4:)?127(\.\d+){3}|(ipv6:)?\[::1\])(:\d+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tls:
    """Encryption, as PEM: whom to believe (none: the usual authorities), and who we are."""

    ca: bytes | None = None
    certificate: bytes | None = None
    key: bytes | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("a client's certificate and its key belong together: give both")

    @classmethod
    def of_files(
        cls,
        *,
        ca: str | Path | None = None,
        certificate: str | Path | None = None,
        key: str | Path | None = None,
    ) -> "Tls":
        """Read each from its file; raises `OSError` where one cannot be read."""
        given = {"ca": ca, "certificate": certificate, "key": key}
        return cls(**{name: Path(file).read_bytes() for name, file in given.items() if file})

    def credentials(self) -> grpc.ChannelCredentials:
        """The same for gRPC."""
        return grpc.ssl_channel_credentials(self.ca, self.key, self.certificate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """How often a call is tried in all (1 to 5), and the pauses between, in seconds.

    A server that refuses says itself when to come again. Where a tenth of calls fail, none is
    tried again.
    """

    attempts: int = 3
    first_seconds: float = 0.05
    longest_seconds: float = 0.5

    def __post_init__(self) -> None:
        if not 1 <= self.attempts <= 5:
            raise ValueError("attempts: 1 (never again) to 5, which is the most that gRPC tries")

    def service_config(self) -> str:
        """The same as gRPC's service config, which also spreads calls over all addresses."""
        config: dict[str, object] = {"loadBalancingConfig": [{"round_robin": {}}]}
        if self.attempts > 1:
            names = [{"service": f"lems_guard.v1.{each}"} for each in SERVICES]
            config["methodConfig"] = [{"name": names, "retryPolicy": self._policy()}]
            config["retryThrottling"] = {"maxTokens": 10, "tokenRatio": 0.1}
        return json.dumps(config)

    def _policy(self) -> dict[str, object]:
        return {
            "maxAttempts": self.attempts,
            "initialBackoff": f"{self.first_seconds}s",
            "maxBackoff": f"{self.longest_seconds}s",
            "backoffMultiplier": 2,
            "retryableStatusCodes": list(RETRIED),
        }


class Connection:
    """A service's address, and everything that each call to it takes along."""

    def __init__(self, target: str, tls: Tls | None, token: Token | None, retry: Retry) -> None:
        """Raises `ValueError` for a token that plain text would carry to another machine."""
        if token is not None and tls is None and not HERE.fullmatch(target):
            raise ValueError(f"a token is not sent to {target} in plain text: give tls=Tls(…)")
        self.target = target
        self._tls = tls
        self._token = token
        self._options = (*OPTIONS, ("grpc.service_config", retry.service_config()))

    def channel(self) -> grpc.Channel:
        """A channel that connects with its first call."""
        if self._tls is None:
            return grpc.insecure_channel(self.target, options=self._options)
        return grpc.secure_channel(self.target, self._tls.credentials(), options=self._options)

    def aio_channel(self) -> grpc.aio.Channel:
        """The same for asyncio."""
        if self._tls is None:
            return grpc.aio.insecure_channel(self.target, options=self._options)
        return grpc.aio.secure_channel(self.target, self._tls.credentials(), options=self._options)

    def metadata(self, request_id: str | None) -> Metadata:
        """What a call carries beside its message: its own id, and who calls."""
        told = ((REQUEST_ID, request_id or str(uuid4())),)
        if self._token is None:
            return told
        token = self._token if isinstance(self._token, str) else self._token()
        return (*told, ("authorization", f"Bearer {token}"))
