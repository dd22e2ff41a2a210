"""Doors of files that a site writes: rules, overlay, callers, releases, and what they become."""

import contextlib
import dataclasses
import functools
import hashlib
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import msgspec

from fuzz.calls import edition
from fuzz.door import Door, Doors, kept, must
from lems_guard.callers.callers_file import read_callers
from lems_guard.callers.issuers import keys_in
from lems_guard.clinical.errors import InvalidKnowledge, Unavailable
from lems_guard.editions.library import packaged_rules
from lems_guard.knowledge.compiler import compile_rules
from lems_guard.knowledge.overlay import overlaid
from lems_guard.knowledge.packed import HEAD, CompiledFileFault, pack, unpack
from lems_guard.screening.knowledge_base import KnowledgeBase
from lems_guard.terminology.site.loading import Demands, import_release
from lems_guard.terminology.site.rrf import BrokenRelease
from lems_guard.terminology.site.schema import UnusableVocabulary
from lems_guard.terminology.site.vocabulary import SiteVocabulary
from lems_guard.terminology.tables import read_vocabulary
from lems_guard.terminology.vocabulary import Vocabulary
from terminology.small_release import WIDTHS, SmallRelease

TINY = Path(__file__).parents[1] / "knowledge" / "tiny"
DIGEST = "0123456789abcdef" * 4
RULES = "weakness/beta_blockers.yaml"
OVERLAY = """\
overlay:
- rule: beta-blocker-weakness
  severity: CAUTION
  who: A. Pharmacist
  reason: agreed in the committee of 2026-11
  expires: 2027-06-30
"""
CALLERS = """\
callers:
- name: pharmacy
  token_sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
  roles: [check, feedback]
  calls_per_second: 200
- name: ehr
  issuer: {iss: "https://ehr.example", sub: guard, jku: "https://ehr.example/jwks", audience: us}
  roles: [check]
  profile: {hooks: [order-sign], country: CH, least_severity: CAUTION}
- name: sidecar
  certificate: {san: guard.example}
  roles: [operate]
"""
KEYS = '{"keys": [{"kty": "EC", "crv": "P-384", "kid": "1", "x": "AA", "y": "AA", "use": "sig"}]}'
OF_YAML = (b"- ", b": ", b"&a ", b"*a", b"!!python/object ", b"|\n", b">-\n", b"? ", b"{a: ", b"#")
READ = ("ingredients.tsv", "brands.tsv", "frequencies.tsv", "conditions.tsv")


class Scratch:
    """A folder that ends with the process."""

    def __init__(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="fuzz-")
        self.path = Path(self.folder.name)


@functools.cache
def scratch() -> Path:
    """Where inputs become files."""
    return KEPT.path


KEPT = Scratch()


def put(name: str, data: bytes) -> Path:
    """An input as a file."""
    path = scratch() / name
    path.write_bytes(data)
    return path


@functools.cache
def tiny_rules() -> Path:
    """A copy of the tiny rules, one file of which is the input."""
    return Path(shutil.copytree(TINY, scratch() / "rules"))


@functools.cache
def tiny() -> KnowledgeBase:
    """The tiny rules as they are."""
    found = compile_rules(TINY, None, DIGEST).knowledge
    assert found is not None
    return found


def refused(read: Callable[[], object], *faults: type[Exception]) -> None:
    """Read, or refuse for one of these reasons, which must be told."""
    try:
        read()
    except faults as fault:
        must(str(fault).strip(), "refused without a word")


def rules(data: bytes) -> None:
    """A file of rules."""
    (tiny_rules() / RULES).write_bytes(data)
    found = compile_rules(tiny_rules(), None, DIGEST)
    must((found.knowledge is None) == bool(found.problems), "neither rules nor problems, or both")


def overlay(data: bytes) -> None:
    """A site's overlay."""
    path = put("overlay.yaml", data)
    refused(lambda: overlaid(tiny(), path), InvalidKnowledge)


def callers(data: bytes) -> None:
    """A file of callers."""
    found = read_callers(data, scratch() / "callers.yaml")
    must(found.known or found.problems or not data.strip(), "nobody, and nothing wrong")


def keys(data: bytes) -> None:
    """The keys of an issuer, from a file or an address."""
    refused(lambda: keys_in(data), msgspec.DecodeError)


@functools.cache
def demands() -> Demands:
    """What an imported release must fit."""
    return Demands(edition().vocabulary)


def imported(source: Path) -> None:
    """A release that is read whole, or refused with its place."""
    refused(lambda: import_release(source, scratch() / "new.sqlite", demands()), BrokenRelease)


def release(data: bytes) -> None:
    """One file of a release, which the first byte chooses; the others are sound."""
    folder = scratch() / "release"
    shutil.rmtree(folder, ignore_errors=True)
    SmallRelease().write(folder)
    name = sorted(WIDTHS)[data[0] % len(WIDTHS) if data else 0]
    (folder / "rrf" / f"{name}.RRF").write_bytes(data[1:])
    imported(folder)


def zipped(data: bytes) -> None:
    """A release as a zip file."""
    imported(put("release.zip", data))


def tables(data: bytes) -> None:
    """One table of the vocabulary, which the first byte chooses."""
    name = READ[data[0] % len(READ) if data else 0]
    folder = scratch() / "tables"
    folder.mkdir(exist_ok=True)
    for path in (packaged_rules() / "vocabulary").glob("*.tsv"):
        lines = path.read_bytes().splitlines(keepends=True)[:50]
        (folder / path.name).write_bytes(b"".join(lines))
    (folder / name).write_bytes(data[1:])
    refused(lambda: read_vocabulary(folder), InvalidKnowledge)


def compiled(data: bytes) -> None:
    """A compiled file whose checksum was made to fit, as damage by chance could not be."""
    body = data[HEAD.size :]
    with contextlib.suppress(Exception):
        magic, form, sources, _ = HEAD.unpack_from(data)
        data = HEAD.pack(magic, form, sources, hashlib.sha256(body).digest()) + body
    refused(lambda: unpack(data, Vocabulary, "1"), CompiledFileFault)


def no_words() -> Vocabulary:
    """A vocabulary of nothing, which keeps a compiled file small."""
    whole = edition().vocabulary
    nothing = {each.name: type(getattr(whole, each.name))() for each in dataclasses.fields(whole)}
    return dataclasses.replace(whole, **nothing)


@functools.cache
def sound_site() -> bytes:
    """The file that the small release becomes."""
    target = scratch() / "sound.sqlite"
    import_release(SmallRelease().write(scratch() / "sound"), target, demands())
    return target.read_bytes()


def site(data: bytes) -> None:
    """A site's vocabulary, damaged: refused, or an error of the call that comes upon it."""
    path = put("site.sqlite", data)
    try:
        found = SiteVocabulary(path, edition().vocabulary)
    except UnusableVocabulary as fault:
        must(str(fault).strip(), "refused without a word")
        return
    with contextlib.suppress(Unavailable, KeyError):
        found.named("metoprolol")
        found.ingredients_under("C07")


def zip_of(number: int = 1) -> bytes:
    """The small release as a zip, its largest file so many times as long."""
    path = SmallRelease().zipped(scratch() / "sound.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("rrf/more.txt", SmallRelease().text("RXNCONSO") * number)
    return path.read_bytes()


def rows(name: str, number: int = 1) -> bytes:
    """A file of the small release as the input of its door, its rows so many times."""
    return bytes((sorted(WIDTHS).index(name),)) + SmallRelease().text(name).encode() * number


def table(number: int) -> bytes:
    """A table as the input of its door."""
    lines = (packaged_rules() / "vocabulary" / READ[number]).read_bytes().splitlines(keepends=True)
    return bytes((number,)) + b"".join(lines[:50])


SOUND_RULES = (TINY / RULES).read_bytes()
SOUND_OVERLAY = OVERLAY.encode()
FILES: Doors = {
    "rules": lambda: Door(
        rules,
        (SOUND_RULES, *kept("rules")),
        lambda size: SOUND_RULES + b"# more\n" * size,
        OF_YAML,
    ),
    "overlay": lambda: Door(
        overlay, (SOUND_OVERLAY,), lambda size: SOUND_OVERLAY + SOUND_OVERLAY[9:] * size, OF_YAML
    ),
    "callers": lambda: Door(
        callers,
        (CALLERS.encode(), *kept("callers")),
        lambda size: CALLERS.encode() + CALLERS[9:].encode() * size,
        OF_YAML,
    ),
    "keys": lambda: Door(
        keys,
        (KEYS.encode(), *kept("keys")),
        lambda size: KEYS.encode() + b" " * size,
        (b'"kty"', b'"x5c":["\xff"]', b"[[["),
    ),
    "release": lambda: Door(
        release,
        tuple(rows(name) for name in sorted(WIDTHS)),
        lambda size: rows("RXNREL", size),
        (b"has_ingredient", b"isa", b"RXNORM", b"99999999999999999999", b"\n|||"),
    ),
    "zip": lambda: Door(
        zipped, (zip_of(), *kept("zip")), zip_of, (b"PK\1\2", b"PK\3\4", b"PK\5\6")
    ),
    "tables": lambda: Door(
        tables, tuple(map(table, range(len(READ)))), lambda size: table(0) * size, (b"\t", b";")
    ),
    "compiled": lambda: Door(
        compiled,
        (pack(tiny(), no_words(), DIGEST), *kept("compiled")),
        lambda size: pack(tiny(), no_words(), DIGEST) + b"\0" * size,
        (b"\xdf\xff\xff\xff\xff", b"\xdd\xff\xff\xff\xff", b"\xc1", b"\x92\xa2is"),
    ),
    "sqlite": lambda: Door(
        site, (sound_site(), *kept("sqlite")), lambda size: sound_site() + b"\0" * 4096 * size
    ),
}
