"""The contract's page's examples of calls over HTTP work as they are written."""

import shlex
from pathlib import Path

import pytest

from edges.http.calling import send
from running import Running

ROOT = Path(__file__).parents[3]
AT = "http://127.0.0.1:8080"


@pytest.mark.parametrize("path", ["/v1/", "/lems_guard.v1."])
def test_the_example_works(service: Running, path: str) -> None:
    text = (ROOT / "proto/README.md").read_text("utf-8")
    [block] = [part for part in text.split("```") if f"curl {AT}{path}" in part]
    command = shlex.split(block.removeprefix("sh").replace("\\\n", ""))
    headers = [command[n + 1] for n, word in enumerate(command) if word == "-H"]
    reply = send(
        service.http_at,
        command[1].removeprefix(AT),
        command[command.index("-d") + 1],
        dict(header.split(": ") for header in headers),
    )
    assert reply.status == 200, reply.text
    assert [alert["drug"] for alert in reply.value["alerts"]] == ["ciprofloxacin"]
