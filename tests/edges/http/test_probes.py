"""Scrapes of the metrics, which take a while to write: nobody waits for them but who scrapes."""

import asyncio
import threading

import httpx2
from starlette.applications import Starlette

from lems_guard.answering.answer import OUTCOMES
from lems_guard.edges.http.probes import probe_routes
from lems_guard.telemetry.health import Health
from lems_guard.telemetry.metrics import Metrics
from waiting import PATIENCE

SCRAPES = 8


class SlowMetrics(Metrics):
    """Metrics that are written when they may be; counts how many are written at once."""

    def __init__(self) -> None:
        super().__init__(OUTCOMES)
        self.may_go_on = threading.Event()
        self.begun = threading.Event()
        self.under_way = self.most = self.made = 0

    def exposition(self, accept: str) -> tuple[bytes, str]:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        self.begun.set()
        assert self.may_go_on.wait(PATIENCE)
        self.under_way -= 1
        self.made += 1
        return super().exposition(accept)


def test_scrapes_are_written_one_at_a_time_and_hold_nobody_up() -> None:
    metrics = SlowMetrics()
    app = Starlette(routes=probe_routes(Health(), metrics, dict))
    told = asyncio.run(scraped(app, metrics))
    assert told == [200] * SCRAPES
    assert (metrics.made, metrics.most) == (SCRAPES, 1)


async def scraped(app: Starlette, metrics: SlowMetrics) -> list[int]:
    """The statuses of many scrapes at once, during which another page is asked for."""
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://here") as client:
        scrapes = [asyncio.create_task(client.get("/metrics")) for _ in range(SCRAPES)]
        assert await asyncio.to_thread(metrics.begun.wait, PATIENCE)
        assert (await client.get("/livez")).text == "ok\n"
        assert not any(each.done() for each in scrapes)
        metrics.may_go_on.set()
        return [(await each).status_code for each in scrapes]
