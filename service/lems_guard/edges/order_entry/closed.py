"""What stands where a site has opened nothing: nothing is fetched, and nobody may call."""

from lems_guard.edges.order_entry.hooks import HookCall
from lems_guard.edges.order_entry.refusals import unauthorized
from lems_guard.fhir.chart import Chart


class NothingFetched:
    """No FHIR server may be asked."""

    async def complete(self, chart: Chart, call: HookCall) -> None:
        """What was not sent stays missing."""


class NobodyKnown:
    """No issuer of tokens is configured."""

    async def caller(self, authorization: str, path: str) -> str:  # noqa: ARG002 - nobody is the one
        """Nobody; raises `Refusal`."""
        raise unauthorized("no issuer of tokens is allowed here")
