"""README's example of `/v1` works as it is written."""

import shlex
from pathlib import Path

from edges.http.calling import send
from running import Running

README = Path(__file__).parents[3] / "README.md"


def test_the_example_of_v1_works(service: Running) -> None:
    text = README.read_text("utf-8")
    [block] = [part for part in text.split("```") if "curl http://127.0.0.1:8080/v1/" in part]
    command = shlex.split(block.removeprefix("sh").replace("\\\n", ""))
    headers = [command[n + 1] for n, word in enumerate(command) if word == "-H"]
    reply = send(
        service.http_at,
        command[1].removeprefix("http://127.0.0.1:8080"),
        command[command.index("-d") + 1],
        dict(header.split(": ") for header in headers),
    )
    assert reply.status == 200, reply.text
    assert [alert["drug"] for alert in reply.value["alerts"]] == ["ciprofloxacin"]
