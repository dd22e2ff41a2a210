"""What a file says once: defaults, things named and used by name, the request that cases change."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lems_guard.clinical.facts import Interval, YesNo
from lems_guard.clinical.patient import Patient
from lems_guard.clinical.rule import Rule
from lems_guard.clinical.severity import Concern, Jurisdiction, OverridePolicy
from lems_guard.knowledge.compiler import Compilation
from lems_guard.knowledge.suites import Case

Compile = Callable[[Path], Compilation]

RULES = """\
defaults:
  kind: drug-disease
  concern: NEUROMUSCULAR_WEAKNESS
  override_policy: FREE
  frequency_of_exposure: not available
  frequency_of_harm: not available

mechanisms:
  less-release: Less acetylcholine is released.

actions:
  watch: Watch strength in the first week.

alternatives:
  for-pressure: {text: an ACE inhibitor, ingredients: [lisinopril], route: ORAL}

evidence:
  on-the-list: {source: list, locator: page 1, grade: "1", population: LEMS}

rules:
  - id: beta-blocker-weakness
    version: 1
    title: β-blockers worsen weakness
    drugs: {classes: [beta-blocker]}
    summary: "{drug}: a β-blocker can worsen weakness in LEMS"
    consequence: More weakness.
    mechanism: less-release
    action:
      - Choose another drug.
      - watch
    alternatives: [for-pressure, {text: none at all}]
    evidence: [on-the-list]
    review: {state: unreviewed}
    outcomes:
      - {routes: [systemic], severity: AVOID}
      - routes: [OPHTHALMIC]
        severity: CAUTION
        action: watch
        evidence:
          - {source: list, locator: page 3, grade: "4", population: THEORETICAL}
          - on-the-list

  - id: amifampridine-seizure-history
    version: 2
    kind: patient
    concern: SEIZURE
    title: Amifampridine with a history of seizures
    drugs: {ingredients: [amifampridine]}
    summary: "{drug}: contraindicated with a history of seizures"
    consequence: Seizures.
    mechanism: It blocks potassium channels.
    action: Do not start.
    evidence: [on-the-list]
    override_policy: SECOND_PERSON
    review: {state: unreviewed}
    outcomes:
      - {when: {seizure_history: YES}, when_unknown: gap, severity: CONTRAINDICATED}
"""

CASES = """\
defaults:
  jurisdiction: EU
  patient: {age_years: 61, weight_kg: 70, seizure_history: NO}
  active: [lisinopril]

cases:
  beta-blocker-weakness:
    fires:
      - name: the default patient
        reason: nothing differs
        proposed: [metoprolol po]
        expect: [{drug: metoprolol, severity: AVOID}]
      - name: another weight, and no active list
        reason: what is said of the patient is added, a list is taken as a whole
        jurisdiction: CH
        patient: {weight_kg: 40}
        proposed: [metoprolol po]
        active: []
        expect: [{drug: metoprolol, rule: beta-blocker-weakness, severity: AVOID}]
    near-miss:
      - name: lisinopril
        reason: no β-blocker
    missing-fact:
      - name: timolol by an unsaid route
        reason: UNKNOWN takes a fact of the default patient away, also a number
        patient: {age_years: UNKNOWN, seizure_history: UNKNOWN}
        active: [timolol]
        expect: [{drug: timolol, severity: AVOID, certainty: POSSIBLE}]
  amifampridine-seizure-history:
    fires:
      - name: a seizure
        reason: a day of birth stands instead of an age
        patient: {birth_date: 2001-01-01, seizure_history: YES}
        active: [amifampridine]
        expect: [{drug: amifampridine, severity: CONTRAINDICATED}]
    near-miss:
      - name: no seizure
        reason: as by default
        active: [amifampridine]
    missing-fact:
      - name: not asked for
        reason: the answer decides
        patient: {seizure_history: UNKNOWN}
        active: [amifampridine]
        gaps: [seizure_history]
"""


@pytest.fixture
def found(tiny: Path, compiled: Compile) -> Compilation:
    (tiny / "weakness" / "beta_blockers.yaml").write_text(RULES, "utf-8")
    (tiny / "weakness" / "beta_blockers_test.yaml").write_text(CASES, "utf-8")
    compilation = compiled(tiny)
    assert compilation.problems == ()
    return compilation


@pytest.fixture
def rules(found: Compilation) -> dict[str, Rule]:
    assert found.knowledge is not None
    return {rule.id: rule for rule in found.knowledge.rules}


@pytest.fixture
def cases(found: Compilation) -> dict[str, Case]:
    return {case.name: case for suite in found.suites for case in suite.cases}


def test_a_rule_takes_the_defaults_that_it_does_not_say_itself(rules: dict[str, Rule]) -> None:
    usual, other = rules["beta-blocker-weakness"], rules["amifampridine-seizure-history"]
    assert (usual.concern, other.concern) == (Concern.NEUROMUSCULAR_WEAKNESS, Concern.SEIZURE)
    policies = [rule.outcomes[0].advice.override_policy for rule in (usual, other)]
    assert policies == [OverridePolicy.FREE, OverridePolicy.SECOND_PERSON]
    assert usual.needs_lems, "what no default says follows from the kind, as ever"


def test_a_name_stands_for_what_is_written_under_it(rules: dict[str, Rule]) -> None:
    systemic, drops = (row.advice for row in rules["beta-blocker-weakness"].outcomes)
    assert systemic.mechanism == "Less acetylcholine is released."
    assert [item.text for item in systemic.alternatives] == ["an ACE inhibitor", "none at all"]
    assert [item.locator for item in systemic.evidence] == ["page 1"]
    assert [item.locator for item in drops.evidence] == ["page 3", "page 1"], "in the order said"


def test_parts_of_a_text_are_joined(rules: dict[str, Rule]) -> None:
    systemic, drops = (row.advice for row in rules["beta-blocker-weakness"].outcomes)
    assert systemic.action == "Choose another drug. Watch strength in the first week."
    assert drops.action == "Watch strength in the first week."


@pytest.mark.parametrize(
    ("name", "patient", "orders", "reason"),
    [
        (
            "the default patient",
            Patient(
                age_years=Interval(61, 61), weight_kg=Interval(70, 70), seizure_history=YesNo.NO
            ),
            ["metoprolol po", "lisinopril"],
            "a case that says nothing of the patient has the default one",
        ),
        (
            "another weight, and no active list",
            Patient(
                age_years=Interval(61, 61), weight_kg=Interval(40, 40), seizure_history=YesNo.NO
            ),
            ["metoprolol po"],
            "fact by fact, but a list as a whole",
        ),
        (
            "timolol by an unsaid route",
            Patient(weight_kg=Interval(70, 70)),
            ["timolol"],
            "UNKNOWN is unknown",
        ),
        (
            "a seizure",
            Patient(
                age_years=Interval(25, 25), weight_kg=Interval(70, 70), seizure_history=YesNo.YES
            ),
            ["amifampridine"],
            "a day of birth instead of years, not both",
        ),
    ],
)
def test_a_case_says_what_differs(
    cases: dict[str, Case], name: str, patient: Patient, orders: list[str], reason: str
) -> None:
    assert cases[name].patient == patient, reason
    assert [order.text for order in cases[name].orders] == orders, reason


def test_a_jurisdiction_is_the_default_one_unless_the_case_names_another(
    cases: dict[str, Case],
) -> None:
    assert cases["the default patient"].jurisdiction is Jurisdiction.EU
    assert cases["another weight, and no active list"].jurisdiction is Jurisdiction.CH


def test_a_finding_is_of_the_rule_that_the_case_is_about(cases: dict[str, Case]) -> None:
    short, long = (
        cases[name].expect for name in ("the default patient", "another weight, and no active list")
    )
    assert short == long
    assert cases["lisinopril"].expect == (), "what is left out must not happen"
