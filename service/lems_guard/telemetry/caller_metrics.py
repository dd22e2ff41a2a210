"""Who calls, in numbers: by the names of the callers' file, so many of them at most."""

from prometheus_client import CollectorRegistry, Counter, Gauge

from lems_guard.telemetry import instruments

MOST_NAMED = 100
OTHERS = "others"
NOBODY = "unknown"


class CallerMetrics:
    """Counts calls by caller, and tells whether its file was refused."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Nobody has called."""
        self._calls = Counter(
            instruments.CALLS_BY_CALLER.name,
            instruments.CALLS_BY_CALLER.help,
            instruments.CALLS_BY_CALLER.labels,
            registry=registry,
        )
        self._refused = Gauge(
            instruments.CALLERS_REFUSED.name, instruments.CALLERS_REFUSED.help, registry=registry
        )
        self._named: dict[tuple[str, str], Counter] = {}
        self._names: set[str] = set()
        self._calls.labels(NOBODY, "unauthenticated")

    def came(self, caller: str, outcome: str) -> None:
        """A call came; an empty name is nobody's that is known."""
        found = self._named.get((caller, outcome))
        if found is None:
            found = self._named[caller, outcome] = self._calls.labels(self._name(caller), outcome)
        found.inc()

    def read(self, is_refused: bool) -> None:  # noqa: FBT001 - called with what came of it
        """The file was read again."""
        self._refused.set(is_refused)

    def _name(self, caller: str) -> str:
        if not caller:
            return NOBODY
        if len(self._names) < MOST_NAMED:
            self._names.add(caller)
        return caller if caller in self._names else OTHERS
