"""A synthetic knowledge base as a folder that a service can be started on."""

import dataclasses
from pathlib import Path
from typing import NamedTuple

import pytest

import lems_guard
from lems_guard.answering.answer import Answerer
from lems_guard.bench.prescriptions import Requests, next_checks
from lems_guard.bench.serving import answerer_of
from lems_guard.bench.synthetic import BLOCK_DRUGS, drug, world
from lems_guard.clinical.route import Route
from lems_guard.editions.library import Edition, write_compiled
from lems_guard.knowledge.packed import sources_digest
from lems_guard.terminology.vocabulary import Form, Frequency, RouteWord, Vocabulary


class Small(NamedTuple):
    """A folder of compiled rules, with an answerer and requests for them."""

    rules: Path
    answerer: Answerer
    requests: Requests


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> Small:
    rules = tmp_path_factory.mktemp("rules")
    numbers = [str(10_000 + number) for number in range(2 * BLOCK_DRUGS)]
    drugs = {drug(number): code for number, code in enumerate(numbers)}
    vocabulary = Vocabulary(
        ingredients=drugs,
        codes={code: ((name,),) for name, code in drugs.items()},
        names={name: ((name,),) for name in drugs},
        routes={"po": RouteWord(Route.ORAL)},
        forms={"tab": Form(Route.ORAL, counted=True)},
        frequencies={"bid": Frequency("2")},
        units={"mg": "mg"},
    )
    knowledge = dataclasses.replace(
        world(300), digest=sources_digest(rules, lems_guard.__version__)
    )
    edition = Edition(knowledge, vocabulary)
    write_compiled(edition, rules)
    answerer = answerer_of(edition)
    return Small(rules, answerer, Requests(lambda: next_checks(edition, 2)))
