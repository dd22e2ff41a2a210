"""What is said of how a service was set up, and the address that it takes for its own."""

import pytest

from lems_guard.exposure import base_url, notices
from lems_guard.settings import Settings

ELSEWHERE = {"GRPC_LISTEN": "0.0.0.0:1", "HTTP_LISTEN": "0.0.0.0:2"}
ANYWHERE = {"PLAINTEXT": "anywhere"}


def settings(**named: str) -> Settings:
    return Settings.from_environment({f"LEMS_GUARD_{name}": each for name, each in named.items()})


@pytest.mark.parametrize(
    ("named", "said", "why"),
    [
        ({}, [], "nothing is open"),
        (ANYWHERE, [], "nothing but this machine is spoken to"),
        (ELSEWHERE, [], "it is refused at the start, and nobody has said anywhere"),
        (ELSEWHERE | ANYWHERE, ["PLAINTEXT=anywhere"], "others read it on its way"),
        ({"ANONYMOUS": "check"}, ["ANONYMOUS=check"], "nobody knows who checks"),
        ({"WORKBENCH": "on"}, ["WORKBENCH=on"], "nor who sees the pages"),
        ({"WORKBENCH": "on", "CALLERS": "/etc/hostname"}, [], "all are asked"),
        ({"CDS_HOOKS_AUTH": "off"}, ["authentication is off"], "nor which program calls"),
    ],
)
def test_what_is_open_is_said(named: dict[str, str], said: list[str], why: str) -> None:
    told = notices(settings(**named))
    assert len(told) == len(said), why
    assert all(words in each for words, each in zip(said, told, strict=True)), why


@pytest.mark.parametrize(
    ("named", "address"),
    [
        ({}, "http://127.0.0.1:8080"),
        ({"HTTP_LISTEN": "unix:/run/guard.sock"}, "http://localhost"),
        ({"CDS_HOOKS_URL": "https://guard.example.org"}, "https://guard.example.org"),
        (
            {"TLS_CERTIFICATE": "/etc/hostname", "TLS_KEY": "/etc/hostname"},
            "https://127.0.0.1:8080",
        ),
    ],
)
def test_what_tokens_are_for_where_no_address_is_set(named: dict[str, str], address: str) -> None:
    assert base_url(settings(**named)) == address
