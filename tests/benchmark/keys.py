"""What is measured: every key of the benchmark, its goal, its unit and what it means."""

from typing import NamedTuple


class Key(NamedTuple):
    """One figure: `goal` is "≥ bound", "≤ bound"; ratios have no unit."""

    name: str
    goal: str
    unit: str
    meaning: str

    def is_met(self, value: float) -> bool:
        """Whether a figure reaches the goal."""
        side, _, bound = self.goal.partition(" ")
        return value >= float(bound) if side == "≥" else value <= float(bound)


# What an order can be whose number grows: `exponent_<kind>` is fitted to the CPU time up to 500.
KINDS_OF_ORDERS = {
    "distinct": "drugs that all differ, as text",
    "coded": "drugs that all differ, as RxNorm codes",
    "watched": "drugs that rules name, as text",
    "one_drug": "one drug in one dose",
    "one_drug_many_doses": "one drug in doses that all differ",
    "one_drug_doubted": "amifampridine beside a word that nobody knows",
    "unknown": "names that nobody knows",
    "empty": "orders without id, code or text",
}

KEYS = (
    Key(
        "first_seen_vs_echo",
        "≥ 0.30",
        "",
        "server CPU a call, bare echo of the same stack and messages ÷ the service: ten orders as "
        "text, patient and orders never seen",
    ),
    Key("replayed_vs_echo", "≥ 0.90", "", "the same, answered from the replies in process"),
    Key(
        "hook_no_lems_vs_floor",
        "≤ 2",
        "",
        "server CPU of an order-sign call ÷ the same body posted to a page that is not there: "
        "patient without LEMS, 14 orders",
    ),
    Key("hook_lems_vs_floor", "≤ 6", "", "the same for a patient with LEMS"),
    Key(
        "goodput_2x",
        "≥ 0.85",
        "",
        "answers within a second ÷ own capacity, offered twice the capacity in an open loop",
    ),
    Key("goodput_10x", "≥ 0.50", "", "the same, offered ten times the capacity"),
    Key("overload_p99_ms", "≤ 200", "ms", "p99 of the answers under either load, from arrival"),
    Key(
        "unaccounted",
        "≤ 0",
        "calls",
        "under either load neither answered nor refused nor late, or not in the service's metrics",
    ),
    Key(
        "unary_p99_beside_streams",
        "≤ 5",
        "",
        "p99 of small calls beside 8 streams of 200-order items ÷ alone",
    ),
    Key("unary_p99_beside_500", "≤ 5", "", "the same beside 500-order calls, one after the other"),
    Key("reading_us", "", "µs", "reading an order line never seen, CPU"),
    Key(
        "reading_1000_chars",
        "≤ 3",
        "",
        "server CPU of a check with one order of 1,000 characters, the dearest of three kinds ÷ a "
        "first check of ten drugs",
    ),
    Key("secure_vs_plain", "≤ 1.15", "", "server CPU, TLS and token on a kept connection ÷ plain"),
    Key("connect_vs_grpc", "≤ 2", "", "server CPU, a Connect call ÷ a gRPC call"),
    Key("journal_vs_none", "≤ 1.1", "", "server CPU, journal on ÷ off"),
    Key("rules_growth_300_30000", "≤ 1.3", "", "screening ten drugs: 30,000 rules ÷ 300"),
    Key("medications_growth_10_200", "≤ 20", "", "screening at 30,000 rules: 200 drugs ÷ ten"),
    Key("vs_cel_3000", "≥ 40", "", "deciding 3,000 rules: common-expression-language ÷ ours"),
    Key("vs_clips_3000", "≥ 20", "", "deciding 3,000 rules: CLIPS ÷ ours"),
    Key("vs_zen_3000", "≥ 100", "", "deciding 3,000 rules: zen-engine ÷ ours"),
    Key("redis_up_p50_ratio", "≤ 1.05", "", "p50 of a first check, Redis up ÷ without Redis"),
    Key("redis_killed_p50_ratio", "≤ 1.05", "", "the same, Redis killed"),
    Key("redis_hung_p50_ratio", "≤ 1.05", "", "the same, Redis hung"),
    Key("cohort_two_cores", "≥ 1.7", "", "cohort: lists a second on two cores ÷ on one"),
    Key("cohort_vs_copy", "≤ 12", "", "cohort: time ÷ reading and writing the file as JSON"),
    *(
        Key(f"exponent_{kind}", "≤ 1.1", "exponent", f"CPU of a check by orders, to 500: {meaning}")
        for kind, meaning in KINDS_OF_ORDERS.items()
    ),
    Key("startup_s", "≤ 1", "s", "from the start of the process to SERVING"),
    Key("rss_mb", "≤ 130", "MB", "memory after 2,000 first checks"),
    Key("gc_pauses_over_5ms", "≤ 0", "pauses", "of the garbage collector in 30,000 first checks"),
)
BY_NAME = {key.name: key for key in KEYS}
