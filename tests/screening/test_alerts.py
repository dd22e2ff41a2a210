"""Alerts: one per offending drug, in a total order, named by their content."""

from dataclasses import replace

from builders import ADVICE, drugs, knowledge, order, request, row, rule, screen
from lems_guard.clinical.alert import Alert
from lems_guard.clinical.condition import Is
from lems_guard.clinical.medication import MedicationList, Phase
from lems_guard.clinical.route import Route
from lems_guard.clinical.rule import Rule
from lems_guard.clinical.severity import Concern, Jurisdiction, OverridePolicy, Severity

PROPOSED, ACTIVE, STOPPED = MedicationList
MONITOR, CAUTION, AVOID = Severity.MONITOR, Severity.CAUTION, Severity.AVOID

WEAKNESS = rule("ciprofloxacin", row(AVOID), rule_id="weakness")
SEIZURE = rule("ciprofloxacin", row(CAUTION), rule_id="seizure", concern=Concern.SEIZURE)


def only_alert(about: Rule, jurisdiction: Jurisdiction = Jurisdiction.US) -> Alert:
    [alert] = screen(request(order("ciprofloxacin"), jurisdiction=jurisdiction), about).alerts
    return alert


def test_one_drug_is_one_alert_with_its_findings_worst_first() -> None:
    [alert] = screen(request(order("ciprofloxacin")), knowledge(SEIZURE, WEAKNESS)).alerts
    assert [finding.rule.id for finding in alert.findings] == ["weakness", "seizure"]
    assert (alert.drug, alert.severity) == ("ciprofloxacin", AVOID)


def test_two_orders_of_a_drug_are_one_alert() -> None:
    orders = order("ciprofloxacin"), order("ciprofloxacin", ACTIVE)
    [alert] = screen(request(*orders), WEAKNESS).alerts
    assert alert.medication_ids == ("proposed ciprofloxacin", "active ciprofloxacin")
    [finding] = alert.findings
    assert finding.medication_ids == alert.medication_ids
    assert finding.why == (
        "proposed ciprofloxacin → ciprofloxacin → weakness",
        "active ciprofloxacin → ciprofloxacin → weakness",
    )


def test_two_routes_of_a_drug_are_two_findings() -> None:
    about = rule("timolol", row(AVOID, [Route.ORAL]), row(CAUTION, [Route.OPHTHALMIC]))
    orders = order("timolol"), order("timolol", ACTIVE, route=Route.OPHTHALMIC)
    [alert] = screen(request(*orders), about).alerts
    assert [(found.severity, found.why) for found in alert.findings] == [
        (AVOID, ("proposed timolol → timolol → oral → rule",)),
        (CAUTION, ("active timolol → timolol → ophthalmic → rule",)),
    ]


def test_why_names_the_class_and_an_unknown_route() -> None:
    about = rule(drugs(classes=["b", "a"]), row(AVOID, [Route.ORAL]))
    known = knowledge(about, classes={"a": ["x"], "b": ["x", "y"]})
    alerts = screen(request(order("x"), order("y", route=None)), known).alerts
    assert [alert.findings[0].why for alert in alerts] == [
        ("proposed x → x → a → oral → rule",),
        ("proposed y → y → b → route not known → rule",),
    ]


def test_alerts_come_worst_then_surest_then_proposed_then_by_name() -> None:
    rules = [
        rule("b", row(AVOID), rule_id="b"),
        rule("a", row(AVOID), rule_id="a"),
        rule("unsure", row(AVOID, [Route.ORAL]), rule_id="u"),
        rule("active", row(AVOID), rule_id="c"),
        rule("mild", row(MONITOR), rule_id="d"),
    ]
    orders = [order(name) for name in ("mild", "a", "b")]
    orders += [order("unsure", route=None), order("active", ACTIVE)]
    alerts = screen(request(*orders), knowledge(*rules)).alerts
    assert [alert.drug for alert in alerts] == ["a", "b", "active", "unsure", "mild"]


def test_the_strictest_override_policy_counts() -> None:
    strict = replace(ADVICE, override_policy=OverridePolicy.SECOND_PERSON)
    mild = rule("ciprofloxacin", row(MONITOR, advice=strict), rule_id="mild")
    [alert] = screen(request(order("ciprofloxacin")), knowledge(WEAKNESS, mild)).alerts
    assert alert.findings[0].outcome.advice.override_policy is OverridePolicy.REASON
    assert alert.override_policy is OverridePolicy.SECOND_PERSON


def test_an_alert_is_named_by_content_not_by_orders() -> None:
    [one] = screen(request(order("ciprofloxacin", medication_id="1")), WEAKNESS).alerts
    [other] = screen(
        request(order("ciprofloxacin", medication_id="2"), order("amoxicillin")), WEAKNESS
    ).alerts
    assert one.id == other.id


def test_an_alert_changes_its_name_with_its_content() -> None:
    milder = rule("ciprofloxacin", row(CAUTION), rule_id="weakness")
    unsure = rule("ciprofloxacin", row(AVOID, [Route.ORAL]), rule_id="weakness")
    second = rule(
        "ciprofloxacin", row(AVOID, [Route.NASAL]), row(AVOID, [Route.ORAL]), rule_id="weakness"
    )
    [possible] = screen(request(order("ciprofloxacin", route=None)), unsure).alerts
    ids = [
        only_alert(WEAKNESS).id,
        only_alert(milder).id,
        only_alert(SEIZURE).id,
        only_alert(WEAKNESS, Jurisdiction.CH).id,
        only_alert(second).id,
        possible.id,
    ]
    assert len(set(ids)) == len(ids)


def test_rows_of_equal_severity_come_in_the_order_of_the_table() -> None:
    """Whichever order has the smaller id: an alert's content must not depend on ids."""
    about = rule(
        "a",
        row(AVOID, when=Is("phase", frozenset({Phase.START}))),
        row(AVOID, when=Is("phase", frozenset({Phase.CONTINUE}))),
    )
    ids = set()
    for first, second in (("1", "2"), ("2", "1")):
        orders = (
            order("a", medication_id=first, phase=Phase.START),
            order("a", medication_id=second, phase=Phase.CONTINUE),
        )
        [alert] = screen(request(*orders), about).alerts
        assert [finding.outcome for finding in alert.findings] == list(about.outcomes)
        ids.add(alert.id)
    assert len(ids) == 1


def test_an_active_drug_involves_nothing_proposed() -> None:
    orders = order("ciprofloxacin", ACTIVE), order("amoxicillin")
    [alert] = screen(request(*orders), WEAKNESS).alerts
    assert not alert.involves_proposed
