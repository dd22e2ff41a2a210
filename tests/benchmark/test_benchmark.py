"""The benchmark at tiny sizes: its figures have their form, and it refuses to compare unlikes."""

import contextlib
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from benchmark import (
    beside_redis,
    calls,
    cohorts,
    exponents,
    growth,
    hooks,
    journals,
    life,
    neighbours,
    over_connect,
    overload,
    peers,
    reading,
    secure,
)
from benchmark.__main__ import MEASUREMENTS, main, measured, report
from benchmark.figures import Figure, NotMeasured, exponent, in_turn, percentile, ratio
from benchmark.keys import BY_NAME, KEYS

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")


def test_things_are_measured_turn_by_turn() -> None:
    turns: list[str] = []

    def measure(name: str, seconds: float) -> float:
        turns.append(name)
        return seconds

    told = in_turn(2, {"a": lambda: measure("a", 6.0), "b": lambda: measure("b", 2.0)})
    assert turns == ["a", "b", "b", "a"]
    assert ratio(told["a"], told["b"]) == Figure(3.0, 3.0, 3.0, 2)


def test_a_percentile_and_an_exponent_are_what_they_are_called() -> None:
    assert percentile([3.0, 1.0, 2.0, 4.0], 0.5) == 2.0
    assert percentile(range(1, 101), 0.99) == 99
    assert exponent({64: 1.0, 128: 4.0, 256: 16.0}) == pytest.approx(2)


@pytest.mark.parametrize(
    ("key", "met", "missed"), [("goodput_2x", 0.85, 0.84), ("rss_mb", 130, 131)]
)
def test_a_goal_is_met_from_its_own_side(key: str, met: float, missed: float) -> None:
    assert BY_NAME[key].is_met(met)
    assert not BY_NAME[key].is_met(missed)


def unfair_peer(_: object) -> peers.Peer:
    return lambda _: {"rule000001"}


def test_a_peer_that_finds_other_rules_is_not_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "PEERS", {"vs_cel_3000": unfair_peer})
    with pytest.raises(NotMeasured, match="found by one alone"):
        peers.against_peers(rounds=1, checks=1, rules=300)


def test_unlike_work_is_not_compared() -> None:
    with pytest.raises(NotMeasured):
        growth.check_alike(1.0, 4.0)


def test_what_could_not_be_measured_says_why_and_is_absent() -> None:
    def broken() -> dict[str, Figure]:
        raise NotMeasured("the machine was busy")

    found = measured([broken, lambda: {"rss_mb": Figure(96.25, 96.25, 96.25, 1)}])
    assert found.figures.keys() == {"rss_mb"}
    assert ["the machine was busy" in why for why in found.hindrances] == [True]
    rows = {row.split("|")[1].strip(" `"): row for row in report(found.figures).splitlines()}
    assert "not measured" in rows["startup_s"]
    assert "| 96.2 | MB | yes |" in rows["rss_mb"]


def test_the_figures_are_written_as_numbers_by_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def quick() -> dict[str, Figure]:
        return {"reading_us": Figure(12.5, 11.0, 13.0, 3)}

    monkeypatch.setattr("benchmark.__main__.MEASUREMENTS", (quick,))
    file = tmp_path / "figures.json"
    assert main(["--json", str(file)]) == 0
    assert json.loads(file.read_text("utf-8")) == {"reading_us": 12.5}
    assert "12.5 (11-13)" in capsys.readouterr().out


def test_a_file_that_cannot_be_written_is_said_before_measuring(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        main(["--json", str(tmp_path / "nope" / "figures.json")])


SMALL: dict[Callable[..., dict[str, Figure]], Mapping[str, int | float]] = {
    life.starts: {"rounds": 1},
    calls.thousand_characters: {"rounds": 1, "calls": 4},
    neighbours.small_calls: {"rounds": 1, "calls": 4},
    reading.new_lines: {"rounds": 1, "lines": 20},
    over_connect.against_grpc: {"rounds": 1, "calls": 8},
    journals.against_none: {"rounds": 1, "calls": 8},
    exponents.of_all_kinds: {"repeats": 1, "largest": 20},
    growth.growth: {"rounds": 1, "checks": 40, "many_rules": 600},
    peers.against_peers: {"rounds": 1, "checks": 2, "rules": 300},
    beside_redis.p50_ratios: {"rounds": 1, "calls": 4},
    life.long_use: {"number": 20},
    cohorts.of_one_night: {"rounds": 1, "lists": 4},
}


def unhindered(measure: Callable[..., dict[str, Figure]], tries: int = 3) -> dict[str, Figure]:
    """The figures of the first try that a busy machine did not spoil; the last one's error."""
    for _ in range(tries - 1):
        with contextlib.suppress(NotMeasured):
            return measure(**SMALL[measure])
    return measure(**SMALL[measure])


@pytest.mark.parametrize("measure", SMALL, ids=lambda each: each.__name__)
def test_each_measurement_gives_its_figures(
    measure: Callable[..., dict[str, Figure]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmark.loops.LATEST_SECONDS", 60.0)
    figures = unhindered(measure)
    assert figures
    for key, figure in figures.items():
        assert key in BY_NAME
        assert all(map(math.isfinite, figure))
        assert figure.value >= 0 or key.startswith("exponent_")


def test_processor_time_is_told_by_kind_of_call() -> None:
    told = calls.cpu_seconds(rounds=1, calls=16) | hooks.cpu_seconds(rounds=1, calls=2)
    assert told.keys() >= {"echo", "first_check", "replayed", "hook_lems", "hook_no_lems"}
    assert all(seconds > 0 for rounds in told.values() for seconds in rounds)


def test_more_than_can_be_answered_is_accounted_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine does meanwhile: neither how busy nor how late it is counts here."""
    monkeypatch.setattr(overload, "LEAST_BUSY", 0.0)
    monkeypatch.setattr("benchmark.loops.LATEST_SECONDS", 60.0)
    figures = overload.shedding(rounds=1, seconds=0.2, closed=50)
    assert figures.keys() == {"goodput_2x", "goodput_10x", "overload_p99_ms", "unaccounted"}
    assert all(map(math.isfinite, (figure.value for figure in figures.values())))


def test_a_server_that_was_not_busy_gives_no_capacity(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overload, "LEAST_BUSY", 99.0)
    with pytest.raises(NotMeasured, match="of a core"):
        overload.shedding(rounds=1, seconds=0.1, closed=50)


def test_the_readme_tells_of_keys_that_are_measured_and_of_no_others() -> None:
    table = README.partition("<!-- BEGIN benchmark -->")[2].partition("<!-- END benchmark -->")[0]
    told = {row.split("`")[1] for row in table.splitlines() if row.startswith("| `")}
    assert told == {key.name for key in KEYS}


def test_every_measurement_runs_with_make_bench() -> None:
    whole = {calls.against_echo, hooks.against_floor, overload.shedding, secure.against_plain}
    assert {*SMALL, *whole} == set(MEASUREMENTS)
