"""JSON Schemas for editors, made from the very keys and names that the reader checks.

An editor types values as YAML does, while the reader takes all as text: `grade: 1` is a number to
one and text to the other. The schemas allow both; what a value means is for lint to say.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from lems_guard.clinical.evidence import EvidenceKind, Population
from lems_guard.clinical.fact_table import FACTS
from lems_guard.clinical.facts import YesNo
from lems_guard.clinical.medication import CodeSystem, MedicationList, Phase
from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import WhenUnknown
from lems_guard.clinical.severity import (
    Certainty,
    Concern,
    Jurisdiction,
    OverridePolicy,
    Severity,
)
from lems_guard.knowledge import (
    advice,
    classes,
    conditions,
    overlay,
    review,
    rule_files,
    rules,
    sources,
    suites,
)
from lems_guard.knowledge.shape import kebab, named

Schema: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEXT: Schema = {"type": ["string", "number"]}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer", "minimum": 0}
TRUTH: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}
NAME: Schema = {"type": "string", "pattern": r"^[a-z0-9]+(-[a-z0-9]+)*$"}
CONDITION: Schema = {"$ref": "#/$defs/condition"}
EVIDENCE: Schema = {"$ref": "#/$defs/evidence"}
ALTERNATIVE: Schema = {"$ref": "#/$defs/alternative"}
CASE: Schema = {"$ref": "#/$defs/case"}
PATIENT: Schema = {"$ref": "#/$defs/patient"}
ORDER: Schema = {"$ref": "#/$defs/order"}


def schemas() -> dict[str, str]:
    """Every schema by the name of its file."""
    made = {
        "rules": _file(
            "rules",
            _list(_rule(), least=1),
            _shared(),
            condition=_condition(),
            evidence=_evidence(),
            alternative=_alternative(),
        ),
        "cases": _file(
            "cases",
            _cases(),
            {"defaults": _mapping((), suites.DEFAULT_KEYS, _request())},
            case=_case(),
            patient=_patient(),
            order=_order(),
        ),
        "sources": _file("sources", _list(_source(), least=1)),
        "classes": _file("classes", _list(_class(), least=1)),
        "overlay": _overlay_file(),
    }
    return {f"{name}.schema.json": _printed(schema) for name, schema in made.items()}


def _printed(schema: Schema) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _file(
    key: str, content: Schema, shared: Mapping[str, Schema] | None = None, **definitions: Schema
) -> Schema:
    """A file that holds `content` under `key`, and what is shared by all of it besides."""
    whole = {"$schema": DIALECT, "title": f"LEMS Guard: {key}"}
    keys = shared or {}
    return whole | _mapping((key,), keys, {key: content, **keys}) | {"$defs": definitions}


def _mapping(
    required: Iterable[str], optional: Iterable[str], typed: Mapping[str, Schema]
) -> Schema:
    """A mapping with these keys and no others; a key without a type of its own holds text."""
    needed = list(required)
    return {
        "type": "object",
        "properties": {key: typed.get(key, TEXT) for key in (*needed, *optional)},
        "required": needed,
        "additionalProperties": False,
    }


def _list(item: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": item} | ({"minItems": least} if least else {})


def _by_name(thing: Schema) -> Schema:
    """A mapping whose keys are names that the author chooses."""
    return {"type": "object", "propertyNames": NAME, "additionalProperties": thing}


def _one_of(names: Iterable[str]) -> Schema:
    """One of some words; a word that is a number may be written as one."""
    words = list(names)
    return {"enum": [*words, *(int(word) for word in words if word.isdigit())]}


def _drugs(keys: tuple[str, ...] = rules.DRUG_KEYS) -> Schema:
    return _mapping((), keys, dict.fromkeys(keys, _list(TEXT, least=1)))


def _shared() -> dict[str, Schema]:
    """What stands in a file of rules besides them."""
    thing = dict.fromkeys(advice.TEXTS, TEXT)
    thing |= {"alternatives": ALTERNATIVE, "evidence": EVIDENCE}
    sections = {name: _by_name(thing[key]) for key, name in rule_files.SECTIONS.items()}
    return {"defaults": _mapping((), rule_files.DEFAULT_KEYS, _frame()), **sections}


def _advice() -> dict[str, Schema]:
    """Texts, alternatives and evidence: written out, or by their names in the file."""
    text: Schema = {"anyOf": [TEXT, _list(TEXT, least=1)]}
    return {
        **{key: text for key in advice.TEXTS if key in rule_files.SECTIONS},
        "alternatives": _list({"anyOf": [NAME, ALTERNATIVE]}),
        "monitoring": _list(TEXT),
        "evidence": _list({"anyOf": [NAME, EVIDENCE]}, least=1),
        "override_policy": _one_of(named(OverridePolicy)),
    }


def _alternative() -> Schema:
    typed = {
        "ingredients": _list(TEXT, least=1),
        "route": _one_of(named(Route)),
        "jurisdictions": _list(_one_of(named(Jurisdiction)), least=1),
        "unless": CONDITION,
        "for": CONDITION,
        "together": TRUTH,
    }
    return _mapping(("text",), advice.ALTERNATIVE_KEYS, typed)


def _evidence() -> Schema:
    typed = {
        "grade": _one_of(sources.GRADES),
        "population": _one_of(named(Population)),
        "counter": TRUTH,
    }
    return _mapping(sources.EVIDENCE_KEYS, ("counter", "says"), typed)


def _frame() -> dict[str, Schema]:
    """What makes the rules of a file one family."""
    return {
        "kind": _one_of(rules.KINDS),
        "concern": _one_of(named(Concern)),
        "partners": _drugs(rules.PARTNER_KEYS),
        "needs_lems": TRUTH,
        "jurisdictions": _list(_one_of(named(Jurisdiction)), least=1),
        "lists": _list(_one_of(named(MedicationList)), least=1),
        "override_policy": _one_of(named(OverridePolicy)),
    }


def _rule() -> Schema:
    """A rule; what its file may say once for all is not asked of it."""
    typed = {
        "id": NAME,
        "version": WHOLE,
        "drugs": _drugs(),
        "outcomes": _list(_outcome(), least=1),
        "may_be_needed": TRUTH,
        "told_once": TRUTH,
        "modifiers": _list(_mapping(("when", "reason"), (), {"when": CONDITION})),
        "review": _review(),
    }
    needed = [key for key in rules.RULE_KEYS if key not in rule_files.DEFAULT_KEYS]
    optional = (*rules.OPTIONAL_KEYS, *(key for key in rules.RULE_KEYS if key not in needed))
    return _mapping(needed, optional, _advice() | _frame() | typed)


def _outcome() -> Schema:
    typed = {
        "severity": _one_of(named(Severity)),
        "routes": _list(_one_of(rules.ROUTES), least=1),
        "when": CONDITION,
        "when_unknown": _one_of(kebab(WhenUnknown)),
        "certainty": _one_of(named(Certainty)),
    }
    return _mapping(("severity",), rules.OUTCOME_KEYS, _advice() | typed)


def _review() -> Schema:
    return _mapping(("state",), ("due",), {"state": _one_of((rules.UNREVIEWED,)), "due": DAY})


def _condition() -> Schema:
    typed: dict[str, Schema] = {name: _fact(name) for name in conditions.READABLE}
    typed |= {"any": _list(CONDITION, least=1), "all": _list(CONDITION, least=1), "not": CONDITION}
    return _mapping((), typed, typed) | {"minProperties": 1}


def _fact(name: str) -> Schema:
    """A range of a number, or the names that a fact may have."""
    choices = FACTS[name].choices
    if choices is None:
        bounds = conditions.BOUNDS
        return _mapping((), bounds, dict.fromkeys(bounds, NUMBER)) | {"minProperties": 1}
    unknown = () if name in conditions.ALWAYS_KNOWN else (conditions.UNKNOWN,)
    value = _one_of((*named(choices), *unknown))
    return {"anyOf": [value, _list(value, least=1)], "description": FACTS[name].ask}


def _source() -> Schema:
    typed = {"id": NAME, "retrieved": DAY}
    typed |= {"kind": _one_of(kebab(EvidenceKind)), "read": _one_of(sources.READ)}
    return _mapping(sources.SOURCE_KEYS, sources.OPTIONAL_KEYS, typed)


def _class() -> Schema:
    groups = _list({"type": "string", "pattern": f"^{classes.ATC_PREFIX.pattern}$"}, least=1)
    typed = {
        "id": NAME,
        "members": _list(TEXT, least=1),
        "atc": groups,
        "compared": groups,
        "excluded": _list(_mapping(("name", "reason"), (), {})),
    }
    typed["allergy_words"] = _list(TEXT, least=1)
    naming = {"source": NAME, "members": _list(TEXT, least=1)}
    typed["named_by"] = _list(_mapping(("source", "members"), (), naming), least=1)
    return _mapping(classes.CLASS_KEYS, classes.OPTIONAL_KEYS, typed)


def _cases() -> Schema:
    """Cases by rule, then by what they show."""
    shown = dict.fromkeys(suites.SHOWS, _list(CASE, least=1))
    return _by_name(_mapping((), suites.SHOWS, shown))


def _request() -> dict[str, Schema]:
    """What is sent: by default, or what a case changes of it."""
    orders = _list({"anyOf": [{"type": "string"}, ORDER]})
    return {
        "jurisdiction": _one_of(named(Jurisdiction)),
        "as_of": DAY,
        "patient": PATIENT,
        **{item.name.lower(): orders for item in MedicationList},
    }


def _case() -> Schema:
    expected = _mapping(
        ("drug", "severity"),
        ("rule", "certainty"),
        {"severity": _one_of(named(Severity)), "certainty": _one_of(named(Certainty))},
    )
    typed = {
        **_request(),
        "expect": _list(expected),
        "gaps": _list(_one_of(FACTS)),
        "incomplete": TRUTH,
    }
    return _mapping(suites.CASE_KEYS, suites.OPTIONAL_KEYS, typed)


def _patient() -> Schema:
    typed = {}
    for name in suites.PATIENT_KEYS:
        choices = FACTS[name].choices if name in FACTS else None
        if choices is not None:
            typed[name] = _one_of((*named(choices), conditions.UNKNOWN))
        elif name in FACTS:
            typed[name] = {"anyOf": [NUMBER, _one_of((conditions.UNKNOWN,))]}
    return _mapping((), suites.PATIENT_KEYS, typed)


def _order() -> Schema:
    coding = _mapping(("system", "code"), ("display",), {"system": _one_of(named(CodeSystem))})
    indication = _mapping((), ("text", "codings"), {"codings": _list(coding)})
    typed = {
        "codings": _list(coding),
        "route": _one_of(named(Route)),
        "dose": _mapping(("value", "unit"), (), {"value": NUMBER}),
        "doses_per_day": NUMBER,
        "as_needed": _one_of(named(YesNo)),
        "phase": _one_of(named(Phase)),
        "indication": {"anyOf": [TEXT, indication]},
        "stopped_on": DAY,
    }
    return _mapping((), suites.ORDER_KEYS, typed)


def _overlay_file() -> Schema:
    """What a site changes, what its clinicians have signed, or both."""
    lists = {
        overlay.KEY: _list(_overlay_entry()),
        review.KEY: _list(_signature(), least=1),
    }
    whole = {"$schema": DIALECT, "title": "LEMS Guard: overlay"}
    return whole | _mapping((), lists, lists) | {"minProperties": 1, "$defs": {}}


def _signature() -> Schema:
    typed = {"rule": NAME, "version": WHOLE, "on": DAY, "until": DAY}
    return _mapping(review.ENTRY_KEYS, review.OPTIONAL_KEYS, typed)


def _overlay_entry() -> Schema:
    typed = {
        "rule": NAME,
        "outcome": WHOLE,
        "severity": _one_of(overlay.SEVERITIES),
        "off": TRUTH,
        "expires": DAY,
    }
    return _mapping(overlay.ENTRY_KEYS, overlay.OPTIONAL_KEYS, typed)
