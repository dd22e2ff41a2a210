"""Rules change under load: taken when good, refused when not, and no call fails meanwhile."""

import json
import shutil
import signal
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lems_guard.editions.library import load_edition, packaged_rules, write_lock
from lems_guard.v1 import knowledge_service_pb2, knowledge_service_pb2_grpc
from running import Running, ended, start, stop
from steady_load import steady_load
from waiting import PATIENCE, until


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(packaged_rules(), tmp_path / "rules"))


@pytest.fixture
def watching(folder: Path) -> Iterator[Running]:
    """A service that looks at its rules four times a second."""
    running = start(LEMS_GUARD_RULES=str(folder), LEMS_GUARD_RELOAD_SECONDS="0.25")
    yield running
    stop(running)


@pytest.fixture
def waiting(folder: Path) -> Iterator[Running]:
    """A service that reloads on SIGHUP alone."""
    running = start(LEMS_GUARD_RULES=str(folder), LEMS_GUARD_RELOAD_SECONDS="0")
    yield running
    stop(running)


def state(service: Running) -> knowledge_service_pb2.GetKnowledgeBaseResponse:
    with service.channel() as channel:
        stub = knowledge_service_pb2_grpc.KnowledgeServiceStub(channel)
        answer: knowledge_service_pb2.GetKnowledgeBaseResponse = stub.GetKnowledgeBase(
            knowledge_service_pb2.GetKnowledgeBaseRequest()
        )
        return answer


def said_of_reload(service: Running, number: int) -> dict[str, Any]:
    """The log's line of the reload of that number, the first being 1."""
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience:
        lines = [json.loads(line) for line in list(service.log)]
        reloads = [line for line in lines if line["event"] == "reload"]
        if len(reloads) >= number:
            return dict(reloads[number - 1])
        time.sleep(0.05)
    raise AssertionError("no reload")


def metric(service: Running, series: str) -> float:
    with urllib.request.urlopen(f"http://{service.http_at}/metrics") as response:
        lines = [line.rsplit(" ", 1) for line in response.read().decode().splitlines()]
    return next(float(value) for name, value in lines if name == series)


def edit(folder: Path, version: str) -> None:
    """Give the edition another name, and lock it so: the looks of a service may come between."""
    edition = load_edition(packaged_rules()).edition
    named = edition.with_knowledge(replace(edition.knowledge, version=version))
    (folder / "knowledge.yaml").write_text(f'version: "{version}"\n', "utf-8")
    write_lock(folder, "", named)


def readiness(service: Running) -> dict[str, Any]:
    with urllib.request.urlopen(f"http://{service.http_at}/readyz") as response:
        return dict(json.load(response)["knowledge_base"])


def test_a_changed_folder_is_taken_under_load_without_a_failed_call(
    folder: Path, watching: Running
) -> None:
    before = state(watching)
    with steady_load(watching.grpc_at) as load:
        load.wait_for(50)
        edit(folder, "2031.7.1")
        until(lambda: state(watching).knowledge_base.version == "2031.7.1")
        load.wait_for(50)
    after = state(watching)
    assert load.failed == []
    assert after.knowledge_base.version == "2031.7.1"
    digests = [digest for _, digest in load.answered]
    assert digests[0] == before.knowledge_base.digest
    assert digests[-1] == after.knowledge_base.digest
    assert set(digests) == {digests[0], digests[-1]}
    assert after.reload.refused_at == ""
    assert readiness(watching) == {
        "version": "2031.7.1",
        "digest": after.knowledge_base.digest,
        "rules": after.rule_count,
        "a_reload_was_refused": False,
    }
    assert metric(watching, 'lems_guard_knowledge_base_reloads_total{outcome="taken"}') == 1
    assert metric(watching, "lems_guard_knowledge_base_content_timestamp_seconds") > 1.9e9


def test_a_folder_that_does_not_compile_is_refused_and_said(folder: Path, waiting: Running) -> None:
    before = state(waiting)
    edit(folder, "2031.8.1")
    (folder / "sources.yaml").write_text("sources: [{id: nothing", "utf-8")
    with steady_load(waiting.grpc_at) as load:
        waiting.process.send_signal(signal.SIGHUP)
        said = said_of_reload(waiting, 1)
        load.wait_for(50)
    after = state(waiting)
    assert load.failed == []
    assert {digest for _, digest in load.answered} == {before.knowledge_base.digest}
    assert said["outcome"] == "refused"
    assert said["level"] == "error"
    assert any("sources.yaml" in problem for problem in said["problems"])
    assert after.knowledge_base == before.knowledge_base
    assert after.reload.loaded_at == before.reload.loaded_at
    assert after.reload.refused_at
    assert any("sources.yaml" in problem for problem in after.reload.problems)
    assert metric(waiting, "lems_guard_knowledge_base_refused") == 1
    assert readiness(waiting)["a_reload_was_refused"]

    shutil.copytree(packaged_rules(), folder, dirs_exist_ok=True)
    waiting.process.send_signal(signal.SIGHUP)
    assert said_of_reload(waiting, 2)["outcome"] == "unchanged"
    assert state(waiting).reload.refused_at == ""
    assert metric(waiting, "lems_guard_knowledge_base_refused") == 0
    assert metric(waiting, 'lems_guard_knowledge_base_reloads_total{outcome="unchanged"}') == 1


def test_an_incomplete_folder_is_refused_and_what_answers_goes_on(
    folder: Path, waiting: Running
) -> None:
    """Without its β-blockers it compiles, and would find nothing in metoprolol."""
    before = state(waiting)
    for name in ("beta-blockers.yaml", "beta-blockers_test.yaml"):
        (folder / "weakness" / name).unlink()
    waiting.process.send_signal(signal.SIGHUP)
    said = said_of_reload(waiting, 1)
    assert said["outcome"] == "refused"
    assert said["problems"][0].startswith("weakness/beta-blockers.yaml:1:1: gone: ")
    assert state(waiting).knowledge_base == before.knowledge_base
    assert ended("serve", LEMS_GUARD_RULES=str(folder)).returncode == 2
    told = ended("doctor", LEMS_GUARD_RULES=str(folder))
    assert told.returncode == 1
    assert "beta-blockers.yaml:1:1: gone" in told.stdout


def test_a_folder_that_vanishes_is_refused(folder: Path, waiting: Running) -> None:
    before = state(waiting)
    shutil.rmtree(folder)
    waiting.process.send_signal(signal.SIGHUP)
    assert said_of_reload(waiting, 1)["outcome"] == "refused"
    assert state(waiting).knowledge_base == before.knowledge_base
