"""The compiled file: knowledge and vocabulary in one piece, so that a start parses no YAML.

Layout: magic, format number, digest of the sources (32 bytes), SHA-256 of the payload (32 bytes),
payload. The payload is MessagePack and deterministic: equal content gives equal bytes. So the
digest of an edition is of what is in the payload, hence of what answers, wherever it came from.
"""

import dataclasses
import hashlib
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from lems_guard.clinical.condition import All, Between, Condition, Either, Is, Not
from lems_guard.clinical.facts import Facts, Verdict
from lems_guard.clinical.rule import Alternative, Modifier, Outcome, Rule
from lems_guard.knowledge.conditions import choices_of
from lems_guard.knowledge.layout import CASES_ENDING, SIGNATURES, content_files
from lems_guard.screening.knowledge_base import DrugClass, KnowledgeBase

MAGIC = b"LEMSGUARD"
FORMAT = 7
HEAD = struct.Struct(f"!{len(MAGIC)}sH32s32s")
COMPILED = Path(".compiled", "knowledge.bin")
CONTENT_ENDINGS = (".yaml", ".tsv")
# What the vocabulary's tables are built from changes an answer by way of them alone.
BUILT_FROM = ("vocabulary/sources/", "vocabulary/by_hand/")

Vocabulary = TypeVar("Vocabulary")


class CompiledFileFault(Exception):
    """A compiled file that cannot be used: foreign, damaged or of another format."""


class _Payload(msgspec.Struct, Generic[Vocabulary], array_like=True, frozen=True):
    version: str
    rules: tuple[Rule, ...]
    classes: tuple[DrugClass, ...]
    vocabulary: Vocabulary


def sources_digest(rules_dir: Path, engine: str) -> str:
    """The hex digest of the sources of an edition: content by path, and the engine's version."""
    digest = hashlib.sha256(f"{FORMAT} {engine}".encode())
    for name in source_files(rules_dir):
        content = (rules_dir / name).read_bytes()
        digest.update(f"\0{len(name)} {name} {len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def source_files(rules_dir: Path) -> Iterator[str]:
    """Every file that can change an answer.

    Cases are left out: they judge the content and change nothing in it. So are signatures, which
    are laid over it when it is loaded.
    """
    for name in content_files(rules_dir):
        if name.startswith(BUILT_FROM) or name == SIGNATURES:
            continue
        if name.endswith(CONTENT_ENDINGS) and not name.endswith(CASES_ENDING):
            yield name


def pack(knowledge: KnowledgeBase, vocabulary: object, sources: str) -> bytes:
    """The compiled file of an edition that was made from sources of this digest."""
    body = payload_of(knowledge, vocabulary)
    head = HEAD.pack(MAGIC, FORMAT, bytes.fromhex(sources), hashlib.sha256(body).digest())
    return head + body


def content_digest(knowledge: KnowledgeBase, vocabulary: object) -> str:
    """The hex digest of an edition's content: rules, classes and vocabulary as they answer."""
    return hashlib.sha256(payload_of(knowledge, vocabulary)).hexdigest()


def edition_digest(content: str, engine: str) -> str:
    """The digest that answers carry: of the content, and of the engine that judges by it."""
    return hashlib.sha256(f"{FORMAT} {engine} {content}".encode()).hexdigest()


def payload_of(knowledge: KnowledgeBase, vocabulary: object) -> bytes:
    """What the compiled file holds of an edition: equal content gives equal bytes."""
    payload = _Payload(
        knowledge.version,
        tuple(_carrying(rule) for rule in knowledge.rules),
        knowledge.classes,
        vocabulary,
    )
    return msgspec.msgpack.Encoder(enc_hook=_uncarry, order="deterministic").encode(payload)


def packed_digest(content: bytes) -> str:
    """The digest of the sources that a compiled file was made from."""
    return _head(content)[0].hex()


def packed_content(content: bytes) -> str:
    """The digest of the content that a compiled file says to hold; `unpack` holds it to that."""
    return _head(content)[1].hex()


def unpack(
    content: bytes, vocabulary: type[Vocabulary], engine: str
) -> tuple[KnowledgeBase, Vocabulary]:
    """The edition in a compiled file, equal to the one that was packed."""
    _, checksum = _head(content)
    body = memoryview(content)[HEAD.size :]
    if hashlib.sha256(body).digest() != checksum:
        raise CompiledFileFault("its content is damaged")
    try:
        payload = msgspec.msgpack.decode(
            body,
            type=_Payload[vocabulary],  # type: ignore[valid-type]  # the type is a value here
            dec_hook=_condition,
        )
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as fault:
        raise CompiledFileFault(f"it does not fit this engine: {fault}") from fault
    digest = edition_digest(checksum.hex(), engine)
    try:
        knowledge = KnowledgeBase.of(payload.version, digest, payload.rules, payload.classes)
    except (LookupError, ValueError) as fault:
        raise CompiledFileFault(f"its parts do not fit each other: {fault!r}") from fault
    return knowledge, payload.vocabulary


def write_atomically(path: Path, content: bytes) -> None:
    """Write beside, then rename: a reader sees the old file or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_bytes(content)
    beside.replace(path)


def _head(content: bytes) -> tuple[bytes, bytes]:
    if len(content) < HEAD.size:
        raise CompiledFileFault("it is too short")
    magic, format_number, sources, checksum = HEAD.unpack_from(content)
    if magic != MAGIC or format_number != FORMAT:
        raise CompiledFileFault(f"it is not a compiled file of format {FORMAT}")
    return sources, checksum


class _Carried:
    """A condition on its way into the file: the encoder asks `_uncarry` what to write for it."""

    def __init__(self, condition: Condition) -> None:
        self.condition = condition

    def judge(self, facts: Facts) -> Verdict:
        """As the condition does."""
        return self.condition.judge(facts)

    def words(self) -> str:
        """As the condition does."""
        return self.condition.words()


def _carrying(rule: Rule) -> Rule:
    """The rule with its conditions wrapped, as the encoder needs them."""
    outcomes = tuple(_carrying_outcome(outcome) for outcome in rule.outcomes)
    modifiers = tuple(Modifier(_Carried(item.when), item.reason) for item in rule.modifiers)
    return dataclasses.replace(rule, outcomes=outcomes, modifiers=modifiers)


def _carrying_outcome(outcome: Outcome) -> Outcome:
    advice = outcome.advice
    if any(each.unless or each.suits for each in advice.alternatives):
        offered = tuple(map(_carrying_alternative, advice.alternatives))
        outcome = dataclasses.replace(
            outcome, advice=dataclasses.replace(advice, alternatives=offered)
        )
    if outcome.when is None:
        return outcome
    return dataclasses.replace(outcome, when=_Carried(outcome.when))


def _carrying_alternative(offered: Alternative) -> Alternative:
    return dataclasses.replace(
        offered,
        unless=_Carried(offered.unless) if offered.unless else None,
        suits=_Carried(offered.suits) if offered.suits else None,
    )


def _uncarry(carried: object) -> list[Any]:
    if not isinstance(carried, _Carried):
        raise NotImplementedError(f"{type(carried).__name__} has no place in the compiled file")
    return _tagged(carried.condition)


def _tagged(condition: Condition) -> list[Any]:
    """A condition as a list that begins with its kind."""
    match condition:
        case Is(fact, values, or_unknown):
            return ["is", fact, sorted(values), or_unknown]
        case Between(fact, above, at_least, at_most, below):
            return ["between", fact, above, at_least, at_most, below]
        case All(parts):
            return ["all", *map(_tagged, parts)]
        case Either(parts):
            return ["any", *map(_tagged, parts)]
        case Not(part):
            return ["not", _tagged(part)]
        case _:
            raise NotImplementedError(f"no tag for the condition {type(condition).__name__}")


def _condition(_: type, tagged: Any) -> Condition:  # noqa: ANN401  # what MessagePack holds
    """The condition that a tagged list stands for."""
    match tagged:
        case ["is", fact, values, or_unknown]:
            return Is(fact, frozenset(map(choices_of(fact), values)), or_unknown)
        case ["between", fact, *bounds]:
            return Between(fact, *bounds)
        case ["all", *parts]:
            return All(tuple(_condition(_, part) for part in parts))
        case ["any", *parts]:
            return Either(tuple(_condition(_, part) for part in parts))
        case ["not", part]:
            return Not(_condition(_, part))
        case _:
            raise ValueError("a condition of an unknown kind")
