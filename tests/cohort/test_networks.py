"""A hundred thousand patients: everybody with LEMS is found, nothing is lost, memory stays flat."""

import json
import os
import subprocess
from pathlib import Path

from cli.conftest import ENVIRONMENT, PROGRAM
from cohort.networks import LEMS, Shape, write_network
from cohort.runs import DAY, answers, rejects

FEW, MANY = 10_000, 100_000
# SQLite's cache fills, and what is remembered of orders is bounded; nothing else may grow.
GROWTH_KILOBYTES = 60_000
PREVALENCE = 3e-3


def screened(folder: Path, patients: int) -> tuple[Path, int]:
    """Answer a network in a process of its own; the answers, and its peak of memory in kB."""
    network, out = folder / f"{patients}", folder / f"{patients}.ndjson"
    write_network(network, Shape(patients, PREVALENCE, seed=20))
    command = [*PROGRAM, "batch", str(network), str(out), "--as-of", DAY]
    with (folder / f"{patients}.log").open("w+", encoding="utf-8") as log:
        run = subprocess.Popen(command, env=ENVIRONMENT, stderr=log)
        _, status, used = os.wait4(run.pid, 0)
        log.seek(0)
        said = log.read()
    run.returncode = os.waitstatus_to_exitcode(status)
    assert run.returncode == 0, said
    assert f"{patients} patients on record" in said
    return out, used.ru_maxrss


def diagnosed(network: Path) -> set[str]:
    """Whom the network's conditions name as having LEMS."""
    found = set()
    for line in (network / "Condition.000.ndjson").read_text("utf-8").splitlines():
        if LEMS[0] in line and line.count("{") == line.count("}"):
            found.add(json.loads(line)["subject"]["reference"].removeprefix("Patient/"))
    return found


def broken(network: Path) -> int:
    """How many lines of a network were cut in the middle."""
    count = 0
    for path in network.iterdir():
        with path.open(encoding="utf-8") as lines:
            count += sum(line.count("{") != line.count("}") for line in lines)
    return count


def test_a_large_network_is_screened_in_flat_memory(tmp_path: Path) -> None:
    _, little = screened(tmp_path, FEW)
    out, much = screened(tmp_path, MANY)
    assert much - little < GROWTH_KILOBYTES, (little, much)
    network = tmp_path / f"{MANY}"
    found = answers(out)
    # Who stands there without a Patient, as that line is broken, is answered by an error.
    assert diagnosed(network) <= found.keys()
    assert len(found) > PREVALENCE * MANY * 0.8
    refused = sum("error" in each for each in found.values())
    assert len(rejects(out)) == broken(network) + refused > MANY / 1000
