"""The worker's loop that reads the sources: each due stream, by whichever worker takes its lease first.

A source has at most one thread here, which reads its due streams one after the other and then ends. A run that fails
ends nothing but itself.
"""

import logging
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from time import monotonic

from connectors.base import PushConnector
from hub.collect.service import Progress, RunServices, StreamReader, collect, take_stream
from hub.context import AppContext
from hub.errors import StoreUnavailable
from hub.inbox.reading import InboxReader
from hub.inbox.repository import PUSHED, list_due
from hub.log import place_of
from hub.operation.loop_health import LoopHealth
from hub.quarantine.rules import RejectLimits
from hub.sources import lease_repository, stream_repository
from hub.sources.approvals import check_approved
from hub.sources.definitions import StreamLease
from hub.sources.health import RunOutcome, RunSummary
from hub.worker.loops import Loop, repeat

POLL = timedelta(seconds=1)
"""So long until a due stream is seen: a new source, a release, a schedule."""
BUSY_POLL = timedelta(seconds=0.25)
"""So long until an event that came while the source was read is seen; others are announced."""
END_WITHIN = timedelta(seconds=10)
"""How long a run that was asked to stop may take; after that its lease is taken from it and it can save nothing."""

log = logging.getLogger("hub.worker")


def collect_stream(
    context: AppContext,
    lease: StreamLease,
    *,
    should_stop: Callable[[], bool],
    progress: Callable[[Progress], None] = lambda _: None,
) -> RunSummary:
    """Run the leased stream with the source's connector of the catalogue.

    Raises:
        StoreUnavailable: as ``collect``.
    """
    services = RunServices(
        bus=context.bus,
        database=context.database,
        clock=context.clock,
        digest_key=context.digest_key,
        cipher=context.payload_cipher,
        # What is pushed comes one by one: those that cannot be read say nothing of the others.
        limits=RejectLimits(share=1, at_least=1) if lease.is_pushed else context.reject_limits,
    )
    with ExitStack() as lent:
        summary = collect(
            lambda: _stream_reader(context, lease, lent),
            lease,
            services,
            should_stop=should_stop,
            progress=progress,
        )
    if summary.outcome is RunOutcome.REFUSED:
        context.catalogue.forget_connector(lease.source)
    return summary


def _stream_reader(context: AppContext, lease: StreamLease, lent: ExitStack) -> StreamReader:
    """What the run reads: the source, or the inbox where the source pushes the stream.

    Raises:
        SourceRefused: it would read a field that nobody has approved.
    """
    context.catalogue.refresh()  # whoever has just mended the source waits for this run, and not for the next one
    connector = lent.enter_context(context.catalogue.lend_connector(lease.source))
    with context.database.transaction() as session:
        check_approved(session, lease.source, [known for known in connector.discover() if known.name == lease.stream])
    if lease.is_pushed and isinstance(connector, PushConnector):
        return InboxReader(lease.source, connector, context.database, context.payload_cipher, context.clock)
    return connector


class SourceReader:
    """Reads due streams until told to stop.

    Args:
        context: the live context.
        stop: set it to end.
        pushed: resolve what sources have pushed, instead of asking them.
    """

    def __init__(self, context: AppContext, stop: Event, *, pushed: bool = False) -> None:
        self._context = context
        self._stop = stop
        self._pushed = pushed
        self._owner = lease_repository.new_owner()
        self._threads: dict[str, Thread] = {}
        self._leases: dict[str, StreamLease] = {}

    def start_due(self) -> None:
        """Begin to read every source that has a due stream; one round of the loop.

        Raises:
            StoreUnavailable: PostgreSQL does not answer.
        """
        catalogue = self._context.catalogue
        catalogue.follow_file()
        catalogue.retire_outdated()
        names = [source.name for source in catalogue.current()]
        if not names:
            return
        now = self._context.clock.now()
        with self._context.database.transaction() as session:
            if self._pushed and (waiting := list_due(session, names, now)):
                stream_repository.make_pushed_due(session, waiting, now)
            due = stream_repository.list_due_sources(session, names, now, pushed=self._pushed)
        self._threads = {name: thread for name, thread in self._threads.items() if thread.is_alive()}
        for name in due:
            if name in self._threads:
                continue
            thread = Thread(target=self._read_source, args=(name,), name=f"collect.{name}", daemon=True)
            self._threads[name] = thread
            thread.start()

    @property
    def is_reading(self) -> bool:
        """Whether a source is being read."""
        return any(thread.is_alive() for thread in self._threads.values())

    def close(self) -> None:
        """Wait for the runs that were asked to stop; take the lease from one that does not."""
        until = monotonic() + END_WITHIN.total_seconds()
        for name, thread in self._threads.items():
            thread.join(max(until - monotonic(), 0))
            lease = self._leases.get(name)
            if thread.is_alive() and lease is not None:
                log.warning("collect.abandoned", extra={"fields": {"source": name, "stream": lease.stream}})
                try:
                    with self._context.database.transaction() as session:
                        lease_repository.give_back(session, lease)
                except StoreUnavailable:
                    return  # the leases run out by themselves

    def _read_source(self, name: str) -> None:
        loop = f"collect.{name}"
        try:
            while not self._stop.is_set() and self._read_next(name):
                pass
        except StoreUnavailable as error:
            log.warning("worker.waits", extra={"fields": {"loop": loop, "error": type(error).__name__}})
        except Exception as error:  # noqa: BLE001  by type and place only: a foreign error's text may hold values
            log.error("worker.failed", extra={"fields": {"loop": loop, "error": place_of(error)}})  # noqa: TRY400  as above

    def _read_next(self, name: str) -> bool:
        """Read the source's longest due stream; False when none is due."""
        context = self._context
        lease = take_stream(context.database, name, owner=self._owner, due_by=context.clock.now(), pushed=self._pushed)
        if lease is None:
            return False
        self._leases[name] = lease
        try:
            summary = collect_stream(context, lease, should_stop=self._stop.is_set)
        finally:
            del self._leases[name]
        if summary.outcome is RunOutcome.STOPPED:
            log.info("collect.stopped", extra={"fields": {"source": name, "stream": lease.stream}})
        return True


def collecting_loop(context: AppContext) -> Loop:
    """Read whatever is due, until told to stop."""
    return Loop(name="collect", run=partial(_collect, context))


def inbox_loop(context: AppContext) -> Loop:
    """Resolve what sources have pushed, until told to stop. A long first load of the same source does not delay it."""
    return Loop(name="inbox", run=partial(_resolve_pushed, context))


def _collect(context: AppContext, health: LoopHealth, stop: Event) -> None:
    reader = SourceReader(context, stop)
    repeat(reader.start_due, health, stop, pause=POLL)
    reader.close()


def _resolve_pushed(context: AppContext, health: LoopHealth, stop: Event) -> None:
    reader = SourceReader(context, stop, pushed=True)

    def session() -> None:
        with context.database.listening(PUSHED) as wait:
            while not stop.is_set():
                reader.start_due()
                health.record_success()
                wait(BUSY_POLL if reader.is_reading else POLL)

    repeat(session, health, stop)
    reader.close()
