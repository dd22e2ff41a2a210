"""Redis, put together: a part of the composition root, imported only where an address is set.

Redis' client takes a tenth of a second to import, and 9 MB: no service without Redis pays that.
"""

from collections.abc import Callable
from typing import TypeAlias

from lems_guard.caching.clients import BadAddress, BadCertificate, Client, Tls, client_of
from lems_guard.caching.cost import Policy
from lems_guard.caching.redis_tier import RedisTier
from lems_guard.caching.seal import Seal
from lems_guard.caching.searched_names import Asking, Needed, Searches, SharedNames
from lems_guard.caching.store import Store
from lems_guard.clinical.errors import InvalidSettings
from lems_guard.grpc_api.answer import Answerer, Answers
from lems_guard.library import Edition
from lems_guard.settings import HOW_TO_MAKE_A_KEY, Settings
from lems_guard.sharing.in_process import Memory
from lems_guard.sharing.in_redis import SharedOutcomes, SharedRepeats, SharedTokens
from lems_guard.telemetry.cache_metrics import CacheMetrics
from lems_guard.telemetry.sharing_metrics import SharingMetrics

# An answerer that reads by some edition, or by one with another search.
AnswererOn: TypeAlias = Callable[[Edition], Answerer]


class WithRedis:
    """One store, and what works with it."""

    def __init__(self, address: str, settings: Settings, metrics: CacheMetrics) -> None:
        """Nothing is connected yet; raises `InvalidSettings` where the settings do not suffice."""
        seal = _seal(settings)
        self.store = Store(_client(address, settings), seal, metrics)
        self._settings = settings
        self._metrics = metrics

    def outcomes(self, own: Memory, metrics: SharingMetrics) -> SharedOutcomes:
        """The alert outcomes that any replica was told of."""
        return SharedOutcomes(self.store, own, self._settings.outcome_seconds, metrics.remembered)

    def repeats(self, own: Memory, metrics: SharingMetrics) -> SharedRepeats:
        """The cards that any replica showed."""
        return SharedRepeats(self.store, own, self._settings.repeat_seconds, metrics.remembered)

    def tokens(self, metrics: SharingMetrics) -> SharedTokens:
        """The tokens that any replica let in."""
        return SharedTokens(self.store, metrics.remembered)

    def answers(self, edition: Edition, answerer_on: AnswererOn) -> Answers:
        """Screenings and searches that cost more than a read are shared."""
        settings = self._settings
        names = None
        if settings.redis_names is Policy.OFF:
            answerer = answerer_on(edition)
        else:
            searches = Searches(edition.resolver.suggest)
            answerer = answerer_on(edition.searching_by(searches))
            needed = Needed(edition.searching_by, settings.jurisdiction)
            digest = edition.knowledge.digest
            names = SharedNames(
                Asking(answerer.question, searches, needed, digest),
                self.store,
                self._metrics,
                policy=settings.redis_names,
                seconds=settings.screening_seconds,
            )
        return RedisTier(
            answerer,
            self.store,
            self._metrics,
            policy=settings.redis_screenings,
            seconds=settings.screening_seconds,
            names=names,
        )


def _seal(settings: Settings) -> Seal:
    if settings.cache_key is None:
        raise InvalidSettings(
            "LEMS_GUARD_CACHE_KEY: needed with LEMS_GUARD_REDIS_URL, the same in every replica: "
            + HOW_TO_MAKE_A_KEY
        )
    return Seal(settings.cache_key.encode())


def _client(address: str, settings: Settings) -> Client:
    tls = Tls(settings.redis_ca, settings.redis_certificate, settings.redis_certificate_key)
    try:
        return client_of(address, tls)
    except BadAddress as fault:
        raise InvalidSettings(f"LEMS_GUARD_REDIS_URL: expected {fault}") from None
    except BadCertificate as fault:
        raise InvalidSettings(f"LEMS_GUARD_REDIS_CA, _CERTIFICATE: expected {fault}") from None
