"""The compiler: a folder of YAML to a `KnowledgeBase` and its cases, with all problems at once."""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol, TypeVar

from lems_guard.clinical.rule import Rule
from lems_guard.knowledge.advice import Names
from lems_guard.knowledge.classes import read_class
from lems_guard.knowledge.layout import Layout
from lems_guard.knowledge.meaning import can_miss_a_fact
from lems_guard.knowledge.problems import Place, Problem, Problems
from lems_guard.knowledge.reader import read
from lems_guard.knowledge.rule_files import rules_of
from lems_guard.knowledge.rules import read_rule
from lems_guard.knowledge.shape import Fields
from lems_guard.knowledge.sources import read_source
from lems_guard.knowledge.suites import Case, CaseNames, Suite, read_cases
from lems_guard.knowledge.tree import Node
from lems_guard.screening.knowledge_base import KnowledgeBase


class Compilation(NamedTuple):
    """What a folder compiled to. With problems there is no knowledge base."""

    knowledge: KnowledgeBase | None
    suites: tuple[Suite, ...]
    problems: tuple[Problem, ...]
    places: Mapping[str, Place]
    """Where each thing stands, by list and id: `rules/beta-blocker-weakness`."""


class NamedContent(Protocol):
    """Something of the content that has an id of its own."""

    @property
    def id(self) -> str:
        """The id."""


# What a reference to a missing thing is called, by the list that the thing stands in.
UNKNOWN_CODES = {"sources": "unknown-source", "classes": "unknown-class", "rules": "unknown-rule"}
# What lint wants of content besides that it can be understood: an earlier release knew less of it.
LATER_WISHES = frozenset(
    {
        "dead-condition",
        "forgotten-jurisdiction",
        "idle-condition",
        "idle-exception",
        "idle-modifier",
        "idle-partners",
        "idle-told-once",
        "long-alert",
        "long-deed",
        "long-summary",
        "second-hand",
        "unmarked-need",
        "unreachable-outcome",
        "unsaid-judgement",
        "unseen-population",
        "weak-evidence",
    }
)
# A name of a mapping that stands elsewhere in the file is text; what is unknown stays text.
UNKNOWN_NAMES = frozenset({"unknown-evidence", "unknown-alternative"})

Thing = TypeVar("Thing", bound=NamedContent)


def compile_rules(
    rules_dir: Path, ingredients: Collection[str] | None, digest: str = "", *, is_past: bool = False
) -> Compilation:
    """Compile a folder. Ingredient names go unchecked where the vocabulary cannot be read.

    Of an earlier release no cases are read, and what today's lint wants is not asked.
    """
    return _Compiler(rules_dir, ingredients, is_past=is_past).compile(digest)


class _Compiler:
    """One compilation: where each thing stands, and the problems so far."""

    def __init__(
        self, rules_dir: Path, ingredients: Collection[str] | None, *, is_past: bool
    ) -> None:
        self._is_past = is_past
        self._problems = Problems()
        self._layout = Layout.of(rules_dir, self._problems)
        self._ingredients = ingredients
        self._places: dict[str, Place] = {}
        self._partial: set[str] = set()

    def compile(self, digest: str) -> Compilation:
        """Read sources, then classes, then rules, then cases: each may name what came before."""
        version = self._version()
        sources = self._things(
            "sources", self._layout.sources, lambda node, _: read_source(node, self._problems)
        )
        classes = self._things(
            "classes",
            self._layout.classes,
            lambda node, file: read_class(node, file, self._ingredients, sources, self._problems),
        )
        names = Names(sources, classes, self._ingredients)
        rules = self._things(
            "rules",
            self._layout.rules,
            lambda node, file: read_rule(node, file, names, self._problems),
        )
        files = () if self._is_past else self._layout.rules
        suites = tuple(self._suite(file, rules) for file in files)
        problems = self._causes()
        if problems:
            return Compilation(None, suites, problems, self._places)
        knowledge = KnowledgeBase.of(version, digest, rules.values(), classes.values())
        return Compilation(knowledge, suites, (), self._places)

    def _causes(self) -> tuple[Problem, ...]:
        """The problems without what only follows from another.

        A name is not called unknown where the file that may define it could not be read; nor has
        an unknown name the wrong shape besides.
        """
        found = self._problems.sorted()
        misnamed = {problem[:3] for problem in found if problem.code in UNKNOWN_NAMES}
        return tuple(
            problem
            for problem in found
            if problem.code not in self._partial
            and not (self._is_past and problem.code in LATER_WISHES)
            and not (problem.code == "wrong-shape" and problem[:3] in misnamed)
        )

    def _version(self) -> str:
        """The edition's name, from `knowledge.yaml`."""
        roots = [self._document(file) for file in self._layout.knowledge]
        for root in roots:
            if root is not None:
                return Fields(root, self._problems, "the file", ("version",)).text("version")
        return ""

    def _things(
        self, key: str, files: tuple[str, ...], read_one: Callable[[Node, str], Thing]
    ) -> dict[str, Thing]:
        """Everything listed under `key` in these files, by id; each id is used once."""
        found: dict[str, Thing] = {}
        if not files:
            self._partial.add(UNKNOWN_CODES[key])
        for file in files:
            for node in self._listed(key, file):
                thing = read_one(node, file)
                place = self._places.setdefault(f"{key}/{thing.id}", node.place)
                if place is node.place:
                    found[thing.id] = thing
                elif thing.id:
                    shown = f"{thing.id!r} is taken already, at {place}"
                    self._problems.add(node.place, "duplicate-id", shown)
                    self._partial.add(UNKNOWN_CODES[key])
        return found

    def _listed(self, key: str, file: str) -> tuple[Node, ...]:
        """The items of the one list that a file holds; an empty one is a problem."""
        root = self._document(file)
        if root is None:
            self._partial.add(UNKNOWN_CODES[key])
            return ()
        if key == "rules":
            return rules_of(root, self._problems)
        return Fields(root, self._problems, "the file", (key,)).items(key, least=1)

    def _document(self, file: str) -> Node | None:
        try:
            text = (self._layout.root / file).read_bytes().decode("utf-8")
        except UnicodeDecodeError as fault:
            shown = f"not UTF-8 at byte {fault.start}"
            self._problems.add(Place(file, 1, 1), "encoding", shown)
            return None
        return read(text, file, self._problems)

    def _suite(self, file: str, rules: dict[str, Rule]) -> Suite:
        """The cases beside one rule file, which must show each of its rules."""
        own = {rule.id: rule for rule in rules.values() if rule.file == file}
        cases_file = self._layout.cases_of(file)
        names = CaseNames(frozenset(own), rules, self._ingredients)
        before = len(self._problems)
        root = self._document(cases_file) if cases_file in self._layout.cases else None
        cases = read_cases(root, names, self._problems) if root is not None else ()
        if len(self._problems) == before:
            self._check_shown(own, cases, cases_file)
        return Suite(cases_file, frozenset(own), cases)

    def _check_shown(self, own: dict[str, Rule], cases: tuple[Case, ...], file: str) -> None:
        """Every rule fires in one case, does not in another, and lacks a fact in a third."""
        for rule in own.values():
            shown = {case.shows for case in cases if case.rule == rule.id}
            needed = ["fires", "near-miss"] + ["missing-fact"] * can_miss_a_fact(rule)
            lacking = ", ".join(kind for kind in needed if kind not in shown)
            if lacking:
                message = f"no case in {file} shows it: {lacking}"
                self._problems.add(self._places[f"rules/{rule.id}"], "missing-case", message)
