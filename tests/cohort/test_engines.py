"""Every engine gives the same answers, byte for byte, and none loses or doubles a line."""

import functools
import gzip
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from cli.conftest import ENVIRONMENT, PROGRAM, prescription
from cohort.networks import Shape, write_network
from cohort.runs import DAY, Batch, batch, rejects
from cohort.workers import begin_dying, begin_echo, dying, echoed
from lems_guard.clinical.errors import Unavailable
from lems_guard.cohort import engines
from lems_guard.cohort.engines import AHEAD, PIECE, by_threads, processes
from lems_guard.cohort.lines import CohortLine
from lems_guard.cohort.requests import LONGEST_LINE
from running import start, stop
from system_programs import program
from waiting import until

__all__ = ["batch"]
DRUGS = ("metoprolol po", "amoxicillin po", "zzzomycin", "ciprofloxacin 500 mg po bid")
KILLS = 20


def numbered(count: int) -> Iterator[CohortLine]:
    return (CohortLine(str(number), b"") for number in range(count))


def test_the_order_is_kept_and_no_more_is_held_than_is_on_its_way() -> None:
    taken: list[str] = []

    def lines() -> Iterator[CohortLine]:
        for line in numbered(1000):
            taken.append(line.place)
            yield line

    seen: list[str] = []
    for done in by_threads(lines(), echoed, 2):
        seen += done
        assert len(taken) - len(seen) <= 2 * AHEAD * PIECE
    assert seen == [line.place for line in numbered(1000)]


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_processes_keep_the_order_too(monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    monkeypatch.setattr(engines, "START", start)
    with processes(echoed, begin_echo, 2) as engine:
        done = [place for piece in engine(numbered(100)) for place in piece]
    assert done == [line.place for line in numbered(100)]


@pytest.mark.parametrize("start", ["fork", "spawn"])
def test_a_worker_that_is_killed_is_no_answer(monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    monkeypatch.setattr(engines, "START", start)
    with (
        pytest.raises(Unavailable, match="a worker process was killed"),
        processes(dying, begin_dying, 2) as engine,
    ):
        list(engine(numbered(100)))


def test_workers_end_with_who_began_them(requests: Path, tmp_path: Path) -> None:
    """Whoever is killed with -9 leaves nobody behind that waits for work for ever."""
    pipe = tmp_path / "in"
    os.mkfifo(pipe)
    command = [*PROGRAM, "batch", str(pipe), str(tmp_path / "out"), "--jobs", "2"]
    with subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.DEVNULL) as run:
        with pipe.open("wb") as stream:
            stream.write(requests.read_bytes())
            stream.flush()
            until(lambda: len(children_of(run.pid)) == 2)
            workers = children_of(run.pid)
            run.kill()
        run.wait()
        until(lambda: not any(Path(f"/proc/{each}").exists() for each in workers))


def children_of(process: int) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty patients with LEMS, as a Bulk export, and what may lie beside them."""
    folder = tmp_path_factory.mktemp("network")
    write_network(folder, Shape(40, lems=1.0, seed=3))
    write_oddities(folder)
    return folder


def write_oddities(folder: Path) -> None:
    """Files and lines that are easily read by one engine and not by another."""
    late = folder / "Part {2} [late]"
    late.mkdir()
    write_network(late, Shape(1, lems=1.0, seed=9), packed=True)  # whom the network holds too
    person = {"resourceType": "Patient", "id": "late"}
    taken = {
        "resourceType": "MedicationStatement",
        "id": "m",
        "status": "active",
        "medicationCodeableConcept": {"text": "Firdapse 10 mg"},
    }
    of = ({"reference": "Patient/late"}, {"reference": "Patient/nobody"})
    lines = [person, *(taken | {"subject": each} for each in of)]
    (late / "STATEMENTS.NDJSON").write_text("".join(json.dumps(each) + "\n" for each in lines))
    long = json.dumps(taken | {"subject": of[0], "note": [{"text": "x" * LONGEST_LINE}]})
    (late / "long.jsonl").write_text(f"{long}\n\n[]\n")
    marked = json.dumps({"resourceType": "Patient", "id": "marked"}).encode()
    (late / "marked.ndjson").write_bytes(b"\xef\xbb\xbf" + marked + b'\r\n{"id": "\xff"}\n')
    (late / "plain.ndjson.gz").write_bytes(marked)
    whole = gzip.compress("".join(f"{json.dumps(each)}\n" for each in lines * 99).encode())
    (late / "damaged.ndjson.gz").write_bytes(whole[: len(whole) - 20])
    for name in ("log.ndjson", "manifest.json", "notes.txt", "Patient.ndjson.tmp"):
        (late / name).write_text('{"exportId": "1"}\n')


@pytest.fixture
def requests(tmp_path: Path) -> Path:
    """Sixty prescriptions, one of which is none."""
    path = tmp_path / "in.ndjson"
    lines = [prescription(DRUGS[number % 4]) for number in range(60)]
    path.write_text("\n".join([*lines, '{"proposed": []}']) + "\n")
    with path.open("ab") as file:
        file.write(b'{"proposed": "\xff"}\n')
    return path


def test_a_service_answers_as_this_process_does(
    batch: Batch, network: Path, requests: Path, tmp_path: Path
) -> None:
    running = start()
    try:
        for name, source in (("charts", network), ("requests", requests)):
            here, there = tmp_path / f"{name}.here", tmp_path / f"{name}.there"
            batch(source, here)
            batch(source, there, "--server", running.grpc_at, "--jobs", "3")
            assert here.read_bytes() == there.read_bytes(), name
            assert here.stat().st_size > 10_000
    finally:
        stop(running)


def test_a_service_that_is_gone_ends_the_run_and_it_can_be_gone_on_with(
    batch: Batch, requests: Path, tmp_path: Path
) -> None:
    out, whole = tmp_path / "out.ndjson", tmp_path / "whole.ndjson"
    running = start()
    address = running.grpc_at
    stop(running)
    code, said = batch(requests, out, "--server", address)
    assert (code, "no service answers" in said) == (4, True), said
    batch(requests, whole)
    assert batch(requests, out, "--resume" if out.exists() else "--restart")[0] == 0
    assert out.read_bytes() == whole.read_bytes()


def test_spark_answers_as_this_process_does(
    batch: Batch, network: Path, requests: Path, tmp_path: Path
) -> None:
    program("java")
    for kind, source in (("fhir", network), ("requests", requests)):
        here, there = tmp_path / f"{kind}.ndjson", tmp_path / f"{kind}.parquet"
        batch(source, here)
        submitted(kind, source, there)
        found = duckdb.read_parquet(f"{there}/*.parquet").fetchall()
        told = [json.loads(answer) for _, answer, _, _, _ in found if answer]
        expected = [json.loads(line) for line in here.read_text("utf-8").splitlines()]
        if kind == "requests":  # Spark numbers lines as it likes
            told = [each | {"requestId": ""} for each in told]
            expected = [each | {"requestId": ""} for each in expected]
        key = functools.partial(json.dumps, sort_keys=True)
        assert sorted(map(key, told)) == sorted(map(key, expected))
        assert len(told) > 20
        why = sorted(reason for _, _, reason in rejects(here))
        assert sorted(each[-1] for each in found if each[-1]) == why
        assert len(why) == {"fhir": 8, "requests": 2}[kind]
        damaged = [each[0] for each in found if each[-1].startswith("cut off or damaged")]
        ended = [path.rpartition("/")[2] for path in damaged]
        assert ended == ["damaged.ndjson.gz"] * (kind == "fhir"), "that ends no job"


def submitted(kind: str, source: Path, target: Path) -> None:
    """Run the job by `spark-submit`, over several partitions."""
    submit = Path(sys.executable).parent / "spark-submit"
    job = Path(__file__).parents[2] / "service" / "lems_guard" / "cohort" / "spark_job.py"
    options = ["--master", "local[2]"]
    for setting in (
        "spark.ui.enabled=false",
        "spark.sql.shuffle.partitions=3",
        "spark.sql.files.maxPartitionBytes=20000",
    ):
        options += ["--conf", setting]
    done = subprocess.run(
        [submit, *options, job, kind, source, target, "--as-of", DAY],
        env=ENVIRONMENT | {"PYSPARK_PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]


def test_killed_at_any_moment_nothing_is_lost_or_doubled(requests: Path, tmp_path: Path) -> None:
    requests.write_bytes(requests.read_bytes() * 8)
    command = [*PROGRAM, "batch", str(requests), str(tmp_path / "out"), "--as-of", DAY]
    chance = random.Random(7)  # noqa: S311  # the same moments every time, as far as a clock tells
    whole = [*PROGRAM, "batch", str(requests), str(tmp_path / "whole"), "--as-of", DAY]
    begun = time.monotonic()
    subprocess.run(whole, env=ENVIRONMENT, check=True, capture_output=True)
    took = time.monotonic() - begun
    way = "--restart"
    for _ in range(KILLS):
        with subprocess.Popen([*command, way], env=ENVIRONMENT, stderr=subprocess.DEVNULL) as run:
            time.sleep(chance.uniform(0.3, 1.0) * took)
            run.kill()
        out = tmp_path / "out"
        is_whole = out.exists() and out.read_bytes() == (tmp_path / "whole").read_bytes()
        # Who is killed when all is answered shows nothing the next time.
        way = "--resume" if out.exists() and not is_whole else "--restart"
    subprocess.run([*command, "--resume"], env=ENVIRONMENT, check=True, capture_output=True)
    assert (tmp_path / "out").read_bytes() == (tmp_path / "whole").read_bytes()


def test_a_full_disk_is_said_and_can_be_gone_on_with(
    batch: Batch, requests: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out, whole = tmp_path / "out.ndjson", tmp_path / "whole.ndjson"
    batch(requests, whole)
    written = 0

    def put(file: object, content: bytes) -> None:
        nonlocal written
        written += len(content)
        if written > whole.stat().st_size // 2:
            file.write(content[:100])  # type: ignore[attr-defined]
            raise OSError(28, "No space left on device")
        file.write(content)  # type: ignore[attr-defined]

    with monkeypatch.context() as full:
        full.setattr("lems_guard.cohort.ledger._put", put)
        code, said = batch(requests, out)
    assert (code, "No space left on device" in said) == (4, True)
    assert batch(requests, out, "--resume")[0] == 0
    assert out.read_bytes() == whole.read_bytes()
