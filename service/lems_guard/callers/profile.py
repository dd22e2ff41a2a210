"""What a site has settled for one caller: what it may ask, and how it is answered."""

from typing import NamedTuple

import msgspec

from lems_guard.clinical.country import COUNTRIES
from lems_guard.clinical.severity import Jurisdiction, Severity

INDICATORS = ("info", "warning", "critical")


class Profile(msgspec.Struct, rename="camel", frozen=True, forbid_unknown_fields=True):
    """Empty members leave what holds for all callers.

    `hooks` are those that it may call, `country` is where its brands are sold (ISO 3166-1),
    `fhir_servers` are those of the site that its calls may name, `least_severity` the least that
    is shown to it, `indicators` tells how loudly each severity is said.
    """

    hooks: tuple[str, ...] = ()
    jurisdiction: str = ""
    country: str = ""
    least_severity: str = ""
    indicators: dict[str, str] = {}
    fhir_servers: tuple[str, ...] = ()

    def faults(self) -> list[str]:
        """What in it means nothing, each in words."""
        severities = [self.least_severity] * bool(self.least_severity) + [*self.indicators]
        found = [f"{each}: no severity" for each in severities if each not in Severity.__members__]
        loud = self.indicators.values()
        found += [f"{each}: no indicator" for each in loud if each not in INDICATORS]
        if self.jurisdiction and self.jurisdiction not in Jurisdiction.__members__:
            found.append(f"{self.jurisdiction}: no jurisdiction")
        if self.country and self.country.upper() not in COUNTRIES:
            found.append(f"{self.country}: no country")
        return found

    @property
    def least(self) -> int:
        """The number of the least severity that is shown; a contraindication always is."""
        return int(Severity[self.least_severity]) if self.least_severity else 0


class Caller(NamedTuple):
    """Who calls, by the name of the issuer of its token, and what is settled for it."""

    name: str
    profile: Profile


ANYBODY = Caller("", Profile())
