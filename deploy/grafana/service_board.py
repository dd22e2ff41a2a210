"""The service: whether it is there and answers, how fast, and what it uses."""

from panels import CHECKS, EACH, OF_EACH, ONE, PER_SECOND, WHERE, Panel, Row, by, quantile, rate

FAULTS = "UNKNOWN|DEADLINE_EXCEEDED|RESOURCE_EXHAUSTED|UNIMPLEMENTED|INTERNAL|UNAVAILABLE|DATA_LOSS"
FAILED = f'{CHECKS},grpc_code=~"{FAULTS}"'
HANDLED = "grpc_server_handled_total"
SHARE_OF_FAULTS = f"sum {EACH} ({rate(HANDLED, FAILED)}) / sum {EACH} ({rate(HANDLED, CHECKS)})"
REFUSED = f'{ONE},grpc_code="RESOURCE_EXHAUSTED"'
CALLS = "lems_guard_calls_by_caller_total"
TURNED_AWAY = f'outcome!="let_in",{ONE}'
HANDLING = "grpc_server_handling_seconds"
UNARY = f'grpc_method="CheckPrescription",{ONE}'
UNDER_WAY = (
    f"max by (instance) (lems_guard_calls_in_flight{{{ONE}}})"
    f" / max by (instance) (lems_guard_calls_in_flight_limit{{{ONE}}})"
)
HIT, ASKED = f'{ONE},result="hit"', f'{ONE},result!="skipped"'
IN_REDIS = f'tier="redis",{ONE}'
SHARE_OF_HITS = (
    f"sum by (tier) ({rate('lems_guard_cache_lookups_total', HIT)})"
    f" / sum by (tier) ({rate('lems_guard_cache_lookups_total', ASKED)})"
)

SERVICE = (
    Row(
        "Is it there, and does it answer?",
        (
            Panel(
                "Replicas up",
                "none",
                "Replicas that Prometheus reaches.",
                ((f"sum(up{{{WHERE}}})", "up"),),
                kind="stat",
                runbook="LemsGuardDown",
            ),
            Panel(
                "Right answers",
                "percentunit",
                "A known prescription, asked from outside: the share answered as expected.",
                (('min(avg_over_time(probe_success{job="lems-guard-probe"}[5m]))', "right"),),
                (1, 1),
                kind="stat",
                runbook="LemsGuardProbeFails",
                is_rising=True,
            ),
            Panel(
                "Checks",
                PER_SECOND,
                "Calls of InteractionCheckService a second, by method.",
                (
                    (
                        by("grpc_method", "grpc_server_started_total", CHECKS),
                        "{{grpc_method}}",
                    ),
                ),
                runbook="LemsGuardNoTraffic",
            ),
            Panel(
                "Share that failed through us",
                "percentunit",
                "Objective: 99.9 % of checks are answered. Callers' faults are not counted.",
                ((SHARE_OF_FAULTS, OF_EACH),),
                (0.001, 0.0144),
                runbook="LemsGuardFaultsBurnFast",
            ),
            Panel(
                "Calls by status",
                PER_SECOND,
                "All of our services' calls, by the status they ended with.",
                (
                    (
                        by(
                            "grpc_code",
                            "grpc_server_handled_total",
                            f'grpc_service=~"lems_guard.*",{ONE}',
                        ),
                        "{{grpc_code}}",
                    ),
                ),
            ),
        ),
    ),
    Row(
        "How fast?",
        (
            Panel(
                "Time of a check",
                "s",
                "CheckPrescription, from arrival, waiting included. Objective: 99 % within 25 ms.",
                (
                    (quantile(0.5, HANDLING, UNARY), f"{OF_EACH} p50"),
                    (quantile(0.99, HANDLING, UNARY), f"{OF_EACH} p99"),
                ),
                (0.025, 0.1),
                runbook="LemsGuardSlowBurnsFast",
            ),
            Panel(
                "Lateness of the event loop",
                "s",
                "Order screens, /v1, metrics and the page wait in it; high when it lacks CPU.",
                ((f"lems_guard_event_loop_lag_seconds{{{ONE}}}", "{{instance}}"),),
                (0.05, 0.1),
                runbook="LemsGuardLoopLate",
            ),
        ),
    ),
    Row(
        "Too much at once?",
        (
            Panel(
                "Calls under way, of the limit",
                "percentunit",
                "Under way and waiting, over all edges, as a share of what is taken at once.",
                ((UNDER_WAY, "{{instance}}"),),
                (0.5, 0.8),
                runbook="LemsGuardNearItsLimit",
            ),
            Panel(
                "Waiting for their turn",
                "none",
                "Calls and items of streams that are taken and not yet evaluated.",
                ((f"lems_guard_calls_waiting{{{ONE}}}", "{{instance}}"),),
                (16, 48),
                runbook="LemsGuardNearItsLimit",
            ),
            Panel(
                "Refused at once",
                PER_SECOND,
                "RESOURCE_EXHAUSTED, beyond a limit: NOT checked, and the caller knows it.",
                ((by("grpc_method", HANDLED, REFUSED), "{{grpc_method}}"),),
                (0.1, 1),
                runbook="LemsGuardNearItsLimit",
            ),
            Panel(
                "Streams open",
                "none",
                "CheckPrescriptionStream calls; each holds a place of LEMS_GUARD_MAX_STREAMS.",
                ((f"lems_guard_streams_open{{{ONE}}}", "{{instance}}"),),
                (12, 16),
            ),
        ),
    ),
    Row(
        "Order screens",
        (
            Panel(
                "Hook calls",
                PER_SECOND,
                "Calls of CDS Hooks a second, by hook.",
                ((by("hook", "lems_guard_cds_hooks_calls_total"), "{{hook}}"),),
                runbook="LemsGuardHooksNoTraffic",
            ),
            Panel(
                "Time of a hook call",
                "s",
                "From its head to its reply, what was fetched for it included.",
                (
                    (quantile(0.5, "lems_guard_cds_hooks_seconds"), f"{OF_EACH} p50"),
                    (quantile(0.99, "lems_guard_cds_hooks_seconds"), f"{OF_EACH} p99"),
                ),
                (0.5, 2),
            ),
            Panel(
                "Hook calls without cards, by reason",
                PER_SECOND,
                "Refused or failed: the screen shows nothing, and nothing was checked.",
                ((by("reason", "lems_guard_cds_hooks_refusals_total"), "{{reason}}"),),
                runbook="LemsGuardHooksRefused",
            ),
            Panel(
                "Pages of FHIR servers",
                PER_SECOND,
                "Asked for what was not sent, by the part of the record and what came.",
                (
                    (
                        by("resource, result", "lems_guard_cds_hooks_fetches_total"),
                        "{{resource}} {{result}}",
                    ),
                ),
                runbook="LemsGuardFhirSlow",
            ),
        ),
    ),
    Row(
        "Who calls?",
        (
            Panel(
                "Calls by caller",
                PER_SECOND,
                "Let in, by the names of LEMS_GUARD_CALLERS: a hundred, and the others together.",
                ((by("caller", CALLS, f'outcome="let_in",{ONE}'), "{{caller}}"),),
            ),
            Panel(
                "Callers turned away",
                PER_SECOND,
                "Not known, without the role, or beyond their own limit: NOT checked.",
                ((by("caller, outcome", CALLS, TURNED_AWAY), "{{caller}} {{outcome}}"),),
                (0.1, 1),
                runbook="LemsGuardCallersRefused",
            ),
        ),
    ),
    Row(
        "What does it use?",
        (
            Panel(
                "Processor",
                "percentunit",
                "Of one core. A process uses one at most: add replicas, not cores.",
                ((rate("process_cpu_seconds_total", ONE), "{{instance}}"),),
                (0.7, 0.9),
            ),
            Panel(
                "Memory",
                "bytes",
                "Resident memory.",
                (
                    (
                        f"process_resident_memory_bytes{{{ONE}}}",
                        "{{instance}}",
                    ),
                ),
            ),
            Panel(
                "Reply cache",
                "bytes",
                "Size of the replies kept in process.",
                ((f"lems_guard_reply_cache_bytes{{{ONE}}}", "{{instance}}"),),
            ),
        ),
    ),
    Row(
        "Caches and Redis",
        (
            Panel(
                "Share of hits",
                "percentunit",
                "Of the look-ups that were made, by tier. A cache never changes an answer.",
                ((SHARE_OF_HITS, "{{tier}}"),),
            ),
            Panel(
                "Look-ups in Redis",
                PER_SECOND,
                "Replies. Corrupt: not written by us, and not believed.",
                (
                    (
                        by("result", "lems_guard_cache_lookups_total", IN_REDIS),
                        "{{result}}",
                    ),
                ),
            ),
            Panel(
                "Time of Redis",
                "s",
                "99 % of reads end within this; given up after 20 ms.",
                ((quantile(0.99, "lems_guard_redis_seconds"), f"{OF_EACH} p99"),),
                (0.01, 0.02),
            ),
            Panel(
                "Breaker open",
                "none",
                "1 where a replica has given Redis up for now. Answers are the same.",
                (
                    (
                        f'max by (instance) (lems_guard_redis_breaker{{state="open",{ONE}}})',
                        "{{instance}}",
                    ),
                ),
                (0.5, 1),
                kind="stat",
                runbook="LemsGuardRedisBreakerOpen",
            ),
        ),
    ),
)
