"""Reloading: a changed rules folder is taken into service while calls go on.

A folder that does not compile changes nothing: what answered before goes on answering, and the
refusal is told by log, metric and `GetKnowledgeBase`.
"""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import TypeAlias

import structlog

from lems_guard.clinical.errors import InvalidKnowledge
from lems_guard.editions.library import Library
from lems_guard.file_stamp import FileStamp, stamp_of
from lems_guard.knowledge.layout import content_files
from lems_guard.telemetry.logs import place_of

log = structlog.get_logger(__name__)

Signature: TypeAlias = tuple[tuple[str, FileStamp | None], ...]

PROBLEMS_LOGGED = 20


class Reloader:
    """Reloads a library, one reload at a time."""

    def __init__(
        self, library: Library, taken: Callable[[], None], ended: Callable[[str], None]
    ) -> None:
        """`taken` puts another edition to work; `ended` hears each outcome, see `reload`."""
        self._library = library
        self._taken = taken
        self._ended = ended
        self._one_at_a_time = asyncio.Lock()

    async def reload(self) -> None:
        """Take the folder's present content; ends as `taken`, `unchanged` or `refused`."""
        async with self._one_at_a_time:
            before = self._library.current
            loaded = await asyncio.to_thread(self._reloaded)
            now = self._library.current
            outcome = "taken" if loaded else "refused"
            if loaded and now.knowledge.digest == before.knowledge.digest:
                outcome = "unchanged"
            if now is not before:
                self._taken()
            self._ended(outcome)
            self._tell(outcome)

    def _reloaded(self) -> bool:
        try:
            return self._library.reload()
        except Exception as error:  # noqa: BLE001  # whatever it is, what serves goes on serving
            log.error("unforeseen error", **place_of(error))  # noqa: TRY400  # no message, no trace
            self._library.problem = InvalidKnowledge(("the reload failed: see the log",))
            return False

    def _tell(self, outcome: str) -> None:
        knowledge, problem = self._library.current.knowledge, self._library.problem
        if problem is None:
            log.info("reload", outcome=outcome, version=knowledge.version, digest=knowledge.digest)
        else:
            log.error(
                "reload",
                outcome=outcome,
                still_in_service=knowledge.version,
                digest=knowledge.digest,
                problems=problem.problems[:PROBLEMS_LOGGED],
                problem_count=len(problem.problems),
            )

    @contextlib.asynccontextmanager
    async def on_hangup(self) -> AsyncIterator[None]:
        """Reload on SIGHUP too, until left."""
        running = set[asyncio.Task[None]]()

        def begin() -> None:
            task = asyncio.create_task(self.reload())
            running.add(task)
            task.add_done_callback(running.discard)

        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGHUP, begin)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGHUP)
            await asyncio.gather(*running)

    async def watch(self, every_seconds: float) -> None:
        """Reload when a file has changed and all have then kept still for one look.

        Of the folder, and the overlay and the vocabulary beside it.
        """
        beside = (self._library.overlay, self._library.site)
        watched = self._library.rules_dir, *(path for path in beside if path is not None)
        known = changing = await asyncio.to_thread(signature, *watched)
        while True:
            await asyncio.sleep(every_seconds)
            now = await asyncio.to_thread(signature, *watched)
            if now != known and now == changing:
                known = now
                await self.reload()
            changing = now


def signature(folder: Path, *beside: Path) -> Signature:
    """Name and stamp of every file of content; empty while files come and go."""
    try:
        paths = [*(folder / name for name in content_files(folder)), *beside]
    except OSError:
        return ()
    found = [(str(path), stamp_of(path)) for path in paths]
    return () if any(stamp is None for _, stamp in found) else tuple(found)


@contextlib.asynccontextmanager
async def in_background(*work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Work that goes on until the block is left."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
