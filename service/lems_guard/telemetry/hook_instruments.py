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

HOOK_INSTRUMENTS = (HOOK_CALLS, CARDS, REPEATED_ALERTS, COMMENT_CHARACTERS)

HOOKS = (
    "discovery",
    "order-select",
    "order-sign",
    "patient-view",
    "medication-refill",
    "feedback",
)
HOOK_STATUSES = ("200", "400", "401", "404", "412", "413", "500", "503")
INDICATORS = ("info", "warning", "critical")
