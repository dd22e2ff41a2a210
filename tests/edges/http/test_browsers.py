"""What pages from elsewhere may not do, and what browsers are told of every reply."""

import pytest

from edges.http.calling import CHECK, JSON, send
from running import Running

SIGN = "/cds-services/lems-guard-order-sign"


@pytest.mark.parametrize(
    ("headers", "status", "why"),
    [
        ({}, 200, "a program says nothing of an origin"),
        ({"origin": "http://{at}"}, 200, "our own page"),
        ({"origin": "https://{at}"}, 200, "our own page, and a proxy ended its TLS"),
        ({"origin": "http://evil.example"}, 403, "another's page"),
        ({"origin": "http://{at}.evil.example"}, 403, "a name that begins like ours"),
        ({"origin": "http://evil.example/{at}"}, 403, "a name that ends like ours"),
        ({"origin": "null"}, 403, "a sandboxed page, or a file"),
        ({"origin": ""}, 403, "nothing is no origin"),
        ({"origin": "http://[::1"}, 403, "no address"),
        ({"sec-fetch-site": "cross-site"}, 403, "the browser says so"),
        ({"sec-fetch-site": "same-site"}, 403, "another host of the same domain"),
        ({"sec-fetch-site": "same-origin"}, 200, "our own page"),
    ],
)
def test_only_our_own_pages_may_post(
    service: Running, headers: dict[str, str], status: int, why: str
) -> None:
    told = {name: value.replace("{at}", service.http_at) for name, value in headers.items()}
    reply = send(service.http_at, headers=JSON | told)
    assert reply.status == status, why
    assert "access-control-allow-origin" not in reply.headers


@pytest.mark.parametrize(
    ("method", "path", "policy"),
    [
        ("GET", "/", "same-origin"),
        ("GET", "/livez", "same-origin"),
        ("GET", "/readyz", "same-origin"),
        ("GET", "/metrics", "same-origin"),
        ("GET", "/nothing-here", "same-origin"),
        ("POST", CHECK, "same-origin"),
        ("PUT", CHECK, "same-origin"),
        ("GET", "/cds-services", "cross-origin"),
        ("POST", SIGN, "cross-origin"),
    ],
)
def test_every_reply_tells_how_it_may_be_used(
    service: Running, method: str, path: str, policy: str
) -> None:
    headers = send(service.http_at, path, headers=JSON, method=method).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-resource-policy"] == policy
    assert "default-src 'none'" in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers
    assert "strict-transport-security" not in headers
