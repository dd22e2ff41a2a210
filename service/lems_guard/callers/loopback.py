"""Whether an address is this very machine."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether a host is this machine and can be no other."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"
