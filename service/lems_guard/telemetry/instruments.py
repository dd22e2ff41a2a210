"""The one table of instruments: what is counted, in which unit, by which labels.

The table in deploy/README.md is generated from it. Labels come from closed sets, and every series
is created at zero when the service starts, so that a rate over it is right from the first event on.
"""

from lems_guard.clinical.medication import Disposition
from lems_guard.clinical.outcome import OverrideReason
from lems_guard.clinical.severity import Concern, Severity
from lems_guard.telemetry.hook_instruments import HOOK_INSTRUMENTS
from lems_guard.telemetry.instrument import Instrument as Instrument  # noqa: PLC0414 - named here for its users

RPC_LABELS = ("grpc_type", "grpc_service", "grpc_method")

# The names of go-grpc-prometheus, so that stock dashboards and alerts work.
STARTED = Instrument(
    "grpc_server_started_total", "counter", RPC_LABELS, "calls begun", "edges/frame.py"
)
HANDLED = Instrument(
    "grpc_server_handled_total",
    "counter",
    (*RPC_LABELS, "grpc_code"),
    "calls ended, by status code",
    "edges/frame.py",
)
RECEIVED = Instrument(
    "grpc_server_msg_received_total",
    "counter",
    RPC_LABELS,
    "messages received, those of streams one by one",
    "edges/frame.py",
)
SENT = Instrument(
    "grpc_server_msg_sent_total",
    "counter",
    RPC_LABELS,
    "messages sent, those of streams one by one",
    "edges/frame.py",
)
HANDLING = Instrument(
    "grpc_server_handling_seconds",
    "histogram",
    RPC_LABELS,
    "time from a call's begin to its end",
    "edges/frame.py",
    "seconds",
)
SCREENINGS = Instrument(
    "lems_guard_screenings_total",
    "counter",
    ("outcome",),
    "prescriptions answered, by the worst that was said",
    "answering/answer.py",
)
FINDINGS = Instrument(
    "lems_guard_findings_total",
    "counter",
    ("severity", "concern", "rule"),
    "findings given, by severity, concern and rule",
    "answering/answer.py",
)
MEDICATIONS = Instrument(
    "lems_guard_medications_total",
    "counter",
    ("disposition",),
    "orders answered, by what became of them",
    "answering/answer.py",
)
UNRESOLVED = Instrument(
    "lems_guard_unresolved_medications_total",
    "counter",
    ("reason",),
    "orders that were not understood and hence not checked",
    "answering/answer.py",
)
GAPS = Instrument(
    "lems_guard_gaps_total",
    "counter",
    ("fact", "worst"),
    "facts that an answer lacked, by the worst they could bring",
    "answering/answer.py",
)
KNOWLEDGE = Instrument(
    "lems_guard_knowledge_base_info",
    "gauge",
    ("version", "digest"),
    "1 for the knowledge base in service",
    "server.py",
)
RULES = Instrument("lems_guard_knowledge_base_rules", "gauge", (), "rules in service", "server.py")
LOADED = Instrument(
    "lems_guard_knowledge_base_loaded_timestamp_seconds",
    "gauge",
    (),
    "when the knowledge base in service was loaded",
    "server.py",
    "seconds since 1970",
)
CONTENT = Instrument(
    "lems_guard_knowledge_base_content_timestamp_seconds",
    "gauge",
    (),
    "begin of the month that its version names (2026.11.0); when it was loaded where it names none",
    "server.py",
    "seconds since 1970",
)
RELOADS = Instrument(
    "lems_guard_knowledge_base_reloads_total",
    "counter",
    ("outcome",),
    "reloads, by whether the folder was taken, was the same or was refused",
    "editions/reloading.py",
)
REFUSED = Instrument(
    "lems_guard_knowledge_base_refused",
    "gauge",
    (),
    "1 while the folder holds what was refused and an older knowledge base answers",
    "editions/reloading.py",
)
OVERDUE = Instrument(
    "lems_guard_rules_review_overdue",
    "gauge",
    (),
    "rules whose review was due before today",
    "telemetry/knowledge_metrics.py",
)
UNREVIEWED = Instrument(
    "lems_guard_rules_unreviewed",
    "gauge",
    (),
    "rules that no clinician has signed as they stand",
    "telemetry/knowledge_metrics.py",
)
SIGNED = Instrument(
    "lems_guard_rules_signed",
    "gauge",
    (),
    "rules that a clinician has signed as they stand",
    "telemetry/knowledge_metrics.py",
)
IN_FLIGHT_LIMIT = Instrument(
    "lems_guard_calls_in_flight_limit",
    "gauge",
    (),
    "calls under way and waiting at which more are refused",
    "server.py",
)
IN_FLIGHT = Instrument(
    "lems_guard_calls_in_flight",
    "gauge",
    (),
    "calls under way and waiting, over all edges; streams and probes are not among them",
    "edges/frame.py",
)
WAITING = Instrument(
    "lems_guard_calls_waiting",
    "gauge",
    (),
    "calls and items of streams that wait for their turn to be evaluated",
    "edges/turns.py",
)
STREAMS_OPEN = Instrument(
    "lems_guard_streams_open",
    "gauge",
    (),
    "CheckPrescriptionStream calls that are open",
    "edges/grpc/aside.py",
)
LOOP_LAG = Instrument(
    "lems_guard_event_loop_lag_seconds",
    "gauge",
    (),
    "how late the event loop ran a timer, the worst of the last ten seconds",
    "telemetry/loop_lag.py",
    "seconds",
)
CALLS_BY_CALLER = Instrument(
    "lems_guard_calls_by_caller_total",
    "counter",
    ("caller", "outcome"),
    "calls by who made them and whether they were let in; only with LEMS_GUARD_CALLERS",
    "callers/gate.py",
)
CALLERS_REFUSED = Instrument(
    "lems_guard_callers_refused",
    "gauge",
    (),
    "1 while the file of callers holds what was refused and the one before is in force",
    "callers/known.py",
)
JOURNAL_RECORDS = Instrument(
    "lems_guard_journal_records_total",
    "counter",
    (),
    "records written; only with LEMS_GUARD_JOURNAL",
    "journal/writing.py",
)
JOURNAL_LOST = Instrument(
    "lems_guard_journal_lost_total",
    "counter",
    (),
    "records that found no place while the journal could not be written",
    "journal/writing.py",
)
JOURNAL_STUCK = Instrument(
    "lems_guard_journal_stuck",
    "gauge",
    (),
    "1 while the journal cannot be written: what happens waits, and then is lost",
    "journal/writing.py",
)
CERTIFICATE_EXPIRES = Instrument(
    "lems_guard_tls_certificate_expires_timestamp_seconds",
    "gauge",
    (),
    "when the certificate that is shown to callers ends; absent without TLS",
    "edges/certificates.py",
    "seconds since 1970",
)
BUILD = Instrument("lems_guard_build_info", "gauge", ("version",), "1 for this build", "server.py")

CACHE_LOOKUPS = Instrument(
    "lems_guard_cache_lookups_total",
    "counter",
    ("tier", "result"),
    "look-ups in the reply cache and in Redis, by what came of them",
    "caching",
)
REPLY_BYTES = Instrument(
    "lems_guard_reply_cache_bytes", "gauge", (), "size of the reply cache", "caching", "bytes"
)
REPLY_ENTRIES = Instrument(
    "lems_guard_reply_cache_entries", "gauge", (), "replies in the reply cache", "caching"
)
REPLY_EVICTIONS = Instrument(
    "lems_guard_reply_cache_evictions_total",
    "counter",
    (),
    "replies dropped to keep the reply cache within its bounds",
    "caching",
)
REDIS_SECONDS = Instrument(
    "lems_guard_redis_seconds",
    "histogram",
    ("operation",),
    "time that Redis took to answer, or until it was given up",
    "caching",
    "seconds",
)
REDIS_WRITES = Instrument(
    "lems_guard_redis_writes_total",
    "counter",
    ("result",),
    "answers written behind to Redis, by what became of them",
    "caching",
)
REDIS_QUEUE = Instrument(
    "lems_guard_redis_write_queue", "gauge", (), "answers that wait to be written", "caching"
)
REDIS_BREAKER = Instrument(
    "lems_guard_redis_breaker",
    "gauge",
    ("state",),
    "1 for the state of the breaker before Redis: closed, half_open or open",
    "caching",
)
ALERT_OUTCOMES = Instrument(
    "lems_guard_alert_outcomes_total",
    "counter",
    ("rule", "verdict"),
    "outcomes reported of alerts, by rule: accepted or overridden",
    "sharing",
)
OVERRIDE_REASONS = Instrument(
    "lems_guard_override_reasons_total",
    "counter",
    ("reason",),
    "overrides reported, by the reason given",
    "sharing",
)
OUTCOME_REPORTS = Instrument(
    "lems_guard_outcome_reports_total",
    "counter",
    ("recording",),
    "reports of alert outcomes, by whether they were new",
    "sharing",
)
SHARED_MEMORY = Instrument(
    "lems_guard_shared_memory_total",
    "counter",
    ("memory", "result"),
    "uses of what replicas remember: shared by all of them, this one's own, or forged",
    "sharing",
)

INSTRUMENTS = (
    STARTED,
    HANDLED,
    RECEIVED,
    SENT,
    HANDLING,
    SCREENINGS,
    FINDINGS,
    MEDICATIONS,
    UNRESOLVED,
    GAPS,
    KNOWLEDGE,
    RULES,
    LOADED,
    CONTENT,
    RELOADS,
    REFUSED,
    OVERDUE,
    UNREVIEWED,
    SIGNED,
    IN_FLIGHT_LIMIT,
    IN_FLIGHT,
    WAITING,
    STREAMS_OPEN,
    LOOP_LAG,
    CALLS_BY_CALLER,
    CALLERS_REFUSED,
    CERTIFICATE_EXPIRES,
    JOURNAL_RECORDS,
    JOURNAL_LOST,
    JOURNAL_STUCK,
    BUILD,
    CACHE_LOOKUPS,
    REPLY_BYTES,
    REPLY_ENTRIES,
    REPLY_EVICTIONS,
    REDIS_SECONDS,
    REDIS_WRITES,
    REDIS_QUEUE,
    REDIS_BREAKER,
    ALERT_OUTCOMES,
    OVERRIDE_REASONS,
    OUTCOME_REPORTS,
    SHARED_MEMORY,
    *HOOK_INSTRUMENTS,
)

SEVERITIES = tuple(severity.name.lower() for severity in Severity)
CONCERNS = tuple(concern.name.lower() for concern in Concern)
REASONS_GIVEN = (*(reason.name.lower() for reason in OverrideReason), "none")
UNRESOLVED_REASONS = ("similar_name", "unknown_name", "unknown_code", "nothing_sent")
RELOAD_OUTCOMES = ("taken", "unchanged", "refused")
DISPOSITIONS = tuple(disposition.name.lower() for disposition in Disposition)

# From a quarter of a millisecond (an ordinary list) to ten seconds (a client's patience).
BUCKETS = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 10.0)

# What may come of a look-up. `skipped`: too cheap to be worth Redis; `open`: the breaker is.
REDIS_RESULTS = ("hit", "miss", "corrupt", "timeout", "error", "open", "skipped")
TIER_RESULTS = {
    "reply": ("hit", "miss"),
    "redis": REDIS_RESULTS,
}
RECORDINGS = ("new", "repeated", "conflicting")
VERDICTS = ("accepted", "overridden")
MEMORIES = ("alert_outcomes", "repeat_filter", "tokens")
MEMORY_RESULTS = ("shared", "own", "corrupt")

# From a tenth of a millisecond (this host) to the budget's end and a little beyond.
REDIS_BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05)
