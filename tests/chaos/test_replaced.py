"""Rules and vocabulary replaced by garbage, or half written, while calls come: none is wrong."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from chaos.counting import answer_of, counted
from lems_guard.editions.library import packaged_rules
from lems_guard.terminology.site.loading import Demands, import_release
from lems_guard.terminology.tables import read_vocabulary
from running import Running, start, stop
from terminology.small_release import SmallRelease
from waiting import until

LOOKS = {"LEMS_GUARD_RELOAD_SECONDS": "0.1", "LEMS_GUARD_REPLY_CACHE_BYTES": "0"}
TABLES = ("vocabulary/ingredients.tsv", "vocabulary/names.tsv", "weakness/beta-blockers.yaml")
WAYS: dict[str, Callable[[bytes], bytes]] = {
    "garbage": lambda content: bytes(range(256)) * (len(content) // 256),
    "zeros": lambda content: bytes(len(content)),
    "half of it": lambda content: content[: len(content) // 2],
    "nothing": lambda _: b"",
}


def refusals(service: Running) -> int:
    """How many reloads were refused so far."""
    said = [json.loads(line) for line in list(service.log)]
    return sum(each["event"] == "reload" and each["outcome"] == "refused" for each in said)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(packaged_rules(), tmp_path / "rules"))


@pytest.fixture
def service(folder: Path) -> Iterator[Running]:
    running = start(LEMS_GUARD_RULES=str(folder), **LOOKS)
    yield running
    stop(running)


def test_files_of_the_rules_folder(service: Running, folder: Path) -> None:
    """What answers goes on, and each state of the folder is refused in words."""
    files = [folder / name for name in TABLES if (folder / name).exists()]
    assert len(files) >= 2
    with counted(service) as calls:
        for file in files:
            sound = file.read_bytes()
            for damage in WAYS.values():
                before = refusals(service)
                file.write_bytes(damage(sound))
                until(lambda: refusals(service) > before)  # noqa: B023 - asked at once
                calls.wait_for(20)
            file.write_bytes(sound)
        assert answer_of(service) == calls.right
    calls.all_right()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site's own vocabulary."""
    target = tmp_path / "site.sqlite"
    release = SmallRelease().write(tmp_path / "release")
    import_release(release, target, Demands(read_vocabulary(packaged_rules() / "vocabulary")))
    return target


@pytest.mark.parametrize("is_renamed", [True, False])
def test_the_sites_own_vocabulary(site: Path, *, is_renamed: bool) -> None:
    """By renaming, or over it in place: what needs it may be refused, and nothing is wrong."""
    running, sound = start(LEMS_GUARD_VOCABULARY=str(site), **LOOKS), site.read_bytes()
    beside = site.with_name("beside")
    try:
        with counted(running) as calls:
            for damage in WAYS.values():
                (beside if is_renamed else site).write_bytes(damage(sound))
                if is_renamed:
                    beside.replace(site)
                ended = calls.ends.total() + 50
                until(lambda: calls.ends.total() >= ended)  # noqa: B023 - asked at once
            beside.write_bytes(sound)
            beside.replace(site)
            calls.wait_for(20)
        calls.nothing_wrong()
    finally:
        stop(running)
