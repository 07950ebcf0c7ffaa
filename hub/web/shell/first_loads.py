"""Which sources are read, but not yet on the pages: what their first reading brought is still on its way."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from time import monotonic

from hub.bus.base import RECORDS, Bus, BusUnavailable, Offsets, has_processed
from hub.db import Session
from hub.overview.repository import due
from hub.pipeline import PIPELINE_GROUP
from hub.sources.health import SourceState

ASKED_EVERY = timedelta(seconds=1)
ASKED_AGAIN = timedelta(seconds=30)
"""After the bus did not answer."""


@dataclass
class _Published:
    """What was on the bus when a source had been read to its end."""

    offsets: dict[int, Offsets]
    is_stored: bool = False
    due_until: datetime | None = None
    """Since when the last overview was due when all of it was stored; those due since then are of something later.

    By the clock of those who store. Ours, or the moment when a request began, may lie before what was stored meanwhile.
    """


class FirstLoads:
    """Asks the bus while a source's first reading is under way to the pages, and never again for that source.

    One a process, shared between threads. A process that starts later asks once for each source: what waits then is
    soon processed.
    """

    def __init__(self, bus: Bus, *, ticks: Callable[[], float] = monotonic) -> None:
        self._bus = bus
        self._ticks = ticks
        self._lock = Lock()
        self._done: set[str] = set()
        self._published: dict[str, _Published] = {}
        self._asks_at = ticks()

    def unfinished(self, session: Session, states: Iterable[SourceState]) -> frozenset[str]:
        """Names of the sources that are read to their end while not all of it is on the pages, or nobody knows."""
        read = {state.source for state in states if state.last_success_at}
        if read <= self._done:
            return frozenset()
        with self._lock:
            if self._ticks() >= self._asks_at:
                self._ask(session, read - self._done)
        return frozenset(read - self._done)

    def _ask(self, session: Session, sources: set[str]) -> None:
        self._asks_at = self._ticks() + ASKED_EVERY.total_seconds()
        try:
            offsets = dict(self._bus.offsets(PIPELINE_GROUP, RECORDS))
        except BusUnavailable:
            self._asks_at = self._ticks() + ASKED_AGAIN.total_seconds()
            return
        waiting = due(session)  # after the bus, so that what it had stored is among them
        for source in sources:
            published = self._published.setdefault(source, _Published(offsets))
            if not published.is_stored and has_processed(published.offsets, offsets):
                published.is_stored, published.due_until = True, waiting.newest_since
            if published.is_stored and not _is_due(waiting.waiting_since, published.due_until):
                self._done.add(source)
                del self._published[source]


def _is_due(first: datetime | None, until: datetime | None) -> bool:
    return first is not None and until is not None and first <= until
