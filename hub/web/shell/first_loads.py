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
    stored_at: datetime | None = None
    """When all of it was seen to be stored; overviews that are due since then are of something later."""


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

    def unfinished(self, session: Session, states: Iterable[SourceState], now: datetime) -> frozenset[str]:
        """Names of the sources that are read to their end while not all of it is on the pages, or nobody knows."""
        read = {state.source for state in states if state.last_success_at}
        if read <= self._done:
            return frozenset()
        with self._lock:
            if self._ticks() >= self._asks_at:
                self._ask(session, read - self._done, now)
        return frozenset(read - self._done)

    def _ask(self, session: Session, sources: set[str], now: datetime) -> None:
        self._asks_at = self._ticks() + ASKED_EVERY.total_seconds()
        try:
            offsets = dict(self._bus.offsets(PIPELINE_GROUP, RECORDS))
        except BusUnavailable:
            self._asks_at = self._ticks() + ASKED_AGAIN.total_seconds()
            return
        due_since = due(session).waiting_since
        for source in sources:
            published = self._published.setdefault(source, _Published(offsets))
            if published.stored_at is None and has_processed(published.offsets, offsets):
                published.stored_at = now
            if published.stored_at is not None and (due_since is None or due_since > published.stored_at):
                self._done.add(source)
                del self._published[source]
