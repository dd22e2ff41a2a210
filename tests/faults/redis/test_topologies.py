"""Redis with TLS and users, under a Sentinel that fails over, as a Cluster whose slots move."""

import functools
import gc
from pathlib import Path
from typing import Any

import pytest

from lems_guard.editions.library import Edition
from lems_guard.store.clients import NO_TLS, BadAddress, BadCertificate, Tls, connect_to
from redis_servers import (
    Server,
    alone,
    certificates,
    cluster,
    master_port,
    move_slot,
    replica_of,
    replicas_known,
    require_tls,
    running,
    sentinel_for,
    until,
)
from replicas import Replica

# All that a user of the service needs.
RIGHTS = ("on", ">pass word", "resetkeys", "~lems-guard:*", "nocommands", "+get", "+set")


def remembered(edition: Edition, url: str, tls: Tls = NO_TLS) -> None:
    with Replica(edition, url, tls=tls).running() as replica:
        replica.remembers(0, 3)


def shut_out(edition: Edition, url: str, tls: Tls = NO_TLS) -> None:
    """Redis turns us away: it is never in use, and nothing else is amiss."""
    with Replica(edition, url, tls=tls).running(in_use=False) as replica:
        until(lambda: replica.probes_in_vain() >= 2)
        replica.goes_on_without(0, 5)
        assert not replica.store.is_in_use


def test_a_user_needs_no_more_rights_than_to_get_and_set(edition: Edition) -> None:
    with alone() as server:
        server.client.execute_command("ACL", "SETUSER", "guard", *RIGHTS)
        server.client.execute_command("ACL", "SETUSER", "default", "nocommands", "+ping", "+acl")
        remembered(edition, f"redis://guard:pass%20word@127.0.0.1:{server.port}/0")
        shut_out(edition, server.url)
        shut_out(edition, f"redis://guard:wrong@127.0.0.1:{server.port}/0")


def test_in_a_cluster_a_user_asks_where_keys_are_too(edition: Edition) -> None:
    with cluster() as nodes:
        for node in nodes:
            rights = (*RIGHTS, "+cluster|slots", "+command")
            node.client.execute_command("ACL", "SETUSER", "guard", *rights)
        remembered(edition, f"redis+cluster://guard:pass%20word@127.0.0.1:{nodes[0].port}")


def test_tls_with_our_own_authority_and_a_client_certificate(
    edition: Edition, tmp_path: Path
) -> None:
    require_tls()
    paths = certificates(tmp_path)
    files = ("--tls-cert-file", "server.crt", "--tls-key-file", "server.key")
    options = [str(paths.get(each, each)) for each in (*files, "--tls-ca-cert-file", "ca.crt")]
    server = Server(
        ssl=True,
        ssl_ca_certs=str(paths["ca.crt"]),
        ssl_certfile=str(paths["client.crt"]),
        ssl_keyfile=str(paths["client.key"]),
    )
    server.options = ["--port", "0", "--tls-port", str(server.port), *options]
    ours = Tls(paths["ca.crt"], paths["client.crt"], paths["client.key"])
    url = f"rediss://127.0.0.1:{server.port}/0"
    with running(server):
        remembered(edition, url, ours)
        # Without a certificate of ours Redis turns us away; without its own, we turn away.
        shut_out(edition, url, Tls(paths["ca.crt"]))
        shut_out(edition, url, Tls(None, paths["client.crt"], paths["client.key"]))


def test_a_sentinel_fails_over(edition: Edition) -> None:
    with (
        alone("--repl-diskless-sync-delay", "0") as master,
        replica_of(master) as copy,
        sentinel_for(master) as sentinel,
    ):
        until(lambda: replicas_known(sentinel) == 1)
        url = f"redis+sentinel://127.0.0.1:{sentinel.port}/guarded/0"
        with Replica(edition, url).running() as replica:
            replica.remembers(0, 3)
            until(lambda: len(copy.entries()) == len(master.entries()))
            master.kill()
            replica.goes_on_without(0, 50)
            until(lambda: master_port(sentinel) == copy.port)
            replica.in_use()
            replica.remembers(0, 6)
            assert copy.client.info("replication")["role"] == "master"


# redis-py drops a node's connections when it learns the Cluster anew, and warns when they go.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_cluster_moves_a_slot_and_loses_a_node(edition: Edition) -> None:
    with cluster() as nodes:
        url = "redis+cluster://" + ",".join(f"127.0.0.1:{node.port}" for node in nodes[:2])
        with Replica(edition, url).running() as replica:
            replica.remembers(0, 30)
            held = [node.entries() for node in nodes]
            assert all(held)
            # Asked for together, each comes from the node that has it.
            names = [name.decode() for entries in held for name in entries]
            assert {found.result for found in replica.store.get_each(names)} == {"hit"}
            key = min(held[0])
            slot = nodes[0].client.execute_command("CLUSTER", "KEYSLOT", key)
            move_slot(slot, nodes[0], nodes[1], nodes[2:])
            replica.remembers(0, 30)
            assert key in nodes[1].entries()
            nodes[2].kill()
            for _ in range(3):
                replica.ask_many(0, 30)
            # What the other nodes hold is of use again, between attempts at the one that is gone.
            until(lambda: replica.store.is_in_use)
    gc.collect()


@pytest.mark.parametrize(
    "address",
    [
        "",
        "localhost:6379",
        "http://localhost",
        "redis://",
        "redis://localhost:port",
        "redis://localhost/0?socket_timeout=soon",
        "redis+sentinel://localhost:26379",
        "redis+sentinel:///guarded",
        "redis+sentinel://:secret@localhost:26379/guarded/first",
        "redis+cluster://",
        "redis+cluster://localhost:port",
    ],
)
def test_an_address_that_names_no_redis_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(BadAddress) as caught:
        connect_to(address)
    assert "secret" not in str(caught.value)


def test_certificates_that_are_none_are_refused_at_once(tmp_path: Path) -> None:
    none = tmp_path / "ca.crt"
    none.write_text("no certificate", "utf-8")
    with pytest.raises(BadCertificate):
        connect_to("rediss://localhost", Tls(none))


def test_no_client_retries_or_waits_long() -> None:
    for address in ("redis://h", "rediss://h", "redis+sentinel://h/guarded", "redis+cluster://h"):
        connect: Any = connect_to(address)
        # A Cluster's client connects when it is made; what it is made with tells the same.
        is_cluster = isinstance(connect, functools.partial)
        options = connect.keywords if is_cluster else connect().connection_pool.connection_kwargs
        assert (options["socket_timeout"], options["socket_connect_timeout"]) == (0.02, 0.25)
        assert options["retry"].get_retries() == 0
