"""What was said to prescribers, what was not checked, what came of it, and what is known."""

from panels import ONE, PER_SECOND, WHERE, Panel, Row, by, rate, ten_most

CONTENT_TIME = "lems_guard_knowledge_base_content_timestamp_seconds"
SHARE_UNRESOLVED = (
    f"sum({rate('lems_guard_unresolved_medications_total')})"
    f" / sum({rate('lems_guard_medications_total')})"
)
# The least of all replicas, floored to a part in a thousand: one unsigned rule of many is not all.
SHARE_SIGNED = (
    f"min(floor(1000 * lems_guard_rules_signed{{{ONE}}}"
    f" / lems_guard_knowledge_base_rules{{{ONE}}}) / 1000)"
)
OVERRIDDEN = "lems_guard:rule_overridden:ratio_increase1d"

CLINICAL = (
    Row(
        "What was said",
        (
            Panel(
                "Prescriptions by outcome",
                PER_SECOND,
                "The worst that was said of each. Clear: complete, and nothing was found.",
                (
                    (
                        by("outcome", "lems_guard_screenings_total"),
                        "{{outcome}}",
                    ),
                ),
            ),
            Panel(
                "Findings by severity",
                PER_SECOND,
                "Findings a second.",
                ((by("severity", "lems_guard_findings_total"), "{{severity}}"),),
            ),
            Panel(
                "Findings by concern",
                PER_SECOND,
                "The harm that was warned of.",
                ((by("concern", "lems_guard_findings_total"), "{{concern}}"),),
            ),
            Panel(
                "Rules that speak most",
                "none",
                "The ten rules with most findings in the range shown.",
                (
                    (
                        ten_most("rule", "lems_guard_findings_total"),
                        "{{rule}}",
                    ),
                ),
                kind="bargauge",
            ),
        ),
    ),
    Row(
        "What was not checked",
        (
            Panel(
                "Share of orders not understood",
                "percentunit",
                "They come back UNRESOLVED and are not checked.",
                ((SHARE_UNRESOLVED, "unresolved"),),
                (0.05, 0.15),
                runbook="LemsGuardUnresolvedShareRises",
            ),
            Panel(
                "Orders not understood, by reason",
                PER_SECOND,
                "A similar name: we made a suggestion. An unknown code came without a text.",
                (
                    (
                        by("reason", "lems_guard_unresolved_medications_total"),
                        "{{reason}}",
                    ),
                ),
            ),
            Panel(
                "Facts that were missing",
                "none",
                "The ten facts most often lacking, in the range shown.",
                (
                    (
                        ten_most("fact", "lems_guard_gaps_total"),
                        "{{fact}}",
                    ),
                ),
                kind="bargauge",
            ),
            Panel(
                "Grave gaps",
                PER_SECOND,
                "Missing facts that could turn into a contraindication.",
                (
                    (
                        by("fact", "lems_guard_gaps_total", f'worst="contraindicated",{ONE}'),
                        "{{fact}}",
                    ),
                ),
            ),
        ),
    ),
    Row(
        "What came of it",
        (
            Panel(
                "Outcomes reported",
                PER_SECOND,
                "Alerts accepted and overridden, as clients report them.",
                (
                    (
                        by("verdict", "lems_guard_alert_outcomes_total"),
                        "{{verdict}}",
                    ),
                ),
            ),
            Panel(
                "Overrides by reason",
                PER_SECOND,
                "Data wrong or not relevant, time and again: look at what clients send.",
                ((by("reason", "lems_guard_override_reasons_total"), "{{reason}}"),),
            ),
            Panel(
                "Share overridden, by rule",
                "percentunit",
                "Of the last day's outcomes. A rule that everybody overrides may be wrong.",
                ((f"sort_desc({OVERRIDDEN}{{{WHERE}}})", "{{rule}}"),),
                (0.7, 0.9),
                kind="bargauge",
                runbook="LemsGuardRuleOverridden",
            ),
        ),
    ),
    Row(
        "In order screens",
        (
            Panel(
                "Cards shown",
                PER_SECOND,
                "By urgency: critical is a contraindication in an order at hand.",
                ((by("indicator", "lems_guard_cds_hooks_cards_total"), "{{indicator}}"),),
            ),
            Panel(
                "Suggestions taken, by kind",
                PER_SECOND,
                "Keep is an override with the issue on record; other is none of our suggestions.",
                ((by("kind", "lems_guard_cds_hooks_suggestions_total"), "{{kind}}"),),
            ),
            Panel(
                "Left out at signing, by rule",
                "none",
                "Shown while ordering, and not again, where a client asks for that.",
                ((ten_most("rule", "lems_guard_cds_hooks_repeated_alerts_total"), "{{rule}}"),),
                kind="bargauge",
            ),
        ),
    ),
    Row(
        "What it knows",
        (
            Panel(
                "Edition",
                "none",
                "The knowledge base in service; more than one while an upgrade is under way.",
                (
                    (
                        f"count by (version) (lems_guard_knowledge_base_info{{{ONE}}})",
                        "{{version}}",
                    ),
                ),
                kind="stat",
                runbook="LemsGuardEditionsDiffer",
                named=True,
            ),
            Panel(
                "Age of the content",
                "s",
                "Since the month that the edition's version names.",
                ((f"time() - max({CONTENT_TIME}{{{ONE}}})", "age"),),
                (120 * 86400, 180 * 86400),
                kind="stat",
                runbook="LemsGuardKnowledgeStale",
            ),
            Panel(
                "Rules overdue for review",
                "none",
                "Past the day on which they were to be reviewed.",
                ((f"max(lems_guard_rules_review_overdue{{{ONE}}})", "overdue"),),
                (1, 10),
                kind="stat",
                runbook="LemsGuardReviewOverdue",
            ),
            Panel(
                "Rules signed by a clinician",
                "percentunit",
                "As they stand. Green where every one is: a site records who did, and when.",
                ((SHARE_SIGNED, "signed"),),
                (0.5, 1),
                kind="stat",
                runbook="LemsGuardReviewOverdue",
                is_rising=True,
            ),
            Panel(
                "Unsigned rules",
                "none",
                "Rules that no clinician has signed as they stand.",
                ((f"max(lems_guard_rules_unreviewed{{{ONE}}})", "unsigned"),),
                (1, 1),
                kind="stat",
            ),
            Panel(
                "Reload refused",
                "none",
                "1 where the rules folder does not compile and an older edition answers.",
                ((f"max(lems_guard_knowledge_base_refused{{{ONE}}})", "refused"),),
                (0.5, 1),
                kind="stat",
                runbook="LemsGuardReloadRefused",
            ),
        ),
    ),
)
