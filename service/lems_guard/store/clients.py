"""Redis clients from addresses: standalone, TLS, unix socket, Sentinel, Cluster.

Whatever the address, the client has one budget and retries nothing: redis-py's own ten retries
would hold a call for seconds. Replies are parsed by redis-py itself, not by hiredis: that one makes
a list as long as a reply says before the first of its items has come, and a reply may lie.
"""

import contextlib
import functools
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import ParseResult, parse_qs, unquote, urlparse

from redis import Redis
from redis.backoff import NoBackoff
from redis.cluster import ClusterNode, RedisCluster
from redis.maint_notifications import MaintNotificationsConfig
from redis.retry import Retry
from redis.sentinel import Sentinel

Client: TypeAlias = "Redis | RedisCluster"
# Makes a client. That of a Cluster connects at once, and raises where no node is to be had.
Connect: TypeAlias = Callable[[], Client]

READ_SECONDS = 0.020
# Connecting happens in threads of the store, where a TLS handshake may take its time; no call
# waits longer than READ_SECONDS for anything.
CONNECT_SECONDS = 0.250
# One for each thread that ever asks at once: two that read, one that writes, one that probes.
CONNECTIONS = 4
PORT, SENTINEL_PORT = 6379, 26379
FORMS = (
    "redis://, rediss:// or unix:// as redis-py reads them, "
    "redis[s]+sentinel://HOST:PORT,HOST:PORT/SERVICE[/DB] or redis[s]+cluster://HOST:PORT,HOST:PORT"
)


class BadAddress(ValueError):
    """An address that names no Redis; the message never repeats it, since it holds a password."""


class BadCertificate(ValueError):
    """Certificates or keys that are none."""


class Tls(NamedTuple):
    """What TLS needs besides the address: whose certificates count, and who we are."""

    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def options(self) -> dict[str, Any]:
        """The same in redis-py's words; raises `BadCertificate`."""
        self._try()
        named = {
            "ssl_ca_certs": self.ca,
            "ssl_certfile": self.certificate,
            "ssl_keyfile": self.key,
        }
        return {name: str(path) for name, path in named.items() if path is not None}

    def _try(self) -> None:
        """Read the files now, not when the first connection fails in the background."""
        try:
            context = ssl.create_default_context(cafile=self.ca)
            if self.certificate is not None:
                context.load_cert_chain(self.certificate, self.key)
        except (OSError, ValueError) as fault:
            raise BadCertificate(f"certificates and keys that fit: {fault}") from None


NO_TLS = Tls()


def connect_to(address: str, tls: Tls = NO_TLS) -> Connect:
    """What makes a client of this address; raises `BadAddress`, `BadCertificate`."""
    try:
        url = urlparse(address)
        options = _options(tls if url.scheme.startswith("rediss") else None)
        if url.scheme in {"redis+sentinel", "rediss+sentinel"}:
            return _of_sentinels(url, options)
        if url.scheme in {"redis+cluster", "rediss+cluster"}:
            return _of_cluster(url, options)
        return _alone(address, url, options)
    except BadCertificate:
        raise
    except (ValueError, TypeError, AttributeError):
        raise BadAddress(FORMS) from None


def close(client: Client) -> None:
    """End every connection of a client, those to its Sentinels too. Never raises."""
    pool = getattr(client, "connection_pool", None)
    sentinels: Any = getattr(pool, "sentinel_manager", None)
    for each in (client, *getattr(sentinels, "sentinels", ())):
        with contextlib.suppress(Exception):
            each.close()


def _options(tls: Tls | None) -> dict[str, Any]:
    options: dict[str, Any] = {
        "socket_timeout": READ_SECONDS,
        "socket_connect_timeout": CONNECT_SECONDS,
        "retry": Retry(NoBackoff(), 0),
        # Telling Redis who we are would take round trips, and rights, that nothing needs.
        "driver_info": None,
        "protocol": 2,  # begins without a greeting, and has all that is needed
        "maint_notifications_config": MaintNotificationsConfig(enabled=False),
        "max_connections": CONNECTIONS,
    }
    return options if tls is None else options | tls.options()


def _alone(address: str, url: ParseResult, options: dict[str, Any]) -> Connect:
    if url.scheme not in {"redis", "rediss", "unix"} or not (url.hostname or url.path):
        raise ValueError
    client = Redis.from_url(address, **options)
    return lambda: client


def _of_sentinels(url: ParseResult, options: dict[str, Any]) -> Connect:
    service, _, number = url.path.strip("/").partition("/")
    if not service:
        raise ValueError
    if url.scheme.startswith("rediss"):
        options |= {"ssl": True}
    asked = parse_qs(url.query)
    own = {
        name: asked[f"sentinel_{name}"][0]
        for name in ("username", "password")
        if f"sentinel_{name}" in asked
    }
    sentinels: Any = Sentinel  # has no types
    group = sentinels(_hosts(url, SENTINEL_PORT), sentinel_kwargs={**options, **own})
    master: Redis = group.master_for(service, db=int(number or 0), **_credentials(url), **options)
    return lambda: master


def _of_cluster(url: ParseResult, options: dict[str, Any]) -> Connect:
    nodes = _hosts(url, PORT)
    return functools.partial(
        _connected_cluster,
        nodes,
        # A part of the keys is better than none: what one lost node held is a miss.
        require_full_coverage=False,
        ssl=url.scheme.startswith("rediss"),
        **_credentials(url),
        **options,
    )


def _connected_cluster(nodes: list[tuple[str, int]], **options: Any) -> RedisCluster:  # noqa: ANN401
    node: Any = ClusterNode  # has no types
    return RedisCluster(startup_nodes=[node(*each) for each in nodes], **options)


def _hosts(url: ParseResult, default: int) -> list[tuple[str, int]]:
    hosts = []
    for place in url.netloc.rpartition("@")[2].split(","):
        one = urlparse(f"//{place}")
        if not one.hostname:
            raise ValueError
        hosts.append((one.hostname, one.port or default))
    return hosts


def _credentials(url: ParseResult) -> dict[str, Any]:
    name, _, password = url.netloc.rpartition("@")[0].partition(":")
    told = {"username": unquote(name), "password": unquote(password)}
    return {key: value for key, value in told.items() if value}
