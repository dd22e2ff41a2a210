"""One question to Redis, by the very client that the service would use."""

import time

from lems_guard.store.clients import Tls, client_of


async def ping(address: str, tls: Tls) -> float:
    """The seconds that Redis took to answer, connecting included; raises what the client does."""
    client = client_of(address, tls)
    begun = time.perf_counter()
    try:
        await client.get("lems-guard:ping")
        return time.perf_counter() - begun
    finally:
        await client.aclose()
