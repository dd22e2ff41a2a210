"""Issuing tokens as an EHR does, with keys made for these tests."""

import json
import time
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

BASE = "https://guard.example.org"
PATH = "/cds-services/lems-guard-order-sign"
ISS = "https://ehr.example.org"
JKU = "https://ehr.example.org/jwks.json"
EC_KEY = ec.generate_private_key(ec.SECP384R1())
OTHER_EC_KEY = ec.generate_private_key(ec.SECP384R1())
SMALL_EC_KEY = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(65537, 2048)
KEYS: dict[str, PrivateKeyTypes] = {"ec": EC_KEY, "rsa": RSA_KEY, "p256": SMALL_EC_KEY}


def jwk(kid: str, key: Any) -> dict[str, Any]:  # noqa: ANN401 - either kind of key
    of_rsa = isinstance(key, rsa.RSAPrivateKey)
    algorithm: Any = RSAAlgorithm if of_rsa else ECAlgorithm
    found: dict[str, Any] = json.loads(algorithm.to_jwk(key.public_key()))
    return found | {"kid": kid, "use": "sig"}


def jwks(**keys: Any) -> bytes:  # noqa: ANN401
    return json.dumps({"keys": [jwk(kid, key) for kid, key in keys.items()]}).encode()


def write_callers(folder: Path, **changed: Any) -> Path:  # noqa: ANN401
    """A file of callers with one EHR and its keys; `changed` are members of the caller."""
    (folder / "ehr.json").write_bytes(jwks(**KEYS))
    issuer = {"iss": ISS, "jwks_file": "ehr.json", "jku": [JKU]}
    caller = {"name": "ehr", "issuer": issuer, "roles": ["check", "feedback"]} | changed
    return write(folder, caller)


def write(folder: Path, *callers: dict[str, Any]) -> Path:
    """A file of callers; JSON is YAML too, where no key stands twice."""
    path = folder / "callers.yaml"
    path.write_text(json.dumps({"callers": callers}), "utf-8")
    return path


def token(
    header: dict[str, Any] | None = None,
    key: Any = EC_KEY,  # noqa: ANN401 - any kind of key
    **claims: object,
) -> str:
    now = int(time.time())
    body: dict[str, Any] = {
        "iss": ISS,
        "aud": f"{BASE}{PATH}",
        "iat": now,
        "exp": now + 300,
        "jti": f"id-{time.monotonic_ns()}",
    }
    body = {name: each for name, each in (body | claims).items() if each is not None}
    head = {"kid": "ec", "alg": "ES384"} | (header or {})
    return jwt.encode(body, key, algorithm=head["alg"], headers=head)


def bearer(text: str) -> str:
    return f"Bearer {text}"
