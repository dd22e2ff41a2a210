"""The instruments of order entry: a part of the table in `instruments.py`."""

from lems_guard.telemetry.instrument import Instrument

HOOK_CALLS = Instrument(
    "lems_guard_cds_hooks_calls_total",
    "counter",
    ("hook", "status"),
    "calls of CDS Hooks, by HTTP status",
    "edges/order_entry/routes.py",
)
CARDS = Instrument(
    "lems_guard_cds_hooks_cards_total",
    "counter",
    ("hook", "indicator"),
    "cards shown, by urgency",
    "edges/order_entry/desk.py",
)
REPEATED_ALERTS = Instrument(
    "lems_guard_cds_hooks_repeated_alerts_total",
    "counter",
    ("rule",),
    "alerts left out at order-sign because the client asked not to repeat them",
    "edges/order_entry/desk.py",
)
COMMENT_CHARACTERS = Instrument(
    "lems_guard_cds_hooks_comment_characters_total",
    "counter",
    (),
    "length of the comments on overrides; the comments themselves are not kept",
    "edges/order_entry/feedback.py",
)

HOOK_SECONDS = Instrument(
    "lems_guard_cds_hooks_seconds",
    "histogram",
    ("hook", "outcome"),
    "time of a call of CDS Hooks, from its head to its reply, by what became of it",
    "edges/order_entry/routes.py",
    "seconds",
)
REFUSALS = Instrument(
    "lems_guard_cds_hooks_refusals_total",
    "counter",
    ("hook", "reason"),
    "calls of CDS Hooks that got no cards, by the reason",
    "edges/order_entry/routes.py",
)
FETCHES = Instrument(
    "lems_guard_cds_hooks_fetches_total",
    "counter",
    ("resource", "result"),
    "pages asked of FHIR servers, by the part of the record and by what came",
    "edges/order_entry/fetching.py",
)
FETCHING_SECONDS = Instrument(
    "lems_guard_cds_hooks_fetching_seconds",
    "histogram",
    (),
    "time that a call waited for FHIR servers",
    "edges/order_entry/fetching.py",
    "seconds",
)

SUGGESTIONS = Instrument(
    "lems_guard_cds_hooks_suggestions_total",
    "counter",
    ("kind",),
    "suggestions that were taken, by kind; to keep the order is an override",
    "edges/order_entry/feedback.py",
)

HOOK_INSTRUMENTS = (
    HOOK_CALLS,
    HOOK_SECONDS,
    REFUSALS,
    CARDS,
    REPEATED_ALERTS,
    SUGGESTIONS,
    COMMENT_CHARACTERS,
    FETCHES,
    FETCHING_SECONDS,
)

HOOKS = (
    "discovery",
    "order-select",
    "order-sign",
    "patient-view",
    "medication-refill",
    "medication-verify",
    "feedback",
)
HOOK_STATUSES = ("200", "400", "401", "403", "404", "412", "413", "500", "503")
HOOK_OUTCOMES = ("answered", "refused", "failed")
HOOK_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
REASONS = (
    "another_patient",
    "body",
    "caller",
    "foreign_page",
    "method",
    "no_such_page",
    "our_fault",
    "overloaded",
    "record_in_part",
    "record_missing",
    "too_large",
)
FETCHED = (
    "patient",
    "conditions",
    "medications",
    "statements",
    "allergies",
    "weight",
    "creatinine",
    "creatinineMolar",
    "clearance",
    "medication",
)
SUGGESTION_KINDS = ("remove", "replace", "keep", "other")
FETCH_RESULTS = ("read", "refused", "failed")
INDICATORS = ("info", "warning", "critical")
