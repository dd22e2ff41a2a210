"""The benchmark at tiny sizes: its figures have their form, and it refuses to compare unlikes."""

import json
import math
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
import typer

from bench.conftest import Small
from lems_guard.bench import growth, importing, names, peers, processes, serving
from lems_guard.bench.echo import read_replies, write_replies
from lems_guard.bench.figures import SUBJECTS, Figure, Goal, Measured, interleaved, ratio
from lems_guard.bench.load import BrokenLoad, Connection
from lems_guard.bench.order_calls import Hospital
from lems_guard.bench.pauses import pauses
from lems_guard.bench.prescriptions import MEDICATIONS, Repeated, first_checks, next_checks
from lems_guard.bench.release import Scale, write_release
from lems_guard.bench.run import FULL, NOT_ASKED, NOT_QUICK, Plan, measurements
from lems_guard.bench.synthetic import prescriptions, world
from lems_guard.cli.bench import _plan, as_json, table_of
from lems_guard.clinical.rule import RuleKind
from lems_guard.editions.library import load_edition, packaged_rules
from lems_guard.terminology.site.checks import MustResolve
from lems_guard.terminology.site.rrf import COLUMNS, Release
from lems_guard.v1 import prescription_pb2 as wire

TINY = growth.Sizes(few_rules=300, many_rules=600, parts=2, checks=4, rounds=2)
FEW_NAMES = names.Sizes(names=400, asked=4, scans=2, repeats=2, rounds=2)
SMALL_RELEASE = Scale(ingredients=40, products=300, retired=20, attribute_bytes=200_000)
SHORT = serving.Sizes(rounds=2, calls=8, warm_up=4, in_flight=3, starts=1)


def is_sound(figure: Figure) -> bool:
    return all(map(math.isfinite, (figure.value, figure.low, figure.high))) and figure.rounds > 0


def test_two_things_are_measured_turn_by_turn() -> None:
    turns: list[str] = []

    def measure(name: str, seconds: float) -> float:
        turns.append(name)
        return seconds

    times = interleaved(3, lambda: measure("a", 6.0), lambda: measure("b", 2.0))
    assert turns == ["a", "b", "b", "a", "a", "b"]
    assert ratio(*times) == Figure(3.0, 3, 3.0, 3.0)


def test_a_goal_is_met_from_its_own_side() -> None:
    assert Goal(0.8, at_least=True).is_met(0.8)
    assert not Goal(0.8, at_least=True).is_met(0.79)
    assert Goal(120, at_least=False).is_met(119.0)


def test_a_world_holds_the_mixture_of_rules_it_says() -> None:
    kinds = [rule.kind for rule in world(600).rules]
    assert [kinds.count(kind) for kind in (RuleKind.INTERACTION, RuleKind.DOSE, RuleKind.PATIENT)]
    assert kinds.count(RuleKind.INTERACTION) == 360
    assert kinds.count(RuleKind.DOSE) == kinds.count(RuleKind.PATIENT) == 120


def test_prescriptions_are_the_same_every_time() -> None:
    assert list(prescriptions(world(300), 3)) == list(prescriptions(world(300), 3))


@pytest.mark.parametrize("measure", [growth.rules_growth, growth.medications_growth])
def test_growth_is_a_figure(measure: Callable[[growth.Sizes], Figure]) -> None:
    assert is_sound(measure(TINY._replace(checks=40)))


def test_unlike_work_is_not_compared() -> None:
    with pytest.raises(growth.UnequalWork):
        growth.check_alike(1.0, 4.0)


def test_no_two_requests_are_alike(small: Small) -> None:
    bodies = small.requests.take(50) + small.requests.take(50)
    assert len(set(bodies)) == 100
    repeated = Repeated(bodies[:2])
    assert repeated.take(4) == bodies[:2] * 2


def orders_in(body: bytes) -> set[str]:
    request = wire.CheckPrescriptionRequest.FromString(body)
    return {order.id for order in (*request.proposed, *request.active)}


def test_a_next_check_differs_from_the_last_in_what_is_new_and_what_has_ended(
    small: Small,
) -> None:
    edition = load_edition(small.rules).edition
    first, second = (orders_in(body) for body in islice(next_checks(edition, 1), 2))
    assert len(first) == len(second) == MEDICATIONS
    assert len(first & second) == MEDICATIONS - 1


def test_a_first_check_has_nothing_of_the_last(small: Small) -> None:
    edition = load_edition(small.rules).edition
    first, second = (orders_in(body) for body in islice(first_checks(edition), 2))
    assert not first & second


def test_the_service_is_measured_against_an_echo(small: Small) -> None:
    figure = serving.vs_echo(*small, SHORT)
    assert is_sound(figure)
    assert figure.rounds == 2


def test_an_unequal_reply_ends_the_measurement(small: Small) -> None:
    class Shorter:
        def answer(self, raw: bytes) -> object:
            answer = small.answerer.answer(raw)
            return answer._replace(reply=answer.reply[:-1])

    with pytest.raises(serving.UnequalReplies):
        serving.vs_echo(small.rules, Shorter(), small.requests, SHORT)  # type: ignore[arg-type]


def test_an_unequal_length_under_load_ends_the_measurement() -> None:
    serving.check_length(300, 300)
    with pytest.raises(serving.UnequalReplies):
        serving.check_length(299, 300)


def test_start_and_memory_are_figures(small: Small) -> None:
    assert is_sound(serving.startup(small.rules, SHORT))
    assert is_sound(serving.memory(small.rules, small.requests, SHORT))


def test_replies_come_back_from_their_file(tmp_path: Path) -> None:
    replies = [b"", b"one", b"\x00" * 300]
    write_replies(tmp_path / "replies", replies)
    assert read_replies(tmp_path / "replies") == replies


def test_the_load_counts_calls_and_bytes_and_sees_a_failed_call(tmp_path: Path) -> None:
    write_replies(tmp_path / "replies", [b"x" * 100, b"y" * 40_000])
    with processes.echo(tmp_path / "replies") as server:
        connection = Connection(server.port)
        answered = connection.drive([b""] * 9 + [b"\x0a\x00" * 8000], 4)
        assert answered == (10, 5 * 40_100)
        with pytest.raises(BrokenLoad, match="a call failed"):
            connection.drive([b"no message"], 1)
        connection.close()


def test_a_server_that_does_not_serve_says_why(tmp_path: Path) -> None:
    with pytest.raises(processes.NotServing, match="FileNotFoundError"):
        processes.echo(tmp_path / "no such file").__enter__()


def test_pauses_are_counted(small: Small) -> None:
    found = pauses(small.answerer, small.requests, 20)
    assert 0 <= found.long <= found.all
    assert is_sound(found.figure())


def test_hook_calls_are_the_same_every_time_and_never_alike() -> None:
    edition = load_edition(packaged_rules()).edition
    bodies = list(islice(Hospital(edition).calls(), 200))
    assert bodies == list(islice(Hospital(edition).calls(), 200))
    calls = [json.loads(body) for body in bodies]
    assert len({call["context"]["patientId"] for call in calls}) == 200
    assert all(len(call["context"]["draftOrders"]["entry"]) == 10 for call in calls)
    lines = [
        json.dumps(entry["resource"]["dosageInstruction"])
        for call in calls
        for entry in call["context"]["draftOrders"]["entry"]
    ]
    assert 20 < len(set(lines)) < 1000, "a formulary, neither one order nor all that there are"


def test_a_release_is_the_same_every_time_and_as_large_as_asked(tmp_path: Path) -> None:
    must, codes = [MustResolve("Toprol", ("metoprolol",), False)], {"metoprolol": "6918"}
    for folder in (tmp_path / "one", tmp_path / "other"):
        folder.mkdir()
        assert 200_000 <= write_release(folder, SMALL_RELEASE, must, codes) < 201_000
    release = Release(tmp_path / "one")
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "other" / file.name).read_bytes()
        assert all(len(row) == COLUMNS.get(file.stem, 25) + 1 for row in release.rows(file.stem))


def test_the_memory_of_an_import_is_a_figure() -> None:
    """It is one only when the import has found all that a release must hold."""
    assert is_sound(importing.peak_memory(packaged_rules(), SMALL_RELEASE))


def test_a_release_that_is_refused_ends_the_measurement(tmp_path: Path) -> None:
    with pytest.raises(importing.NotImported, match="no RxNorm release"):
        importing._import(packaged_rules(), tmp_path, tmp_path / "site.sqlite")


def test_a_peer_must_be_there_and_agree() -> None:
    with pytest.raises(peers.NotInstalled):
        peers._imported("no_such_engine")
    with pytest.raises(peers.UnequalAnswers, match="rule2"):
        peers.check_answers({"rule1"}, {"rule1", "rule2"})


@pytest.mark.parametrize("make", [peers.cel, peers.clips, peers.zen])
def test_peers_that_are_installed_agree(make: Callable[..., peers.Peer]) -> None:
    try:
        assert is_sound(peers.against(make, TINY._replace(many_rules=300)))
    except peers.NotInstalled as missing:
        assert "extra `bench` is not installed" in str(missing)  # noqa: PT017


def test_all_is_measured_or_says_why_not(small: Small) -> None:
    found = list(
        measurements(small.rules, Plan(TINY._replace(checks=40), SHORT, 20, None, FEW_NAMES))
    )
    assert {each.subject.key for each in found} == SUBJECTS.keys()
    for each in found:
        told_why = each.remark in {NOT_ASKED, NOT_QUICK} or "extra `bench`" in each.remark
        assert each.figure is not None or told_why, each


def test_a_full_release_is_imported_only_when_asked_for_and_never_quickly() -> None:
    assert _plan(quick=False, release=False) is FULL
    assert FULL.release is None
    assert _plan(quick=False, release=True) == FULL._replace(release=Scale())
    with pytest.raises(typer.BadParameter, match="not with --quick"):
        _plan(quick=True, release=True)


def test_what_could_not_be_measured_is_absent_from_json() -> None:
    found = [
        Measured(SUBJECTS["rss_mb"], Figure(96.25, 1, 96.25, 96.25)),
        Measured(SUBJECTS["startup_s"], None, "not measured: it ended", failed=True),
    ]
    written = as_json(found, quick=True)
    assert written["rss_mb"] == 96.25
    assert "startup_s" not in written
    assert table_of(found).row_count == 2
