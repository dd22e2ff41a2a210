"""The compiled file holds exactly what was packed, and is never used when it does not fit."""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lems_guard.clinical.condition import All, Between, Condition, Either, Is, Not
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.medication import MedicationList, Phase
from lems_guard.clinical.rule import Modifier
from lems_guard.clinical.severity import Jurisdiction, Severity
from lems_guard.editions.library import packaged_rules
from lems_guard.knowledge.compiler import compile_rules
from lems_guard.knowledge.layout import VOCABULARY
from lems_guard.knowledge.packed import (
    FORMAT,
    HEAD,
    MAGIC,
    CompiledFileFault,
    content_digest,
    edition_digest,
    pack,
    packed_digest,
    sources_digest,
    unpack,
    write_atomically,
)
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.terminology.tables import read_vocabulary
from lems_guard.terminology.vocabulary import Vocabulary

TINY = Path(__file__).parent / "tiny"
DIGEST = "0123456789abcdef" * 4


@dataclass(frozen=True)
class Words:
    """A stand-in for the vocabulary."""

    known: dict[str, tuple[str, ...]]
    routes: frozenset[str]


ENGINE = "1.0"
WORDS = Words({"metoprolol": ("6918",)}, frozenset({"po", "iv"}))


def packed_and_back(knowledge: KnowledgeBase, vocabulary: Any, kind: type[Any]) -> Any:  # noqa: ANN401
    return unpack(pack(knowledge, vocabulary, DIGEST), kind, ENGINE)


def as_packed(knowledge: KnowledgeBase, vocabulary: object) -> KnowledgeBase:
    """Knowledge with the digest that it comes back with."""
    digest = edition_digest(content_digest(knowledge, vocabulary), ENGINE)
    return replace(knowledge, digest=digest)


@pytest.fixture(scope="module")
def knowledge() -> KnowledgeBase:
    found = compile_rules(TINY, None, DIGEST).knowledge
    assert found is not None
    return found


numbers = st.none() | st.floats(min_value=0, max_value=1000)
leaves = st.one_of(
    st.builds(Is, st.just("epilepsy"), st.frozensets(st.sampled_from(YesNo)), st.booleans()),
    st.builds(Is, st.just("phase"), st.frozensets(st.sampled_from(Phase)), st.booleans()),
    st.builds(Is, st.just("list"), st.frozensets(st.sampled_from(MedicationList))),
    st.builds(Is, st.just("jurisdiction"), st.frozensets(st.sampled_from(Jurisdiction))),
    st.builds(Between, st.just("age_years"), numbers, numbers, numbers, numbers),
)
conditions: st.SearchStrategy[Condition] = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.builds(All, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Either, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=8,
)


def with_condition(knowledge: KnowledgeBase, condition: Condition) -> KnowledgeBase:
    """The same knowledge with a condition in the first rule's outcome and modifier."""
    first = knowledge.rules[0]
    outcome = replace(first.outcomes[0], when=condition)
    rule = replace(first, outcomes=(outcome,), modifiers=(Modifier(condition, "because"),))
    return KnowledgeBase.of("1", DIGEST, (rule, *knowledge.rules[1:]), knowledge.classes)


def test_what_comes_out_is_what_went_in(knowledge: KnowledgeBase) -> None:
    assert packed_and_back(knowledge, WORDS, Words) == (as_packed(knowledge, WORDS), WORDS)


@given(condition=conditions)
def test_every_condition_survives(knowledge: KnowledgeBase, condition: Condition) -> None:
    changed = with_condition(knowledge, condition)
    again, _ = packed_and_back(changed, WORDS, Words)
    assert again == as_packed(changed, WORDS)
    when = again.rules[0].outcomes[0].when
    assert when is not None
    assert type(when) is type(condition)
    assert when.words() == condition.words()


def test_any_damage_is_noticed(knowledge: KnowledgeBase) -> None:
    content = pack(knowledge, WORDS, DIGEST)
    for position in range(0, len(content), 7):
        damaged = bytearray(content)
        damaged[position] ^= 1
        try:
            digest = packed_digest(bytes(damaged))
            unpack(bytes(damaged), Words, ENGINE)
        except CompiledFileFault:
            continue
        assert digest != DIGEST  # the digest of the sources itself was hit


@pytest.mark.parametrize("keep", [0, 5, 40, -1])
def test_a_torn_file_is_noticed(knowledge: KnowledgeBase, keep: int) -> None:
    with pytest.raises(CompiledFileFault):
        unpack(pack(knowledge, WORDS, DIGEST)[:keep], Words, ENGINE)


def test_the_packaged_vocabulary_comes_back_as_it_was(knowledge: KnowledgeBase) -> None:
    vocabulary = read_vocabulary(packaged_rules() / VOCABULARY)
    assert packed_and_back(knowledge, vocabulary, Vocabulary)[1] == vocabulary


def test_another_shape_of_vocabulary_is_noticed(knowledge: KnowledgeBase) -> None:
    with pytest.raises(CompiledFileFault, match="does not fit this engine"):
        packed_and_back(knowledge, {"other": 1}, Words)


@pytest.mark.parametrize(
    "body",
    [b"\x94\xa1\xff\x90\x90\xc0", b"\x94\xa3\xed\xa0\x80\x90\x90\xc0", b"\xc1", b"", b"\x94\xa1a"],
    ids=["no UTF-8", "a surrogate", "no MessagePack", "nothing", "cut off"],
)
def test_a_payload_that_is_none_is_told_as_the_others(body: bytes) -> None:
    """Its checksum fits: what reads it raises errors of several kinds."""
    head = HEAD.pack(MAGIC, FORMAT, bytes(32), hashlib.sha256(body).digest())
    with pytest.raises(CompiledFileFault, match="does not fit this engine"):
        unpack(head + body, Words, ENGINE)


def test_equal_content_is_equal_bytes_under_any_hash_seed(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path;"
        "from lems_guard.knowledge.compiler import compile_rules;"
        "from lems_guard.knowledge.packed import pack;"
        f"found = compile_rules(Path({str(TINY)!r}), None, {DIGEST!r});"
        f"sys.stdout.buffer.write(pack(found.knowledge, frozenset('abc'), {DIGEST!r}))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=tmp_path,
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_the_digest_moves_with_every_source_and_not_with_cases(tiny: Path) -> None:
    before = sources_digest(tiny, "1.0")
    (tiny / "vocabulary").mkdir(exist_ok=True)  # empty: in no clone
    (tiny / "vocabulary" / "names.tsv").write_text("name\n", "utf-8")
    seen = {before, sources_digest(tiny, "1.0")}
    sources = [
        path
        for path in tiny.rglob("*.*")
        if path.is_file() and not path.name.endswith("_test.yaml")
    ]
    for path in sources:
        path.write_bytes(path.read_bytes() + b"#")
        seen.add(sources_digest(tiny, "1.0"))
    assert len(seen) == len(sources) + 2
    last = sources_digest(tiny, "1.0")
    cases = tiny / "weakness" / "beta_blockers_test.yaml"
    cases.write_bytes(cases.read_bytes() + b"#")
    (tiny / "README.md").write_text("not content", "utf-8")
    write_atomically(tiny / ".compiled" / "knowledge.bin", b"made from the sources")
    assert sources_digest(tiny, "1.0") == last
    sources[0].rename(sources[0].with_name("renamed.yaml"))
    assert sources_digest(tiny, "1.0") != last


def test_the_digest_moves_with_the_engine(tiny: Path) -> None:
    assert sources_digest(tiny, "1.0") != sources_digest(tiny, "1.1")


def test_the_digest_of_the_sources_is_in_the_head(knowledge: KnowledgeBase) -> None:
    assert packed_digest(pack(knowledge, WORDS, DIGEST)) == DIGEST


def test_the_digest_of_an_edition_is_of_what_answers_and_of_the_engine(
    knowledge: KnowledgeBase,
) -> None:
    """Whatever a file says of itself: a rule that was made milder in it is another edition."""
    rule = knowledge.rules[0]
    milder = replace(rule.outcomes[0], severity=Severity.INFORMATION)
    changed = KnowledgeBase.of(
        knowledge.version,
        DIGEST,
        (replace(rule, outcomes=(milder,)), *knowledge.rules[1:]),
        knowledge.classes,
    )
    before, after = (packed_and_back(each, WORDS, Words)[0] for each in (knowledge, changed))
    assert before.digest != after.digest
    other = unpack(pack(knowledge, WORDS, DIGEST), Words, "1.1")[0]
    assert other.digest != before.digest
    elsewhere = unpack(pack(knowledge, WORDS, "00" * 32), Words, ENGINE)[0]
    assert elsewhere.digest == before.digest
