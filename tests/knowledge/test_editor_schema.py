"""JSON Schemas for editors: fresh, and of one mind with the reader about what is shipped."""

import datetime
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from lems_guard.editions.library import packaged_rules
from lems_guard.knowledge.editor_schema import schemas
from lems_guard.knowledge.layout import CASES_ENDING, content_files

RULES = packaged_rules()
CHECKS = {name: Draft202012Validator(json.loads(text)) for name, text in schemas().items()}
UNCHECKED = {"knowledge.yaml"}


def schema_of(file: str) -> str:
    if file.endswith(CASES_ENDING):
        return "cases.schema.json"
    folder = file.split("/", maxsplit=1)[0]
    special = {"sources.yaml": "sources.schema.json", "classes": "classes.schema.json"}
    return special.get(folder, "rules.schema.json")


def as_editors_read(value: object) -> object:
    """Days are text to a schema, written with quotes or without."""
    if isinstance(value, dict):
        return {key: as_editors_read(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_editors_read(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def test_the_committed_schemas_are_fresh() -> None:
    committed = {path.name: path.read_text("utf-8") for path in (RULES / "schema").iterdir()}
    assert committed == schemas(), "run `lems-guard rules schema` and commit"


@pytest.mark.parametrize("name", schemas())
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(json.loads(schemas()[name]))


def test_what_is_shipped_fits_its_schema() -> None:
    faults: list[str] = []
    for file in content_files(RULES):
        if file.endswith(".yaml") and file not in UNCHECKED:
            content: Any = YAML(typ="safe", pure=True).load(Path(RULES, file).read_text("utf-8"))
            found = CHECKS[schema_of(file)].iter_errors(as_editors_read(content))
            faults += [f"{file}: {fault.json_path}: {fault.message[:200]}" for fault in found]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rules.schema.json", {"rules": []}),
        ("classes.schema.json", {"classes": [{"id": "x", "title": "X", "members": ["a"], "y": 1}]}),
        ("sources.schema.json", {"sources": [{"id": "X Y"}]}),
        ("overlay.schema.json", {"overlay": [{"rule": "x", "severity": "CONTRAINDICATED"}]}),
        ("cases.schema.json", {"cases": [{"name": "x", "shows": "nothing"}]}),
    ],
)
def test_what_lint_refuses_is_marked(name: str, content: object) -> None:
    assert list(CHECKS[name].iter_errors(content))
