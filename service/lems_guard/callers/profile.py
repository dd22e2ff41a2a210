"""A caller: its name, what it may do and how often, and how its order screens are answered."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from lems_guard.callers.roles import ALL, CHECKING, Roles
from lems_guard.clinical.severity import Severity

INDICATORS = ("info", "warning", "critical")


class Profile(NamedTuple):
    """What a site has settled for a caller of CDS Hooks; empty fields leave what holds for all.

    `hooks` are those that it may call, `country` is where its brands are sold (ISO 3166-1),
    `fhir_servers` are those of the site that its calls may name, `least_severity` the least that
    is shown to it, `indicators` tells how loudly each severity is said.
    """

    hooks: tuple[str, ...] = ()
    jurisdiction: str = ""
    country: str = ""
    least_severity: str = ""
    indicators: Mapping[str, str] = MappingProxyType({})
    fhir_servers: tuple[str, ...] = ()

    @property
    def least(self) -> int:
        """The number of the least severity that is shown; a contraindication always is."""
        return int(Severity[self.least_severity]) if self.least_severity else 0


class Allowed(NamedTuple):
    """How much a caller may ask: calls begun in a second, calls under way; 0: no bound."""

    calls_per_second: float = 0.0
    in_flight: int = 0


class Caller(NamedTuple):
    """Who calls, by its name; what it may do, and how much of it."""

    name: str
    profile: Profile = Profile()
    roles: Roles = ALL
    allowed: Allowed = Allowed()


# Where nobody is asked: a program of this machine, and, if the site says so, whoever comes.
ANYBODY = Caller("")
PASSER_BY = Caller("", roles=CHECKING)
