"""How a service is reached: encrypted, known to it, and with the retries that the contract asks."""

import json
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NoReturn

import grpc
import pytest

from lems_guard_client import Client, Retry, Tls, UnavailableError
from lems_guard_client.v1 import interaction_check_service_pb2_grpc as rpc
from lems_guard_client.v1.prescription_pb2 import CheckPrescriptionRequest
from lems_guard_client.v1.screening_pb2 import CheckPrescriptionResponse
from system_programs import program

ROOT = Path(__file__).parents[2]
REQUEST = CheckPrescriptionRequest()


class Named(rpc.InteractionCheckServiceServicer):
    """Answers with whom the client's certificate names."""

    def CheckPrescription(  # noqa: N802 - the contract's name
        self,
        request: CheckPrescriptionRequest,  # noqa: ARG002
        context: grpc.ServicerContext,
    ) -> CheckPrescriptionResponse:
        told: dict[str, list[bytes]] = dict(context.auth_context())  # type: ignore[arg-type]
        (name,) = told.get("x509_common_name", [b"nobody"])
        return CheckPrescriptionResponse(decision_id=name.decode())

    def CheckPrescriptionStream(  # noqa: N802 - the contract's name
        self, request_iterator: object, context: grpc.ServicerContext
    ) -> NoReturn:
        raise NotImplementedError


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An authority `ca`, and what it signed for a `server` and a `client`."""
    folder = tmp_path_factory.mktemp("keys")
    new = (program("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt")
    for name in ("ca", "server", "client"):
        signed = () if name == "ca" else ("-CA", "ca.pem", "-CAkey", "ca.key")
        extension = ("-addext", "subjectAltName=DNS:localhost")
        files = ("-nodes", "-keyout", f"{name}.key", "-out", f"{name}.pem", "-days", "2")
        subject = ("-subj", f"/CN={name}")
        command = (*new, "ec_paramgen_curve:P-256", *files, *subject, *extension, *signed)
        subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder


@pytest.fixture(params=["any client", "a known client"])
def port(keys: Path, request: pytest.FixtureRequest) -> Iterator[int]:
    """An encrypted service: for any client, or for those with a certificate of the authority."""
    pair = ((keys / "server.key").read_bytes(), (keys / "server.pem").read_bytes())
    authority = (keys / "ca.pem").read_bytes() if request.param == "a known client" else None
    server = grpc.server(ThreadPoolExecutor(2))
    rpc.add_InteractionCheckServiceServicer_to_server(Named(), server)
    credentials = grpc.ssl_server_credentials([pair], authority, authority is not None)
    number = server.add_secure_port("localhost:0", credentials)
    server.start()
    yield number
    server.stop(None).wait()


def test_a_client_shows_who_it_is(keys: Path, port: int) -> None:
    tls = Tls.of_files(ca=keys / "ca.pem", certificate=keys / "client.pem", key=keys / "client.key")
    with Client(f"localhost:{port}", tls=tls, deadline=20) as client:
        assert client.check(REQUEST).decision_id in {"client", "nobody"}


@pytest.mark.parametrize("port", ["a known client"], indirect=True)
def test_the_certificate_is_what_the_service_sees(keys: Path, port: int) -> None:
    files = {name: keys / f"client.{end}" for name, end in (("certificate", "pem"), ("key", "key"))}
    tls = Tls.of_files(ca=keys / "ca.pem", **files)
    with Client(f"localhost:{port}", tls=tls, deadline=20) as client:
        assert client.check(REQUEST).decision_id == "client"


@pytest.mark.parametrize("port", ["a known client"], indirect=True)
def test_without_a_certificate_nobody_is_let_in(keys: Path, port: int) -> None:
    with (
        Client(f"localhost:{port}", tls=Tls.of_files(ca=keys / "ca.pem"), deadline=20) as client,
        pytest.raises(UnavailableError),
    ):
        client.check(REQUEST)


@pytest.mark.parametrize("port", ["any client"], indirect=True)
@pytest.mark.parametrize("tls", [None, Tls()])
def test_a_service_that_is_not_to_be_believed_is_asked_nothing(port: int, tls: Tls | None) -> None:
    """Plain text, or a certificate of an authority that nobody here knows."""
    with (
        Client(f"localhost:{port}", tls=tls, deadline=20) as client,
        pytest.raises(UnavailableError),
    ):
        client.check(REQUEST)


def test_a_key_is_not_shown() -> None:
    assert "secret" not in repr(Tls(certificate=b"c", key=b"secret"))


@pytest.mark.parametrize("given", [{"certificate": b"c"}, {"key": b"k"}])
def test_a_certificate_needs_its_key(given: dict[str, bytes]) -> None:
    with pytest.raises(ValueError, match="give both"):
        Tls(**given)


@pytest.mark.parametrize(
    "target",
    [
        "lems.example.org:50051",
        "10.0.0.7:50051",
        "dns:///lems:50051",
        "localhost.evil.org:1",
        "127.0.0.1.evil.org:1",
        "",
    ],
)
def test_a_token_does_not_leave_in_plain_text(target: str) -> None:
    with pytest.raises(ValueError, match="plain text"):
        Client(target, token="secret")  # noqa: S106 - no secret


@pytest.mark.parametrize(
    "target", ["localhost:1", "127.0.0.1:1", "[::1]:1", "unix:/run/x", "dns:///localhost:1"]
)
def test_a_token_may_go_to_this_machine(target: str) -> None:
    Client(target, token="secret").close()  # noqa: S106 - no secret


def test_a_token_may_go_encrypted() -> None:
    Client("lems.example.org:443", token="secret", tls=Tls()).close()  # noqa: S106 - no secret


def test_retries_are_those_that_the_contract_asks_for() -> None:
    page = (ROOT / "proto/README.md").read_text("utf-8")
    (asked,) = re.findall(r"```json\n(\{\n  \"loadBalancingConfig.*?)```", page, re.DOTALL)
    assert json.loads(Retry().service_config()) == json.loads(asked)


def test_without_retries_calls_still_go_round() -> None:
    config = json.loads(Retry(attempts=1).service_config())
    assert config == {"loadBalancingConfig": [{"round_robin": {}}]}


@pytest.mark.parametrize("attempts", [0, 6])
def test_more_tries_than_grpc_makes_are_refused(attempts: int) -> None:
    with pytest.raises(ValueError, match="attempts"):
        Retry(attempts=attempts)
