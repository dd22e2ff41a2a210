"""Writes sbom.json and LICENSES.md beside this file: `python deploy/bill_of_materials.py`.

What is in the image by the lock, requirements.txt: version and the SHA-256 of each file of the
release from there; licence and needs from the metadata of what is installed. What a package does
not tell of its licence is not guessed. The base image's own packages are not here: a scanner of
images reads those.
"""

import re
import uuid
from collections.abc import Iterable
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import NamedTuple

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.markers import Marker

HERE = Path(__file__).parent
OURS = ("lems-guard", "lems-guard-client")
PIN = re.compile(
    r"^([\w.-]+)==([^\s;]+)(?: ; ([^\\\n]+))?[^\n]*((?:\n +--hash=\S+(?: \\)?)*)", re.MULTILINE
)
# Where the image runs: packages for other systems and older Pythons are locked, and not in it.
IMAGE = {
    "python_version": "3.13",
    "python_full_version": "3.13.0",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
}
HASH = re.compile(r"sha256:([0-9a-f]{64})")
UNTOLD = "not told"
SHORT = 60  # longer ones are the text of a licence, not its name
LICENSES = """\
# Licences of what LEMS Guard stands on

Written by `make locks` from what each package tells of itself. LEMS Guard's own is Apache-2.0;
those of the tables of drug names stand in [`NOTICE.md`](../rules/vocabulary/NOTICE.md).

## In the image ([`requirements.txt`](requirements.txt))

{shipped}

## To develop and for options ([`development.txt`](development.txt))

{developing}
"""


class Pinned(NamedTuple):
    """A package of a lock."""

    name: str
    version: str
    hashes: frozenset[str]  # SHA-256 of each file of this release


def locked(lock: Path) -> list[Pinned]:
    """The packages of a lock that are for the image's system and Python, by name."""
    found = PIN.findall(lock.read_text("utf-8"))
    return sorted(
        Pinned(name, version, frozenset(HASH.findall(hashes)))
        for name, version, marker, hashes in found
        if not marker or Marker(marker).evaluate(dict(IMAGE))
    )


def installed(name: str) -> Distribution | None:
    """A package here; none where its marker is not for this machine."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def licence(name: str) -> str:
    """What a package says of its licence: as SPDX, else in its own words."""
    package = installed(name)
    if package is None:
        return "not installed where this was written"
    told = package.metadata.get("License-Expression") or package.metadata.get("License") or ""
    if 0 < len(told) <= SHORT:
        return str(told)
    classifiers = package.metadata.get_all("Classifier") or []
    of_it = [each.rpartition(" :: ")[2] for each in classifiers if each.startswith("License")]
    return " or ".join(of_it) or UNTOLD


def needs(name: str, among: Iterable[str]) -> set[str]:
    """Which of these packages a package requires."""
    package = installed(name)
    said = (package.requires if package else None) or []
    required = {re.split(r"[^\w.-]", each)[0].lower().replace("_", "-") for each in said}
    return required.intersection(among)


def component(name: str, version: str, hashes: Iterable[str] = ()) -> Component:
    """A package as the bill has it."""
    url = PackageURL("pypi", name=name, version=version)
    told = licence(name)
    return Component(
        name=name,
        version=version,
        bom_ref=str(url),
        purl=url,
        type=ComponentType.APPLICATION if name == OURS[0] else ComponentType.LIBRARY,
        licenses=[] if told == UNTOLD else [LicenseFactory().make_from_string(told)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=each) for each in hashes],
    )


def bill(lock: Path) -> str:
    """What a lock puts into the image, as CycloneDX 1.6: the same bytes for the same lock."""
    ours = {name: component(name, distribution(name).version) for name in OURS}
    others = {each.name: component(*each) for each in locked(lock)}
    every = ours | others
    bom = Bom(
        components=[ours[OURS[1]], *others.values()],
        metadata=BomMetaData(component=ours[OURS[0]]),
        serial_number=uuid.uuid5(uuid.NAMESPACE_URL, lock.read_text("utf-8")),
    )
    bom.metadata.timestamp = None  # of a time it would say nothing that its lock does not
    for name, each in every.items():
        bom.register_dependency(each, [every[need] for need in needs(name, every)])
    return JsonV1Dot6(bom).output_as_string(indent=1) + "\n"


def table(packages: Iterable[Pinned]) -> str:
    """The licences of packages, for people."""
    rows = [f"| {each.name} | {each.version} | {licence(each.name)} |" for each in packages]
    return "\n".join(["| package | version | licence |", "| --- | --- | --- |", *rows])


def licences(shipped: Path, developing: Path) -> str:
    """LICENSES.md: what is in the image, then what else is in the other lock."""
    image, every = locked(shipped), locked(developing)
    names = {each.name for each in image}
    rest = [each for each in every if each.name not in names]
    return LICENSES.format(shipped=table(image), developing=table(rest))


def main() -> None:
    """Write both files."""
    shipped, developing = HERE / "requirements.txt", HERE / "development.txt"
    (HERE / "sbom.json").write_text(bill(shipped), "utf-8")
    (HERE / "LICENSES.md").write_text(licences(shipped, developing), "utf-8")


if __name__ == "__main__":
    main()
