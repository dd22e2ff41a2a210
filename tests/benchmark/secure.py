"""What TLS and a token cost: processor time of a service that asks for both ÷ one that does not."""

import hashlib
import json
import tempfile
from collections import deque
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import grpc

from benchmark.bodies import checks
from benchmark.figures import Figure, in_turn, ratio
from benchmark.http2 import PATH, PATIENCE_SECONDS
from benchmark.servers import Server, service
from certificates import Authority

TOKEN = "a token of this benchmark"  # noqa: S105 - made for it
IN_FLIGHT = 16
ROUNDS, CALLS = 5, 800


def against_plain() -> dict[str, Figure]:
    """First checks on one kept connection, with TLS, a known token and limits ÷ without."""
    bodies = checks(seed=3)
    with tempfile.TemporaryDirectory() as folder:
        authority = Authority(Path(folder))
        pair = authority.issued("server")
        named = pair.settings().items()
        settings = {name.removeprefix("LEMS_GUARD_"): path for name, path in named}
        with (
            service() as plain,
            service(**settings, CALLERS=str(callers(Path(folder)))) as secure,
            plain.channel() as open_channel,
            grpc.secure_channel(
                f"localhost:{secure.port}",
                grpc.ssl_channel_credentials(authority.certificate.read_bytes()),
            ) as secure_channel,
        ):

            def asked(server: Server, channel: grpc.Channel, *metadata: tuple[str, str]) -> float:
                return cpu_a_call(server, channel, list(islice(bodies, CALLS)), metadata)

            measures = {
                "plain": lambda: asked(plain, open_channel),
                "secure": lambda: asked(
                    secure, secure_channel, ("authorization", f"Bearer {TOKEN}")
                ),
            }
            in_turn(1, measures)  # to warm up
            told = in_turn(ROUNDS, measures)
    return {"secure_vs_plain": ratio(told["secure"], told["plain"])}


def callers(folder: Path) -> Path:
    """A file with ten callers, of whom the last one calls."""
    known = [
        {
            "name": f"caller-{number}",
            "token_sha256": hashlib.sha256(f"{TOKEN}{number}".encode()).hexdigest(),
            "roles": ["check"],
            "calls_per_second": 100_000,
        }
        for number in range(10)
    ]
    known[-1]["token_sha256"] = hashlib.sha256(TOKEN.encode()).hexdigest()
    path = folder / "callers.yaml"
    path.write_text(json.dumps({"callers": known}), "utf-8")
    return path


def cpu_a_call(
    server: Server,
    channel: grpc.Channel,
    bodies: Sequence[bytes],
    metadata: tuple[tuple[str, str], ...],
) -> float:
    """The server's CPU seconds a call, so many of them on the way at once."""
    call: Any = channel.unary_unary(PATH.decode())
    begun, under_way = server.cpu_seconds(), deque[Any]()
    for body in bodies:
        if len(under_way) == IN_FLIGHT:
            under_way.popleft().result()
        under_way.append(call.future(body, timeout=PATIENCE_SECONDS, metadata=metadata))
    for each in under_way:
        each.result()
    return (server.cpu_seconds() - begun) / len(bodies)
