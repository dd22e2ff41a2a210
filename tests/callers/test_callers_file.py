"""The file of callers: what it says, and all that may be wrong with it, told at once."""

import hashlib
import inspect
import os
import textwrap
from pathlib import Path
from typing import Any

import pytest

from callers.issuing import ISS, JKU, write
from lems_guard.callers import callers_file
from lems_guard.callers.callers_file import read_callers
from lems_guard.callers.known import KnownCallers
from lems_guard.callers.profile import Allowed
from lems_guard.callers.proofs import CertificateProof, IssuerProof, TokenProof
from lems_guard.callers.roles import Role
from lems_guard.clinical.errors import InvalidSettings

TOKEN = hashlib.sha256(b"a token").hexdigest()
WHOLE = f"""\
callers:
  - name: pharmacy
    token_sha256: {TOKEN}
    roles: [check]
    calls_per_second: 200
    in_flight: 8
  - name: ward-7
    certificate: {{san: ward-7.example.org}}
    roles: [check, feedback]
  - name: ehr
    issuer:
      iss: {ISS}
      client_id: app-1
      jku: {JKU}
      audience: https://guard.example.org
    roles: [check, knowledge, feedback, review, operate]
    profile:
      hooks: [order-sign]
      jurisdiction: CH
      country: ch
      least_severity: AVOID
      indicators: {{AVOID: critical}}
      fhir_servers: [FHIR.example.org]
"""


def faults(text: str) -> list[str]:
    return [str(each) for each in read_callers(text.encode(), Path("callers.yaml")).problems]


def test_everything_that_a_caller_may_be() -> None:
    found = read_callers(WHOLE.encode(), Path("callers.yaml"))
    assert found.problems == ()
    pharmacy, ward, ehr = found.known
    assert pharmacy.proof == TokenProof(bytes.fromhex(TOKEN))
    assert pharmacy.caller.allowed == Allowed(200, 8)
    assert pharmacy.caller.roles == {Role.CHECK}
    assert ward.proof == CertificateProof("ward-7.example.org")
    assert ehr.proof == IssuerProof(
        ISS, client_id="app-1", jku=(JKU,), audience="https://guard.example.org"
    )
    assert ehr.caller.roles == set(Role)
    assert ehr.caller.profile.hooks == ("order-sign",)
    assert ehr.caller.profile.country == "CH"
    assert ehr.caller.profile.fhir_servers == ("fhir.example.org",)
    assert dict(ehr.caller.profile.indicators) == {"AVOID": "critical"}


@pytest.mark.parametrize(
    ("changed", "told", "why"),
    [
        (("roles: [check]", "roles: [chek]"), "did you mean 'check'?", "a slip in a role"),
        (("roles: [check]", "roles: []"), "'roles' lists nothing", "it could do nothing"),
        (("    roles: [check]\n", ""), "needs 'roles'", "forgotten"),
        (("name: pharmacy", "name: a b"), "a name: letters", "a label of a metric"),
        (("name: pharmacy", "name: ehr"), "the name of the caller in line 2", "whose is it?"),
        (("token_sha256", "token_sha265"), "did you mean 'token_sha256'?", "a slip"),
        ((TOKEN, "the token itself"), "64 hexadecimal digits", "the token instead of its hash"),
        ((TOKEN, hashlib.sha256().hexdigest()), "of nothing at all", "no token would pass"),
        (("calls_per_second: 200", "calls_per_second: 0"), "above 0", "nobody could call"),
        (("calls_per_second: 200", "calls_per_second: -1"), "above 0", "negative"),
        (("calls_per_second: 200", "calls_per_second: many"), "is a number", "a word"),
        (("in_flight: 8", "in_flight: 1.5"), "whole number", "half a call"),
        (("certificate: {san", "certificate: {cn"), "no key 'cn'", "names are no proof"),
        (("    certificate: {san: ward-7.example.org}\n", ""), "has 0", "anybody could say so"),
        (("    in_flight: 8", "    certificate: {san: x}"), "has 2", "which one counts?"),
        ((f"      jku: {JKU}\n", ""), "needs 'jwks_file' or 'jku'", "every token fails"),
        ((JKU, "http://ehr.example.org/keys"), "https://", "keys over plain text"),
        ((JKU, "ftp://ehr.example.org/keys"), "https://", "another scheme"),
        ((JKU, "https://user@ehr.example.org/"), "https://", "a secret in an address"),
        (("client_id: app-1", "client_id: app-1\n      sub: x"), "not both", "which one?"),
        (("CH\n", "UK\n"), "cannot be 'UK'", "no jurisdiction"),
        (("country: ch", "country: xx"), "no country", "no country"),
        (("least_severity: AVOID", "least_severity: BAD"), "cannot be 'BAD'", "no severity"),
        (("{AVOID: critical}", "{AVOID: loud}"), "cannot be 'loud'", "no indicator"),
        (("{AVOID: critical}", "{BAD: info}"), "no key 'BAD'", "no severity"),
        (("hooks:", "colour:"), "no key 'colour'", "means nothing"),
        (("callers:", "caller:"), "did you mean 'callers'?", "the file's one key"),
        (("callers:", "callers: &a"), "anchor", "what makes YAML surprising"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    changed: tuple[str, str], told: str, why: str
) -> None:
    text = WHOLE.replace(*changed, 1)
    assert text != WHOLE
    found = faults(text)
    assert any(told in each for each in found), (why, found)
    assert all(each.startswith("callers.yaml:") for each in found)


def test_a_token_that_was_written_there_by_mistake_is_not_shown_again() -> None:
    assert "hunter2" not in "\n".join(faults(WHOLE.replace(TOKEN, "hunter2")))


def test_all_that_is_wrong_is_told_at_once() -> None:
    text = WHOLE.replace("[check]", "[chek]").replace("country: ch", "country: xx")
    assert len(faults(text.replace("{AVOID: critical}", "{AVOID: loud}"))) == 3


@pytest.mark.parametrize("size", [1_048_577, 5_000_000])
def test_a_file_that_is_no_such_file_is_not_read_whole(size: int) -> None:
    [told] = faults("#" * size)
    assert "at most 1048576 bytes" in told


def test_bytes_that_are_no_text_are_told() -> None:
    found = read_callers(b"\xff", Path("callers.yaml")).problems
    assert "not UTF-8" in str(found[0])


def test_the_start_names_the_setting_with_each_fault(tmp_path: Path) -> None:
    path = tmp_path / "callers.yaml"
    path.write_text(WHOLE.replace("[check]", "[chek]").replace("CH\n", "UK\n"))
    with pytest.raises(InvalidSettings) as refused:
        KnownCallers(path)
    lines = str(refused.value).splitlines()
    assert len(lines) == 2
    assert all(line.startswith("LEMS_GUARD_CALLERS: callers.yaml:") for line in lines)


@pytest.mark.parametrize(
    ("issuer", "keys", "told", "why"),
    [
        ({"jwks_file": "none.json"}, "", "none.json, cannot be read: No such file", "misspelt"),
        ({"jwks_file": "keys.json", "jku": [JKU]}, "{", "keys.json, is no JWKS", "cut off"),
        ({"jwks_file": "keys.json"}, '{"keys": []}', "keys.json, holds no key", "empty"),
    ],
)
def test_an_issuer_that_nobody_could_call_for_is_told_at_the_start(
    tmp_path: Path, issuer: dict[str, Any], keys: str, told: str, why: str
) -> None:
    (tmp_path / "keys.json").write_text(keys)
    path = write(tmp_path, {"name": "ehr", "roles": ["check"], "issuer": {"iss": ISS, **issuer}})
    with pytest.raises(InvalidSettings) as refused:
        KnownCallers(path)
    assert told in str(refused.value), why


def test_a_file_that_breaks_leaves_those_who_were_known(tmp_path: Path) -> None:
    path, heard = tmp_path / "callers.yaml", list[bool]()
    path.write_text(WHOLE)
    known = KnownCallers(path, heard.append)
    for text in ("callers: [", "", WHOLE.replace("[check]", "[chek]")):
        path.write_text(text)
        known.look()
        known.look()
        assert set(known.directory.callers) == {"pharmacy", "ward-7", "ehr"}
    path.unlink()
    known.look()
    assert set(known.directory.callers) == {"pharmacy", "ward-7", "ehr"}
    path.write_text(WHOLE.partition("  - name: ward-7")[0])
    known.look()
    assert set(known.directory.callers) == {"pharmacy"}
    assert heard == [True, True, True, True, False]


@pytest.mark.parametrize("text", ["", "\n", "# nobody yet\n", " \n  # nobody\n"])
def test_a_file_that_names_nobody_is_told_with_what_to_write(tmp_path: Path, text: str) -> None:
    path = tmp_path / "callers.yaml"
    path.write_text(text)
    with pytest.raises(InvalidSettings) as refused:
        KnownCallers(path)
    assert str(refused.value).startswith("LEMS_GUARD_CALLERS: callers.yaml:1:1: empty-file: ")
    assert "lems-guard callers token" in str(refused.value)


def test_the_example_in_its_own_words_is_sound() -> None:
    shown = inspect.cleandoc(callers_file.__doc__ or "").split("\n\n")[1]
    assert faults(textwrap.dedent(shown).replace("9f86d081…", TOKEN)) == []


def test_a_file_that_is_written_over_in_place_is_read_again(tmp_path: Path) -> None:
    """As long as before, and with its time set back."""
    path = tmp_path / "callers.yaml"
    path.write_text(WHOLE)
    known, before = KnownCallers(path), path.stat()
    path.write_text(WHOLE.replace("pharmacy", "wards---"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    known.look()
    assert set(known.directory.callers) == {"wards---", "ward-7", "ehr"}


def test_an_empty_list_lets_nobody_in(tmp_path: Path) -> None:
    path = tmp_path / "callers.yaml"
    path.write_text("callers: []\n")
    assert KnownCallers(path).directory.callers == {}
