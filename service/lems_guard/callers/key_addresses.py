"""Reading an issuer's JWKS address: over TLS, small, soon, and never redirected."""

import time
from urllib.parse import urlsplit

import httpx2

from lems_guard.callers.loopback import is_loopback

SECONDS = 2.0
MOST_BYTES = 65_536


class UnfitAddress(Exception):
    """An address that keys are not read from, or an answer that holds none."""


def get_keys(url: str) -> bytes:
    """What stands at the address; raises when that cannot be had."""
    parts = urlsplit(url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        raise UnfitAddress
    with (
        httpx2.Client(follow_redirects=False, trust_env=False, timeout=SECONDS) as client,
        client.stream("GET", url, headers={"accept": "application/json"}) as response,
    ):
        content, ends = bytearray(), time.monotonic() + SECONDS
        for chunk in response.iter_bytes():
            content += chunk
            # One that comes by drips would never be given up.
            if len(content) > MOST_BYTES or time.monotonic() > ends:
                raise UnfitAddress
        if response.status_code != httpx2.codes.OK:
            raise UnfitAddress
        return bytes(content)
