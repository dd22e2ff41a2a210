"""The one table of instruments: what is counted, in which unit, by which labels.

README's table is generated from it. Labels come from closed sets and every series is created at
zero when the service starts, so that a rate over it is right from the first event on.
"""

from dataclasses import dataclass

from lems_guard.clinical.medication import Disposition
from lems_guard.clinical.severity import Concern, Severity


@dataclass(frozen=True, slots=True)
class Instrument:
    """A metric's name, type, unit, labels and meaning, and who records it."""

    name: str
    kind: str
    labels: tuple[str, ...]
    help: str
    recorded_by: str
    unit: str = ""


RPC_LABELS = ("grpc_type", "grpc_service", "grpc_method")

# The names of go-grpc-prometheus, so that stock dashboards and alerts work.
STARTED = Instrument(
    "grpc_server_started_total", "counter", RPC_LABELS, "calls begun", "grpc_api/interceptor.py"
)
HANDLED = Instrument(
    "grpc_server_handled_total",
    "counter",
    (*RPC_LABELS, "grpc_code"),
    "calls ended, by status code",
    "grpc_api/interceptor.py",
)
HANDLING = Instrument(
    "grpc_server_handling_seconds",
    "histogram",
    RPC_LABELS,
    "time from a call's begin to its end",
    "grpc_api/interceptor.py",
    "seconds",
)
SCREENINGS = Instrument(
    "lems_guard_screenings_total",
    "counter",
    ("outcome",),
    "prescriptions answered, by the worst that was said",
    "grpc_api/answer.py",
)
FINDINGS = Instrument(
    "lems_guard_findings_total",
    "counter",
    ("severity", "concern"),
    "findings given, by severity and concern",
    "grpc_api/answer.py",
)
MEDICATIONS = Instrument(
    "lems_guard_medications_total",
    "counter",
    ("disposition",),
    "orders answered, by what became of them",
    "grpc_api/answer.py",
)
UNRESOLVED = Instrument(
    "lems_guard_unresolved_medications_total",
    "counter",
    (),
    "orders that were not understood and hence not checked",
    "grpc_api/answer.py",
)
KNOWLEDGE = Instrument(
    "lems_guard_knowledge_base_info",
    "gauge",
    ("version", "digest"),
    "1 for the knowledge base in service",
    "server.py",
)
RULES = Instrument("lems_guard_knowledge_base_rules", "gauge", (), "rules in service", "server.py")

INSTRUMENTS = (
    STARTED,
    HANDLED,
    HANDLING,
    SCREENINGS,
    FINDINGS,
    MEDICATIONS,
    UNRESOLVED,
    KNOWLEDGE,
    RULES,
)

SEVERITIES = tuple(severity.name.lower() for severity in Severity)
CONCERNS = tuple(concern.name.lower() for concern in Concern)
DISPOSITIONS = tuple(disposition.name.lower() for disposition in Disposition)

# From a quarter of a millisecond (an ordinary list) to ten seconds (a client's patience).
BUCKETS = (0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 10.0)
