"""Asking a service over TLS, or without."""

import ssl
import urllib.request

from lems_guard_client import Client, Tls
from lems_guard_client.v1 import prescription_pb2 as wire
from running import Running
from waiting import PATIENCE

REQUEST = wire.CheckPrescriptionRequest(
    proposed=[wire.Medication(id="p1", text="metoprolol 50 mg po bid")]
)


def checked(running: Running, tls: Tls | None, deadline: float = 5) -> int:
    """How many alerts a check brings."""
    with Client(running.grpc_at, tls=tls, deadline=deadline) as asking:
        return len(asking.check(REQUEST).alerts)


def read(address: str, path: str, context: ssl.SSLContext | None) -> str:
    scheme = "http" if context is None else "https"
    url = f"{scheme}://{address}{path}"
    with urllib.request.urlopen(url, timeout=PATIENCE, context=context) as page:  # noqa: S310 - ours
        return str(page.read(), "utf-8")
