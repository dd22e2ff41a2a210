"""Each class against the ATC groups that it cites: no substance of a group is forgotten unsaid.

The index of the WHO Collaborating Centre may not be passed on, so `atc_groups.tsv` holds a
fingerprint of each single substance's name, by group, in the words of the vocabulary. A class that
is a group (`atc`), or shares one (`compared`), has each of them as a member or excludes it with the
reason. Who has the index may make the table anew: `python tests/rules/test_atc.py INDEX.csv`.
"""

import csv
import hashlib
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from lems_guard.clinical.medication import Disposition, Medication, MedicationList
from lems_guard.editions.library import Edition, browse_edition, packaged_rules
from lems_guard.screening.knowledge_base import DrugClass

TABLE = Path(__file__).parent / "atc_groups.tsv"
SUBSTANCE = 7  # letters of a code
NO_SINGLE = (" and ", "combination", ",")


@cache
def edition() -> Edition:
    """The packaged rules and names."""
    return browse_edition(packaged_rules())


def classes_by_group() -> dict[str, list[DrugClass]]:
    """The classes that cite each ATC group."""
    found: dict[str, list[DrugClass]] = defaultdict(list)
    for each in edition().knowledge.classes:
        for group in (*each.atc, *each.compared):
            found[group].append(each)
    return dict(found)


def fingerprint(name: str) -> str:
    """What stands for a name in the table."""
    return hashlib.blake2b(name.encode(), digest_size=6).hexdigest()


def table() -> dict[str, set[str]]:
    """The fingerprints by group."""
    found: dict[str, set[str]] = defaultdict(set)
    for line in TABLE.read_text(encoding="utf-8").splitlines()[1:]:
        group, mark = line.split("\t")
        found[group].add(mark)
    return dict(found)


GROUPS = classes_by_group()


@pytest.mark.parametrize("group", sorted(GROUPS))
def test_each_substance_of_a_group_is_a_member_or_excluded(group: str) -> None:
    classes = GROUPS[group]
    named = {name for each in classes for name in each.members}
    named |= {name for each in classes for name, _ in each.excluded}
    forgotten = table()[group] - {fingerprint(name) for name in named}
    assert not forgotten, f"{len(forgotten)} of {group} stand in no class: make the table anew"


def test_the_table_has_each_group_that_a_class_cites() -> None:
    assert not set(GROUPS) - set(table())


def test_who_takes_its_members_from_the_index_cites_a_group() -> None:
    classes = edition().knowledge.classes
    assert not [
        each.id for each in classes if each.source == "who-atc" and not (each.atc or each.compared)
    ]


def test_a_substance_that_is_forgotten_is_found() -> None:
    [benzodiazepines] = GROUPS["N05BA"]
    named = {fingerprint(name) for name in benzodiazepines.members - {"diazepam"}}
    assert fingerprint("diazepam") in table()["N05BA"] - named


def test_each_class_says_who_names_its_members() -> None:
    silent = [each.id for each in edition().knowledge.classes if not each.source]
    assert not silent


def test_each_exclusion_has_its_reason() -> None:
    assert all(reason for each in edition().knowledge.classes for _, reason in each.excluded)


def name_of(substance: str) -> str:
    """A substance of the index, as the vocabulary calls it; as it stands where it does not."""
    order = Medication(id="index", list=MedicationList.PROPOSED, text=substance)
    read = edition().understand(order)
    names = [ingredient.name for ingredient in read.readings[0]] if read.readings else []
    is_read = read.disposition is Disposition.EVALUATED and len(names) == 1
    return names[0] if is_read else substance


def lines_of(index: Path) -> list[str]:
    """The table's lines: of each group that a class cites, each single substance."""
    with index.open(encoding="utf-8", newline="") as file:
        rows = [(row["atc_code"], row["atc_name"].lower()) for row in csv.DictReader(file)]
    single = {
        (code, name)
        for code, name in rows
        if len(code) == SUBSTANCE and not any(part in name for part in NO_SINGLE)
    }
    return sorted(
        {
            f"{group}\t{fingerprint(name_of(name))}"
            for group in GROUPS
            for code, name in single
            if code.startswith(group)
        }
    )


if __name__ == "__main__":
    TABLE.write_text("\n".join(["group\tname", *lines_of(Path(sys.argv[1]))]) + "\n")
