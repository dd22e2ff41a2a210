"""Calls of `/v1` as any HTTP client makes them."""

import http.client
import json
from collections.abc import Mapping
from typing import Any, NamedTuple

from waiting import PATIENCE

CHECK = "/v1/InteractionCheckService/CheckPrescription"
JSON = {"content-type": "application/json"}
METOPROLOL = '{"proposed": [{"id": "p1", "text": "metoprolol 50 mg po bid"}]}'


class Reply(NamedTuple):
    """What came back: status, headers by their names in lower case, and the body."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def value(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.text)
        return found


def send(
    address: str,
    path: str = CHECK,
    body: str | bytes = METOPROLOL,
    headers: Mapping[str, str] = JSON,
    method: str = "POST",
) -> Reply:
    connection = http.client.HTTPConnection(address, timeout=PATIENCE)
    try:
        content = body.encode() if isinstance(body, str) else body
        connection.request(method, path, content, dict(headers))
        response = connection.getresponse()
        told = {name.lower(): value for name, value in response.getheaders()}
        return Reply(response.status, told, response.read().decode())
    finally:
        connection.close()
