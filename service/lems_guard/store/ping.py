"""One question to Redis, by the very client that the service would use."""

import time

from lems_guard.store.clients import Tls, close, connect_to


def ping(address: str, tls: Tls) -> float:
    """The seconds that Redis took to answer, connecting included; raises what the client does."""
    connect = connect_to(address, tls)
    begun = time.perf_counter()
    client = connect()
    try:
        client.get("lems-guard:ping")
        return time.perf_counter() - begun
    finally:
        close(client)
