"""One word means one thing: no class name stands twice, and each is told in the glossary."""

import re
from collections import defaultdict

from glossary import GLOSSARY, PACKAGE, classes, with_classes

PLACE = re.compile(r"`([a-z_/]+(?:/|\.py))`")


def test_no_class_name_stands_twice() -> None:
    places = defaultdict(list)
    for each in classes():
        places[each.name].append(each.file)
    twice = {name: files for name, files in places.items() if len(files) > 1}
    assert not twice


def test_every_class_says_what_it_is() -> None:
    silent = [f"{each.file}: {each.name}" for each in classes() if not each.meaning]
    assert not silent


def test_the_glossary_lists_the_classes_as_they_are() -> None:
    text = GLOSSARY.read_text("utf-8")
    assert text == with_classes(text), "run `make readme`"


def test_every_place_in_the_glossary_is_there() -> None:
    places = PLACE.findall(GLOSSARY.read_text("utf-8"))
    assert places
    missing = [place for place in places if not (PACKAGE / place).exists()]
    assert not missing
