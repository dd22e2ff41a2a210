"""Fetching what was not sent from the client's FHIR server, within bounds.

Only hosts that the site allows are ever asked: the address comes from a request body.
"""

import asyncio
import time
from collections.abc import Collection, Iterable
from typing import NamedTuple, Protocol
from urllib.parse import quote, unquote, urlsplit

import httpx2
import msgspec
import structlog

from lems_guard.callers.loopback import is_loopback
from lems_guard.edges.order_entry.capabilities import UNKNOWN_TYPE, Capabilities
from lems_guard.edges.order_entry.chart import Chart
from lems_guard.edges.order_entry.discovery import PREFETCH
from lems_guard.edges.order_entry.hooks import HookCall
from lems_guard.edges.order_entry.refusals import FHIR_JSON
from lems_guard.fhir.bundles import is_not_supported
from lems_guard.fhir.nameless import nameless
from lems_guard.fhir.shapes import Json, obj
from lems_guard.telemetry.logs import place_of

log = structlog.get_logger(__name__)

# What a server, a link of its pages or a token that no header can hold may bring about.
UNHAD = (httpx2.HTTPError, httpx2.InvalidURL, msgspec.DecodeError, RecursionError, ValueError)
NOT_SUPPORTED = {
    "resourceType": "OperationOutcome",
    "issue": [{"severity": "error", "code": "not-supported"}],
}
PATIENT_TOKEN = "{{context.patientId}}"  # noqa: S105 - a placeholder of a query


class Bounds(NamedTuple):
    """What a call may cost: seconds for all fetches together, pages and bytes for each.

    So many Medications are read one by one at most. To ask a server what it holds may take longer:
    that goes on beside the calls.
    """

    seconds: float = 2.0
    asking_seconds: float = 10.0
    pages: int = 5
    page_bytes: int = 4_000_000
    medications: int = 30


class Watches(Protocol):
    """What counts fetches."""

    def fetched(self, resource: str, result: str) -> None:
        """A page of a part of the record was asked for: read, refused or failed."""

    def waited(self, seconds: float) -> None:
        """A call waited so long."""


class Fetcher:
    """Reads from the FHIR servers of some hosts (`host` or `host:port`)."""

    def __init__(
        self,
        hosts: frozenset[str],
        watches: Watches,
        bounds: Bounds = Bounds(),  # noqa: B008 - immutable
        transport: httpx2.AsyncBaseTransport | None = None,
    ) -> None:
        """Ask nobody else."""
        self._hosts = hosts
        self._watches = watches
        self._bounds = bounds
        self._transport = transport
        self._client: httpx2.AsyncClient | None = None
        self._capabilities = Capabilities(self._asked)

    def may_ask(self, call: HookCall, hosts: Collection[str] = ()) -> bool:
        """Whether a call's server may be asked, of some hosts alone where any are named."""
        allowed = self._hosts & {*hosts} if hosts else self._hosts
        return _may_ask((call.fhir_server or "").rstrip("/"), allowed)

    def begin(self, call: HookCall) -> "Fetching":
        """Begin to fetch for a call whose server may be asked."""
        base = (call.fhir_server or "").rstrip("/")
        self._client = self._client or httpx2.AsyncClient(
            transport=self._transport,
            follow_redirects=False,
            trust_env=False,
            timeout=self._bounds.seconds,
        )
        return Fetching(self._client, base, call, self._bounds, self._watches, self._capabilities)

    async def _asked(self, url: str) -> Json:
        """What stands at an address, within the bounds of a call; `None` where it is not had."""
        reading = PageReader(self._client, self._bounds, {"accept": FHIR_JSON})
        try:
            async with asyncio.timeout(self._bounds.asking_seconds):
                return (await reading.page(url)).value
        except (*UNHAD, TimeoutError):
            return None

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()


def _may_ask(base: str, hosts: frozenset[str]) -> bool:
    """An allowed host, over TLS; without it only on this machine."""
    try:
        parts = urlsplit(base)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return False
    host = parts.hostname or ""
    if parts.username or parts.query or parts.fragment:
        return False
    safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    return safe and bool({host, f"{host}{port}"} & hosts)


class FetchedPage(NamedTuple):
    """What came from an address: its status, and its JSON."""

    status: int
    value: Json


class PageReader:
    """Reads addresses with some headers, each page within its bytes."""

    def __init__(
        self, client: httpx2.AsyncClient | None, bounds: Bounds, headers: dict[str, str]
    ) -> None:
        """Nothing has been read yet."""
        self._client = client
        self._bounds = bounds
        self._headers = headers

    async def page(self, url: str) -> FetchedPage:
        """What stands at an address; raises one of `UNHAD`, also for what is too long."""
        if self._client is None:
            raise httpx2.HTTPError("closed")
        content = bytearray()
        async with self._client.stream("GET", url, headers=self._headers) as response:
            async for chunk in response.aiter_bytes():
                content += chunk
                if len(content) > self._bounds.page_bytes:
                    raise httpx2.HTTPError("too long a page")
        try:
            return FetchedPage(response.status_code, msgspec.json.decode(content))
        except (msgspec.DecodeError, RecursionError, ValueError):
            # A server may refuse in words of its own.
            if response.status_code == httpx2.codes.OK:
                raise
            return FetchedPage(response.status_code, None)


class Fetching:
    """The fetches for one call: all of them together have the time that a call may take."""

    def __init__(
        self,
        client: httpx2.AsyncClient,
        base: str,
        call: HookCall,
        bounds: Bounds,
        watches: Watches,
        capabilities: Capabilities,
    ) -> None:
        """The time counts from now."""
        self._capabilities = capabilities
        self._base = base
        self._bounds = bounds
        self._watches = watches
        self._patient = quote(call.patient_id(), safe="")
        self._ends = time.monotonic() + bounds.seconds
        headers = {"accept": FHIR_JSON}
        token = call.fhir_authorization.access_token if call.fhir_authorization else None
        if token:
            headers["authorization"] = f"Bearer {token}"
        self._reading = PageReader(client, bounds, headers)

    async def complete(self, chart: Chart, keys: Iterable[str]) -> None:
        """Fetch what a chart wants of some queries, and the Medications that orders only refer to.

        What cannot be had stays missing, as something that was asked for; never raises for it.
        """
        wanted = list(chart.wanting(keys))
        for key in wanted:
            chart.ask(key)
        begun = time.monotonic()
        try:
            async with asyncio.timeout(self._ends - time.monotonic()):
                await self._complete(chart, wanted)
        except TimeoutError:
            return
        except Exception as error:  # noqa: BLE001 - whatever a server does, the rest is checked
            log.error("unforeseen error", **place_of(error))  # noqa: TRY400 - without its message
        finally:
            if wanted:
                self._watches.waited(time.monotonic() - begun)

    async def _complete(self, chart: Chart, wanted: Iterable[str]) -> None:
        async with asyncio.TaskGroup() as tasks:
            for key in wanted:
                tasks.create_task(self._read(chart, key, self._url(chart, key)))
        async with asyncio.TaskGroup() as tasks:
            for name in nameless(chart.record, self._base)[: self._bounds.medications]:
                tasks.create_task(self._read_medication(chart, name))

    def _url(self, chart: Chart, key: str) -> str:
        if key in chart.next_pages:
            return chart.next_pages[key]
        query = PREFETCH[key].replace(PATIENT_TOKEN, self._patient)
        return f"{self._base}/{query.replace('|', '%7C')}"

    async def _read(self, chart: Chart, key: str, url: str) -> None:
        """Take in one answer, page by page, as long as its links stay on the same server."""
        for _ in range(self._bounds.pages):
            page = await self._get(key, url) if is_below(url, self._base) else None
            if page is None:
                return
            chart.take(key, page)
            if key not in chart.next_pages or chart.next_pages[key] == url:
                return
            url = chart.next_pages[key]

    async def _read_medication(self, chart: Chart, name: str) -> None:
        chart.record.shelf.put(obj(await self._get("medication", f"{self._base}/{name}")), name)

    async def _get(self, resource: str, url: str) -> Json:
        """What a server says, be it that it cannot; `None` where nothing is to be had."""
        result, answer = "failed", None
        try:
            page = await self._reading.page(url)
            result = "refused" if page.status != httpx2.codes.OK else result
            is_outcome = obj(page.value).get("resourceType") == "OperationOutcome"
            if await self._is_of_no_type(resource, page):
                answer = NOT_SUPPORTED
            elif page.status == httpx2.codes.OK or is_outcome:
                result, answer = "refused" if is_outcome else "read", page.value
        except UNHAD:
            return None
        finally:
            self._watches.fetched(resource, result)
        return answer

    async def _is_of_no_type(self, key: str, page: FetchedPage) -> bool:
        """Whether a server refuses because it holds no resources of the type that was asked for."""
        if page.status not in UNKNOWN_TYPE or is_not_supported(page.value):
            return page.status in UNKNOWN_TYPE
        kind = PREFETCH.get(key, "").partition("?")[0]
        return bool(kind) and await self._capabilities.lacks(self._base, kind)


def is_below(url: str, base: str) -> bool:
    """Whether an address lies on a server's base, and leaves it by none of its steps."""
    if url.partition("?")[0] == base:
        return True
    path = unquote(url.removeprefix(base).partition("?")[0].partition("#")[0])
    steps = set(path.replace("\\", "/").split("/"))
    return url.startswith(f"{base}/") and steps.isdisjoint({"..", "."})
