"""Redis, put together: a part of the composition root, imported only where an address is set.

Redis' client takes a tenth of a second to import, and 9 MB: no service without Redis pays that.
"""

from lems_guard.clinical.errors import InvalidSettings
from lems_guard.settings import HOW_TO_MAKE_A_KEY, Settings
from lems_guard.sharing.in_process import Memory
from lems_guard.sharing.in_redis import SharedOutcomes, SharedRepeats, SharedTokens
from lems_guard.store.clients import BadAddress, BadCertificate, Client, Tls, client_of
from lems_guard.store.seal import Seal
from lems_guard.store.store import Store
from lems_guard.telemetry.cache_metrics import CacheMetrics
from lems_guard.telemetry.sharing_metrics import SharingMetrics


class WithRedis:
    """One store, and what works with it."""

    def __init__(self, address: str, settings: Settings, metrics: CacheMetrics) -> None:
        """Nothing is connected yet; raises `InvalidSettings` where the settings do not suffice."""
        seal = _seal(settings)
        self.store = Store(_client(address, settings), seal, metrics)
        self._settings = settings

    def outcomes(self, own: Memory, metrics: SharingMetrics) -> SharedOutcomes:
        """The alert outcomes that any replica was told of."""
        return SharedOutcomes(self.store, own, self._settings.outcome_seconds, metrics.remembered)

    def repeats(self, own: Memory, metrics: SharingMetrics) -> SharedRepeats:
        """The cards that any replica showed."""
        return SharedRepeats(self.store, own, self._settings.repeat_seconds, metrics.remembered)

    def tokens(self, metrics: SharingMetrics) -> SharedTokens:
        """The tokens that any replica let in."""
        return SharedTokens(self.store, metrics.remembered)


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
