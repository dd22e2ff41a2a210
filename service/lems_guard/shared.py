"""What a process keeps or shares beside its answers: the store, reports, tokens, the journal."""

from collections.abc import Callable
from dataclasses import dataclass

from lems_guard.clinical.errors import InvalidSettings
from lems_guard.clinical.outcome import AlertOutcome, Recording
from lems_guard.journal.files import JournalFile
from lems_guard.journal.writing import Journal
from lems_guard.settings import HOW_TO_MAKE_A_KEY, Settings, Switch
from lems_guard.sharing.memory import Memory
from lems_guard.sharing.outcomes import AlertOutcomes
from lems_guard.sharing.repeats import Repeats
from lems_guard.sharing.tokens import UsedTokens
from lems_guard.store.entries import Entries, NoStore
from lems_guard.telemetry.cache_metrics import CacheMetrics
from lems_guard.telemetry.metrics import Metrics
from lems_guard.telemetry.sharing_metrics import SharingMetrics


@dataclass(frozen=True)
class Shared:
    """The store, if there is one, and what works with or without it."""

    entries: Entries
    outcomes: AlertOutcomes
    repeats: Repeats
    tokens: UsedTokens
    cache_metrics: CacheMetrics
    metrics: SharingMetrics

    @staticmethod
    def of(settings: Settings, counted: Metrics, told: Callable[[AlertOutcome], None]) -> "Shared":
        """As the settings ask; raises `InvalidSettings`. `told` hears of each new report."""
        cache_metrics, metrics = CacheMetrics(counted.registry), SharingMetrics(counted.registry)
        entries = entries_of(settings, cache_metrics)
        reports, cards = Memory(settings.outcome_seconds), Memory(settings.repeat_seconds)

        def count(outcome: AlertOutcome, recording: Recording) -> None:
            verdict = outcome.verdict.name.lower()
            reason = outcome.reason.name.lower() if outcome.reason else "none"
            metrics.reported(recording.name.lower(), verdict, reason, outcome.rule_ids)
            if recording is Recording.NEW:
                told(outcome)

        return Shared(
            entries,
            AlertOutcomes(entries, reports, metrics.used, count),
            Repeats(entries, cards, metrics.used),
            UsedTokens(entries, metrics.used),
            cache_metrics,
            metrics,
        )


def entries_of(settings: Settings, metrics: CacheMetrics) -> Entries:
    """Redis as the settings name it, or none; raises `InvalidSettings`."""
    if settings.redis_url is None:
        return NoStore()
    if settings.cache_key is None:
        raise InvalidSettings(
            "LEMS_GUARD_CACHE_KEY: needed with LEMS_GUARD_REDIS_URL, the same in every replica: "
            + HOW_TO_MAKE_A_KEY
        )
    from lems_guard.store import clients  # noqa: PLC0415 - only where there is a Redis
    from lems_guard.store.store import Store  # noqa: PLC0415

    tls = clients.Tls(settings.redis_ca, settings.redis_certificate, settings.redis_certificate_key)
    try:
        connect = clients.connect_to(settings.redis_url, tls)
    except clients.BadAddress as fault:
        raise InvalidSettings(f"LEMS_GUARD_REDIS_URL: expected {fault}") from None
    except clients.BadCertificate as fault:
        raise InvalidSettings(f"LEMS_GUARD_REDIS_CA, _CERTIFICATE: expected {fault}") from None
    return Store(connect, settings.cache_key.encode(), metrics)


def journal_of(settings: Settings, metrics: Metrics) -> Journal | None:
    """The journal as the settings name it, or none; nothing is opened yet."""
    path = settings.journal
    if path is None:
        return None

    def opened() -> JournalFile:
        return JournalFile(path, settings.journal_bytes, settings.journal_days)

    return Journal(opened, metrics.journal(), syncs=settings.journal_sync is Switch.ON)
