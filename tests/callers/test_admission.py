"""`/v1` asks nobody who they are: it must reach no further than the operator says."""

import pytest

from lems_guard.callers.admission import FOR_LOOPBACK, IS_OFF, Admission
from lems_guard.setting_values import Address, JsonApi, json_api

HERE, ANYWHERE = Address("127.0.0.1", 8080), Address("0.0.0.0", 8080)  # noqa: S104


@pytest.mark.parametrize(
    ("api", "listen", "headers", "refusal", "reason"),
    [
        ("loopback", HERE, {"host": "127.0.0.1:8080"}, "", "a program on this machine"),
        ("loopback", HERE, {"host": "localhost:8080"}, "", "a person on this machine"),
        ("loopback", Address("::1", 8080), {"host": "[::1]:8080"}, "", "by IPv6"),
        ("loopback", HERE, {"host": "[::1]"}, "", "without a port"),
        ("loopback", HERE, {"host": "localhost.evil.example"}, FOR_LOOPBACK, "a name rebound"),
        ("loopback", HERE, {"host": "127.0.0.1.evil.example"}, FOR_LOOPBACK, "a name rebound"),
        ("loopback", HERE, {}, FOR_LOOPBACK, "no name at all"),
        (
            "loopback",
            HERE,
            {"host": "127.0.0.1", "forwarded": "for=10.0.0.1"},
            FOR_LOOPBACK,
            "a proxy brings strangers",
        ),
        ("loopback", ANYWHERE, {"host": "127.0.0.1:8080"}, FOR_LOOPBACK, "anyone can say so"),
        ("on", ANYWHERE, {"host": "guard.example.org"}, "", "the operator opened it"),
        ("on", HERE, {"host": "guard.example.org", "via": "1.1 proxy"}, "", "behind a proxy"),
        ("off", HERE, {"host": "127.0.0.1:8080"}, IS_OFF, "closed to all"),
    ],
)
def test_admission(
    api: str, listen: Address, headers: dict[str, str], refusal: str, reason: str
) -> None:
    assert Admission(json_api(api), listen).refusal(headers) == refusal, reason


def test_a_setting_that_means_nothing_is_refused() -> None:
    assert json_api("ON") is JsonApi.ON
    with pytest.raises(ValueError, match="loopback, on or off"):
        json_api("maybe")
