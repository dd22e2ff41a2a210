"""`serve`, `demo`, and `check` against a service that runs."""

import json
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from cli.conftest import ENVIRONMENT, Run, prescription
from lems_guard.answering.proto_json import read_request
from lems_guard.cli import demo, remote
from lems_guard.cli.reach import Reach
from lems_guard.settings import Address, address, settings_table
from waiting import PATIENCE


@pytest.fixture(scope="module")
def service() -> Iterator[Address]:
    with demo.running_service() as where:
        yield where


def test_a_service_gives_the_answer_of_this_process(lems_guard: Run, service: Address) -> None:
    words = ("metoprolol po", "--active", "amifampridine", "--as-of", "2026-11-21")
    alone = lems_guard("check", *words)
    asked = lems_guard("check", *words, "--server", service)
    assert alone.code == asked.code == 1
    assert alone.out == asked.out


def test_a_service_names_every_fault(lems_guard: Run, service: Address) -> None:
    words = ("x", "--weight", "-3", "--as-of", "yesterday")
    alone = lems_guard("check", *words)
    asked = lems_guard("check", *words, "--server", service)
    assert alone.code == asked.code == 2
    assert alone.err == asked.err


def test_a_service_that_hangs_is_left_in_time(lems_guard: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as hung:
        address = f"127.0.0.1:{hung.getsockname()[1]}"
        ran = lems_guard("check", "x", "--server", address, "--timeout", "0.3")
    assert ran.code == 4
    assert ran.err.startswith("NOT checked: 127.0.0.1:")
    assert "no answer within 0.3 seconds" in ran.err


def test_help_lists_every_setting(program: Run) -> None:
    ran = program("serve", "--help")
    for name, default, _ in settings_table():
        assert f"{name}={default}" in ran.out


def test_all_faults_of_the_settings_are_told(program: Run) -> None:
    ran = program("serve", LEMS_GUARD_GRPC_LISTEN="x", LEMS_GUARD_JURISDICTION="UK")
    assert ran.code == 2
    assert "LEMS_GUARD_GRPC_LISTEN: expected HOST:PORT" in ran.err
    assert "LEMS_GUARD_JURISDICTION: expected US, EU or CH" in ran.err


def test_rules_that_do_not_compile_are_told(program: Run, tmp_path: object) -> None:
    ran = program("serve", LEMS_GUARD_RULES=str(tmp_path))
    assert ran.code == 2
    assert ran.err.startswith("the knowledge base cannot be used:\n")


def test_a_misspelt_setting_is_warned_of(program: Run, tmp_path: object) -> None:
    ran = program("serve", LEMS_GUARD_RULES=str(tmp_path), LEMS_GUARD_GRPC_LISTN="x")
    assert "did you mean LEMS_GUARD_GRPC_LISTEN?" in ran.err


def test_the_demo_shows_what_it_sends_and_gets(program: Run) -> None:
    ran = program("demo")
    assert ran.code == 0, ran.err
    assert demo.example().decode() in ran.out
    assert re.search(r"▲ AVOID {2}metoprolol", ran.out)
    assert "Has the patient ever had a seizure?" in ran.out
    doors = ran.out.partition("Three doors from here:")[2]
    for page in ("rules/README.md", "proto/README.md", "deploy/README.md"):
        assert page in doors


def test_the_demo_leaves_no_service_behind() -> None:
    with demo.running_service() as where:
        pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((where.host, where.port), timeout=5)


def test_a_demo_that_is_ended_leaves_no_service_behind() -> None:
    endless = (
        "import time\nfrom lems_guard.cli.demo import running_service\n"
        "with running_service() as where:\n    print(where, flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", endless], stdout=subprocess.PIPE, env=ENVIRONMENT
    ) as ended:
        assert ended.stdout
        where = address(ended.stdout.readline().decode().strip())
        ended.terminate()
        assert ended.wait(PATIENCE) == 128 + signal.SIGTERM
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((where.host, where.port), timeout=5)


def test_a_demo_whose_service_fails_says_why(program: Run) -> None:
    ran = program("demo", LEMS_GUARD_DRAIN_SECONDS="soon")
    assert ran.code == 4
    assert "the service did not start" in ran.err
    assert "LEMS_GUARD_DRAIN_SECONDS: expected seconds" in ran.err


def test_the_example_is_a_request() -> None:
    request = read_request(demo.example())
    assert [order.id for order in request.proposed] == ["p1", "p2", "p3", "p4"]
    assert json.loads(demo.example())["patient"]["ageYears"] == 61


def test_the_child_is_started_with_our_own_python() -> None:
    version = [*demo.SERVICE[:-1], "--version"]
    ran = subprocess.run(
        version, capture_output=True, env=ENVIRONMENT, timeout=PATIENCE, check=True
    )
    assert ran.stdout.startswith(b"lems-guard ")


def test_a_prescription_goes_through_the_client_unchanged(service: Address) -> None:
    request = read_request(prescription("timolol eye drops").encode())
    with remote.Remote(Reach(service)) as asked:
        assert asked.check(request).medications[0].id == "p1"
        signed, rules = asked.signed()
        assert signed == 0 < rules
