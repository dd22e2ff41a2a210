"""Settings: what cannot work is refused at once, and what is shown can be written back."""

import pytest

from lems_guard.clinical.errors import InvalidSettings
from lems_guard.settings import Settings, settings_table


def refusal(**given: str) -> str:
    environment = {f"LEMS_GUARD_{name}": value for name, value in given.items()}
    try:
        Settings.from_environment(environment)
    except InvalidSettings as fault:
        return str(fault)
    return ""


@pytest.mark.parametrize(
    ("grpc", "http", "is_refused", "why"),
    [
        ("127.0.0.1:8080", "127.0.0.1:8080", True, "half of the calls would meet the other port"),
        ("0.0.0.0:8080", "127.0.0.1:8080", True, "calls from here and elsewhere would differ"),
        ("localhost:8080", "127.0.0.1:8080", True, "the same by another name"),
        ("[::]:8080", "[::1]:8080", True, "the same over IPv6"),
        ("127.0.0.1:8081", "127.0.0.1:8080", False, "two ports"),
        ("127.0.0.1:8080", "127.0.0.2:8080", False, "two addresses of this machine"),
        ("127.0.0.1:0", "127.0.0.1:0", False, "any free port each"),
    ],
)
def test_the_two_ports_are_two(grpc: str, http: str, *, is_refused: bool, why: str) -> None:
    expected = "LEMS_GUARD_HTTP_LISTEN: expected another port than LEMS_GUARD_GRPC_LISTEN"
    told = refusal(GRPC_LISTEN=grpc, HTTP_LISTEN=http)
    assert told == (expected if is_refused else ""), why


@pytest.mark.parametrize(
    ("name", "value", "is_refused", "why"),
    [
        ("HTTP_LISTEN", "1:2:3", True, "three parts"),
        ("HTTP_LISTEN", "::1:8080", True, "IPv6 needs its brackets"),
        ("HTTP_LISTEN", "http://localhost:8080", True, "no address of the web"),
        ("HTTP_LISTEN", "[::1]:8080", False, "IPv6"),
        ("HTTP_LISTEN", "guard.example.org:8080", False, "a name"),
        ("CDS_HOOKS_FHIR_SERVERS", "http://x", True, "hosts are asked for"),
        ("CDS_HOOKS_FHIR_SERVERS", "fhir.example.org/r4", True, "a path is never compared"),
        ("CDS_HOOKS_FHIR_SERVERS", "*", True, "any host at all is not for the asking"),
        ("CDS_HOOKS_FHIR_SERVERS", "a.example b.example", True, "a comma is missing"),
        ("CDS_HOOKS_FHIR_SERVERS", ",", True, "no name at all"),
        ("CDS_HOOKS_FHIR_SERVERS", "fhir.example.org, other:8443,::1", False, "hosts"),
        ("CDS_HOOKS_ORIGINS", "a b", True, "neither is an origin"),
        ("CDS_HOOKS_ORIGINS", "https://a https://b", True, "a comma is missing"),
        ("CDS_HOOKS_ORIGINS", "https://a.example/", True, "browsers send no path"),
        ("CDS_HOOKS_ORIGINS", "https://*.example", True, "no pattern is matched"),
        ("CDS_HOOKS_ORIGINS", "https://a.example, http://localhost:3000", False, "origins"),
        ("CORS_ORIGINS", "https://a.example, http://localhost:3000", False, "origins"),
        ("CORS_ORIGINS", "*", True, "any page at all is not for the asking"),
        ("CORS_ORIGINS", "null", True, "any sandboxed page says that"),
        ("CDS_HOOKS_HEADERS", "authorization, x-request-id", False, "headers"),
        ("CDS_HOOKS_HEADERS", "x y", True, "no name of a header"),
    ],
)
def test_what_cannot_work_is_refused(name: str, value: str, *, is_refused: bool, why: str) -> None:
    told = refusal(**{name: value})
    assert told.startswith(f"LEMS_GUARD_{name}: expected ") is is_refused, why


@pytest.mark.parametrize("name", ["REDIS_SCREENINGS", "REDIS_NAMES", "SCREENING_SECONDS"])
def test_a_setting_that_is_gone_is_refused_by_its_successor(name: str) -> None:
    told = refusal(**{name: "off"})
    assert told == (
        f"LEMS_GUARD_{name}: there is no such setting any more: see LEMS_GUARD_REDIS_REPLIES"
    )


def test_all_faults_are_told_together() -> None:
    told = refusal(HTTP_LISTEN="1:2:3", CDS_HOOKS_ORIGINS="a b", CDS_HOOKS_FHIR_SERVERS="http://x")
    assert len(told.splitlines()) == 3


def test_names_are_compared_in_small_letters() -> None:
    """As browsers and addresses have them: another would never be met."""
    settings = Settings.from_environment({"LEMS_GUARD_CDS_HOOKS_FHIR_SERVERS": "FHIR.Example"})
    assert settings.cds_hooks_fhir_servers == ("fhir.example",)


def test_settings_are_shown_as_one_would_write_them() -> None:
    defaults = {name: default for name, default, _ in settings_table()}
    assert Settings.from_environment({}).shown() == defaults
    changed = {
        **defaults,
        "LEMS_GUARD_CDS_HOOKS_ORIGINS": "https://a.example,https://b.example",
        "LEMS_GUARD_DRAIN_SECONDS": "0.5",
        "LEMS_GUARD_HTTP_LISTEN": "[::1]:8080",
    }
    assert Settings.from_environment(changed).shown() == changed
