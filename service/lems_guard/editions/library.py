"""The library: rules and vocabulary together as one edition, and the edition now in service."""

import copy
import dataclasses
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from lems_guard import __version__
from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.clinical.medication import Coding, Medication, TextPhrase, Understood
from lems_guard.clinical.patient import Patient
from lems_guard.knowledge.cases import CaseResult, run_suites
from lems_guard.knowledge.compiler import Compilation, compile_rules
from lems_guard.knowledge.layout import VOCABULARY
from lems_guard.knowledge.manifest import LOCK, Manifest, manifest_of, released
from lems_guard.knowledge.overlay import overlaid
from lems_guard.knowledge.packed import (
    COMPILED,
    CompiledFileFault,
    content_digest,
    edition_digest,
    pack,
    packed_content,
    packed_digest,
    sources_digest,
    unpack,
    write_atomically,
)
from lems_guard.knowledge.review import signed
from lems_guard.screening.knowledge_base import DrugClass, KnowledgeBase
from lems_guard.terminology.conditions import with_conditions
from lems_guard.terminology.indications import with_use
from lems_guard.terminology.resolver import Resolver
from lems_guard.terminology.tables import read_vocabulary
from lems_guard.terminology.vocabulary import NOT_SAID, Vocabulary

if TYPE_CHECKING:  # SQLite is loaded only where a site has a release of its own
    from lems_guard.terminology.site.vocabulary import SiteVocabulary

PACKAGE = Path(__file__).parents[1]


@dataclass(frozen=True)
class Edition:
    """One immutable pair of rules and vocabulary: a request takes one and keeps it to its end."""

    knowledge: KnowledgeBase
    vocabulary: Vocabulary
    site: "SiteVocabulary | None" = field(default=None, repr=False, compare=False)
    resolver: Resolver = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        groups = groups_of(self.knowledge.classes)
        resolver = Resolver(self.vocabulary, self.knowledge.candidates, self.site, groups)
        object.__setattr__(self, "resolver", resolver)

    def understand(self, medication: Medication) -> Understood:
        """What an order is, by this edition's vocabulary."""
        understood = self.resolver.understand(medication)
        return with_use(understood, medication.indication, self.vocabulary.indications)

    def with_knowledge(self, knowledge: KnowledgeBase) -> "Edition":
        """The same vocabulary, prepared as it is, beside other rules."""
        edition = copy.copy(self)
        object.__setattr__(edition, "knowledge", knowledge)
        return edition

    def explain(self, medication: Medication) -> Understood:
        """What an order is, with the trail of how that was found."""
        return self.resolver.explained(medication)

    def phrases(self, medication: Medication) -> tuple[TextPhrase, ...]:
        """The text of an order in phrases, each character in exactly one."""
        return self.resolver.phrases(medication)

    def with_conditions(
        self, patient: Patient, conditions: tuple[Coding, ...]
    ) -> tuple[Patient, tuple[str, ...]]:
        """The patient with the facts that coded diagnoses tell, and what to say of them."""
        return with_conditions(patient, conditions, self.vocabulary.conditions)

    def ingredient_count(self) -> int:
        """How many ingredients are recognised."""
        new = self.site.new_ingredients.keys() if self.site else set[str]()
        return len(self.vocabulary.ingredients.keys() | new)

    def name_count(self) -> int:
        """How many names, brands and codes they are recognised by."""
        vocabulary = self.vocabulary
        own = len(vocabulary.names) + len(vocabulary.brands) + len(vocabulary.codes)
        return own + (self.site.about.counts["name"] if self.site else 0)


def groups_of(classes: Iterable[DrugClass]) -> dict[str, frozenset[str]]:
    """The classes by what stands for them: groups of the ATC, and names of classes in orders."""
    groups: dict[str, frozenset[str]] = {}
    for each in classes:
        named = [member for member in each.members if member.endswith(NOT_SAID)]
        for name in (*each.atc, *named):
            groups[name] = groups.get(name, frozenset()) | each.members
    return groups


def with_site(edition: Edition, path: Path | None) -> Edition:
    """The edition with the site's own vocabulary, which counts in its digest and its classes."""
    if path is None:
        return edition
    from lems_guard.terminology.site.schema import UnusableVocabulary  # noqa: PLC0415  # SQLite
    from lems_guard.terminology.site.vocabulary import SiteVocabulary  # noqa: PLC0415

    try:
        site = SiteVocabulary(path, edition.vocabulary)
    except UnusableVocabulary as fault:
        raise InvalidKnowledge((str(fault),)) from fault
    return Edition(_joined(edition.knowledge, site), edition.vocabulary, site)


def _joined(knowledge: KnowledgeBase, site: "SiteVocabulary") -> KnowledgeBase:
    """Ingredients that only the release knows belong to the classes that cite their ATC group."""
    digest = hashlib.sha256(f"{knowledge.digest} {site.about.digest}".encode()).hexdigest()
    classes = [_with_new_members(each, site) for each in knowledge.classes]
    joined = KnowledgeBase.of(knowledge.version, digest, knowledge.rules, classes)
    dated = tuple((day, _joined(each, site)) for day, each in knowledge.dated)
    return dataclasses.replace(joined, overlay=knowledge.overlay, dated=dated)


def _with_new_members(drug_class: DrugClass, site: "SiteVocabulary") -> DrugClass:
    found = {name for group in drug_class.atc for name in site.ingredients_under(group)}
    new = found - {name for name, _ in drug_class.excluded}
    return dataclasses.replace(drug_class, members=drug_class.members | new) if new else drug_class


class Loaded(NamedTuple):
    """An edition, and why it was compiled from YAML (empty: the compiled file was read)."""

    edition: Edition
    compiled_because: str


class Draft(NamedTuple):
    """A folder as far as it could be read: the vocabulary, the rules, and every problem."""

    vocabulary: Vocabulary | None
    vocabulary_problems: tuple[str, ...]
    rules: Compilation

    @property
    def problems(self) -> tuple[str, ...]:
        """Everything that is wrong, a line each."""
        return (*self.vocabulary_problems, *map(str, self.rules.problems))


def packaged_rules() -> Path:
    """The rules that came with the package: inside a wheel, beside `service/` in a checkout."""
    inside = PACKAGE / "rules"
    return inside if inside.is_dir() else PACKAGE.parents[1] / "rules"


def draft_edition(rules_dir: Path, *, is_past: bool = False) -> Draft:
    """Read a folder without running its cases, and tell all that is wrong with it.

    Of an earlier release less is asked.
    """
    vocabulary: Vocabulary | None = None
    problems: tuple[str, ...] = ()
    try:
        vocabulary = read_vocabulary(rules_dir / VOCABULARY, is_past=is_past)
    except InvalidKnowledge as fault:
        problems = tuple(f"{VOCABULARY}/{problem}" for problem in fault.problems)
    names = vocabulary.ingredient_names() if vocabulary else None
    rules = compile_rules(rules_dir, names, is_past=is_past)
    return Draft(vocabulary, problems, rules)


def compile_edition(rules_dir: Path) -> Edition:
    """Compile a folder and run its cases; rules that fail their own cases do not load."""
    draft = draft_edition(rules_dir)
    edition = edition_of(draft)
    failures = tuple(
        str(result.problem()) for result in results_of(draft, edition) if result.differences
    )
    if failures:
        raise InvalidKnowledge(failures)
    return edition


def edition_of(draft: Draft) -> Edition:
    """The edition that a draft without problems amounts to."""
    if draft.vocabulary is None or draft.rules.knowledge is None:
        raise InvalidKnowledge(draft.problems)
    knowledge, vocabulary = draft.rules.knowledge, draft.vocabulary
    digest = edition_digest(content_digest(knowledge, vocabulary), __version__)
    return Edition(dataclasses.replace(knowledge, digest=digest), vocabulary)


def results_of(draft: Draft, edition: Edition) -> tuple[CaseResult, ...]:
    """What became of every case."""
    return tuple(run_suites(draft.rules.suites, edition.knowledge, edition.understand))


def write_compiled(edition: Edition, rules_dir: Path) -> Path:
    """Put the compiled file of an edition beside its sources."""
    path = rules_dir / COMPILED
    sources = sources_digest(rules_dir, __version__)
    write_atomically(path, pack(edition.knowledge, edition.vocabulary, sources))
    return path


def refuse_unreleased(edition: Edition, rules_dir: Path) -> None:
    """Raise `InvalidKnowledge` where a service would not take a folder's compiled edition."""
    manifest = released(rules_dir)
    if content_digest(edition.knowledge, edition.vocabulary) != manifest.content:
        shown = f"{LOCK}:1:1: not-locked: this engine makes other content of it: run `rules lock`"
        raise InvalidKnowledge((shown,))


def load_edition(rules_dir: Path, compiled: Callable[[Path], Edition] = compile_edition) -> Loaded:
    """The edition of a folder that is whole, as its manifest says; raises `InvalidKnowledge`.

    It is read from the compiled file where that fits the sources and holds what they were locked
    to compile to; else `compiled` makes it.
    """
    manifest = released(rules_dir)
    try:
        return Loaded(_counted(read_compiled(rules_dir, manifest.content), manifest), "")
    except CompiledFileFault as fault:
        edition, because = compiled(rules_dir), str(fault)
    if released(rules_dir) != manifest:
        raise InvalidKnowledge(("the folder changed while it was compiled: try again",))
    return Loaded(_counted(edition, manifest), because)


def _counted(edition: Edition, manifest: Manifest) -> Edition:
    """The edition, which has as many rules and classes as were locked."""
    found = len(edition.knowledge.rules), len(edition.knowledge.classes)
    locked = manifest.rules, manifest.classes
    if found != locked:
        raise InvalidKnowledge((f"rules and classes are {found}, and {locked} were locked",))
    return edition


def write_lock(rules_dir: Path, lines: str, edition: Edition) -> None:
    """Lock a folder: these lines of its rules, and the manifest of the edition made from it."""
    knowledge = edition.knowledge
    content = content_digest(knowledge, edition.vocabulary)
    manifest = manifest_of(rules_dir, knowledge, content)
    told = "".join(f"{line}\n" for line in manifest.lines())
    write_atomically(rules_dir / LOCK, f"{lines}{told}".encode())


def browse_edition(rules_dir: Path, overlay: Path | None = None) -> Edition:
    """An edition to read in, not to answer from: its cases are not run."""
    return as_site(_read(rules_dir), rules_dir, overlay=overlay)


def past_edition(rules_dir: Path) -> Edition:
    """The edition of an earlier release, to compare with one of this release.

    Raises `InvalidKnowledge` where it was written in a form that is no longer read.
    """
    return _read(rules_dir, is_past=True)


def _read(rules_dir: Path, *, is_past: bool = False) -> Edition:
    try:
        return read_compiled(rules_dir)
    except CompiledFileFault:
        return edition_of(draft_edition(rules_dir, is_past=is_past))


def as_site(
    edition: Edition,
    rules_dir: Path,
    *,
    vocabulary: Path | None = None,
    overlay: Path | None,
    is_past: bool = False,
) -> Edition:
    """The edition as a site has it: with all that joins it, and its overlay laid over that.

    The overlay is of today, and need not fit the rules of an earlier release.
    """
    joined = joined_with(edition, rules_dir, vocabulary, overlay, is_past=is_past)
    return under(overlay, joined, is_past=is_past)


def joined_with(
    edition: Edition,
    rules_dir: Path,
    vocabulary: Path | None,
    overlay: Path | None,
    *,
    is_past: bool = False,
) -> Edition:
    """The edition with what was signed, and with the site's own release."""
    knowledge = signed(edition.knowledge, rules_dir, overlay, is_past=is_past)
    return with_site(edition.with_knowledge(knowledge), vocabulary)


def under(overlay: Path | None, edition: Edition, *, is_past: bool = False) -> Edition:
    """The edition as a site's overlay has it; raises `InvalidKnowledge` for one that is unsound."""
    if overlay is None:
        return edition
    return edition.with_knowledge(overlaid(edition.knowledge, overlay, is_past=is_past))


def read_compiled(rules_dir: Path, locked: str = "") -> Edition:
    """The edition in a folder's compiled file; raises `CompiledFileFault` when it does not fit.

    `locked` is the digest of the content that it must hold; empty: whoever only reads does not
    know.
    """
    path = rules_dir / COMPILED
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise CompiledFileFault(f"no compiled file at {path}") from fault
    if packed_digest(content) != sources_digest(rules_dir, __version__):
        raise CompiledFileFault(f"{path} was made from other sources")
    if locked and packed_content(content) != locked:
        raise CompiledFileFault(f"{path} holds other content than {LOCK} says")
    return Edition(*unpack(content, Vocabulary, __version__))


@dataclass
class Library:
    """The edition in service. A reload that fails leaves it there and remembers why.

    `approve` raises `InvalidKnowledge` for an edition that must not answer; the site's overlay,
    which is meant to change what is said, is not yet laid over it.
    """

    rules_dir: Path
    load: Callable[[Path], Loaded] = load_edition
    site: Path | None = None
    overlay: Path | None = None
    approve: Callable[[Edition], None] = lambda _: None
    current: Edition = field(init=False)
    compiled_because: str = field(init=False, default="")
    problem: InvalidKnowledge | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """The first edition must load: without one there is nothing to serve."""
        self._take(self.load(self.rules_dir))

    def index_names(self) -> None:
        """Build what finds misspelt names, or the first order that needs it would wait for it.

        It takes a third of all that a start does, so a service does it once it serves.
        """
        _ = self.current.resolver.close_names

    def reload(self) -> bool:
        """Take the folder's present content into service; false when it does not compile."""
        try:
            self._take(self.load(self.rules_dir))
            self.index_names()
        except InvalidKnowledge as problem:
            self.problem = problem
            return False
        except OSError as fault:  # a file vanished while the folder was being read
            self.problem = InvalidKnowledge((str(fault),))
            return False
        return True

    def _take(self, loaded: Loaded) -> None:
        joined = joined_with(loaded.edition, self.rules_dir, self.site, self.overlay)
        self.approve(joined)
        edition = under(self.overlay, joined)
        if not self._is_in_service(edition):
            self.current = edition
        self.compiled_because, self.problem = loaded.compiled_because, None

    def _is_in_service(self, edition: Edition) -> bool:
        """Whether the same content answers already, and its files hold what they held."""
        now = getattr(self, "current", None)
        if now is None or now.knowledge.digest != edition.knowledge.digest:
            return False
        return now.site is None or now.site.is_as_opened
