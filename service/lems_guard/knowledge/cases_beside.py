"""The cases of one rule, read from beside it: compiled rules travel without theirs."""

from collections.abc import Iterable
from pathlib import Path

from lems_guard.clinical.rule import Rule
from lems_guard.knowledge.layout import CASES_ENDING
from lems_guard.knowledge.problems import Problems
from lems_guard.knowledge.reader import read
from lems_guard.knowledge.suites import Case, CaseNames, read_cases


def cases_beside(folder: Path, rule: Rule, rules: Iterable[Rule]) -> tuple[Case, ...]:
    """The cases of a rule in its folder; none where the file is not there or cannot be read."""
    file = rule.file.removesuffix(".yaml") + CASES_ENDING
    try:
        text = (folder / file).read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        return ()
    problems, known = Problems(), list(rules)
    own = frozenset(each.id for each in known if each.file == rule.file)
    root = read(text, file, problems)
    names = CaseNames(own, {each.id: each for each in known}, None)
    cases = read_cases(root, names, problems) if root is not None else ()
    return () if len(problems) else tuple(case for case in cases if case.rule == rule.id)
