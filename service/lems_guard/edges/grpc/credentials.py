"""The gRPC port's TLS: every new connection gets the certificate that is in force then."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import grpc

if TYPE_CHECKING:
    from lems_guard.edges.certificates import Certificates, Pem


def server_credentials(certificates: "Certificates") -> grpc.ServerCredentials:
    """What a port is secured by, at TLS 1.2 or newer; clients show a certificate where asked."""
    given = certificates.pem()
    renewing: Any = _renewing(certificates, given)  # its types do not know that it may give none
    return grpc.dynamic_ssl_server_credentials(
        configuration(given), renewing, certificates.asks_clients
    )


def configuration(pem: "Pem") -> grpc.ServerCertificateConfiguration:
    """A certificate as gRPC takes it."""
    return grpc.ssl_server_certificate_configuration([(pem.key, pem.certificate)], pem.client_ca)


def _renewing(
    certificates: "Certificates", given: "Pem"
) -> Callable[[], grpc.ServerCertificateConfiguration | None]:
    """Asked by gRPC at each handshake; `None` leaves what it has."""

    def renewed() -> grpc.ServerCertificateConfiguration | None:
        nonlocal given
        pem = certificates.pem()
        if pem == given:
            return None
        given = pem
        return configuration(pem)

    return renewed
