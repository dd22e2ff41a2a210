"""The measurements in order, in full or within a minute."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from lems_guard.answering.answer import Answerer
from lems_guard.bench import beside_redis, growth, importing, names, ordering, serving
from lems_guard.bench.figures import SUBJECTS, Figure, Measured
from lems_guard.bench.load import BrokenLoad
from lems_guard.bench.pauses import Pauses, pauses
from lems_guard.bench.peers import NotInstalled, UnequalAnswers, peers
from lems_guard.bench.prescriptions import Repeated, Requests, first_checks, next_checks
from lems_guard.bench.processes import NotServing
from lems_guard.bench.release import Scale
from lems_guard.clinical.errors import LemsGuardError
from lems_guard.editions.library import Edition, load_edition

NOT_QUICK = "not measured with --quick"
NOT_ASKED = "only measured with --release"
# What may hinder one measurement and leaves the others as they are.
HINDRANCES = (
    LemsGuardError,
    OSError,
    BrokenLoad,
    NotInstalled,
    NotServing,
    UnequalAnswers,
    beside_redis.NoRedis,
    growth.UnequalWork,
    importing.NotImported,
    ordering.NotAnswered,
    serving.UnequalReplies,
)


class Plan(NamedTuple):
    """How large each measurement is; `peers` are the other rule engines, which take longest.

    A `release` is only imported where one is asked for: it takes gigabytes and minutes.
    """

    screening: growth.Sizes = growth.Sizes()
    service: serving.Sizes = serving.Sizes()
    checks_watched: int = 30_000
    peers: growth.Sizes | None = growth.Sizes(many_rules=3000, checks=10, rounds=5)
    finding: names.Sizes = names.Sizes()
    release: Scale | None = None


FULL = Plan()
WITH_RELEASE = Plan(release=Scale())
QUICK = Plan(
    growth.Sizes(checks=100, rounds=5), serving.Sizes(rounds=5, calls=3200, starts=3), peers=None
)


class Load(NamedTuple):
    """An answerer in this process, and requests for it."""

    answerer: Answerer
    requests: Requests


def measurements(rules: Path, plan: Plan) -> Iterator[Measured]:
    """Measure one thing after the other; what cannot be measured says why."""
    load = functools.cache(lambda: _load(rules, next_checks))

    def again() -> Load:
        return load()._replace(requests=Repeated(load().requests.take(plan.service.replies)))

    yield _startup(rules, plan)
    yield _measured("rss_mb", lambda: serving.memory(rules, load().requests, plan.service))
    if plan.peers is None:
        yield Measured(SUBJECTS["first_seen_vs_echo"], None, NOT_QUICK)
    else:
        unseen = functools.partial(_load, rules, first_checks)
        yield _measured(
            "first_seen_vs_echo", lambda: serving.vs_echo(rules, *unseen(), plan.service)
        )
    yield _measured("replayed_vs_echo", lambda: serving.vs_echo(rules, *again(), plan.service))
    yield _measured("cds_order_sign_vs_livez", lambda: ordering.vs_livez(rules, plan.service))
    yield from _beside_redis(rules, load, plan)
    yield _pauses(load, plan)
    yield _measured("rules_growth_300_30000", lambda: growth.rules_growth(plan.screening))
    yield _measured("medications_growth_10_200", lambda: growth.medications_growth(plan.screening))
    yield from _finding_names(rules, plan)
    yield _importing(rules, plan.release)
    for key, measure in peers(plan.peers or plan.screening):
        if plan.peers is None:
            yield Measured(SUBJECTS[key], None, NOT_QUICK)
        else:
            yield _measured(key, measure)


def _load(rules: Path, requests: Callable[[Edition], Iterator[bytes]]) -> Load:
    edition = load_edition(rules).edition
    return Load(serving.answerer_of(edition), Requests(lambda: requests(edition)))


def _measured(key: str, measure: Callable[[], Figure]) -> Measured:
    try:
        return Measured(SUBJECTS[key], measure())
    except HINDRANCES as hindrance:
        failed = not isinstance(hindrance, NotInstalled)
        why = str(hindrance).partition("\n")[0]
        return Measured(SUBJECTS[key], None, f"not measured: {why}", failed=failed)


def _startup(rules: Path, plan: Plan) -> Measured:
    measured = _measured("startup_s", lambda: serving.startup(rules, plan.service))
    why = load_edition(rules).compiled_because if measured.figure else ""
    return measured._replace(remark=f"rules compiled at each start: {why}") if why else measured


def _finding_names(rules: Path, plan: Plan) -> Iterator[Measured]:
    words = functools.cache(lambda: load_edition(rules).edition.vocabulary)
    for key, look in names.MEASURED.items():
        yield _measured(
            key,
            lambda look=look: names.against_rapidfuzz(look, words(), plan.finding),  # type: ignore[misc]
        )


def _importing(rules: Path, scale: Scale | None) -> Measured:
    if scale is None:
        return Measured(SUBJECTS["import_rss_mb"], None, NOT_ASKED)
    return _measured("import_rss_mb", lambda: importing.peak_memory(rules, scale))


def _beside_redis(rules: Path, load: Callable[[], Load], plan: Plan) -> Iterator[Measured]:
    ratios = functools.cache(lambda: beside_redis.p50_ratios(rules, load().requests, plan.service))
    for key in beside_redis.KEYS:
        yield _measured(key, lambda key=key: ratios()[key])  # type: ignore[misc]


def _pauses(load: Callable[[], Load], plan: Plan) -> Measured:
    found: list[Pauses] = []

    def measure() -> Figure:
        found.append(pauses(*load(), plan.checks_watched))
        return found[0].figure()

    measured = _measured("gc_pauses_over_5ms", measure)
    return measured._replace(remark=found[0].words()) if found else measured
