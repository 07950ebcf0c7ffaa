"""Processor time a record at each step, in this process and in PostgreSQL: what a change to one step gives or takes.

Beside other work the same code takes up to half as much again, so two versions are compared in alternation.
"""

from collections.abc import Callable, Iterator, Sequence
from time import process_time

from sqlalchemy import text

from connectors.kit import read_all
from deploy.demo import connectors_to
from deploy.sandbox.fagsystemer.process import start as start_fagsystemer
from hub.clock import SystemClock
from hub.context import AppContext
from hub.pipeline import rebuild_due, store_batch
from schemas.record import SourceRecord
from tests.bench.ground import DAY, Ground, Row
from tests.bench.ingest import LOT, processor_seconds, renamed

CITIZENS = 600
_BACKENDS = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")


def at_each_step(ground: Ground) -> Iterator[Row]:
    """A small municipality read twice, the first time to warm up; then stored as new people, and their overviews."""
    context = ground.embedded
    with start_fagsystemer(citizens=CITIZENS, today=DAY) as sandbox:
        for mark in ("warm", "steps"):
            for name, connector in connectors_to(sandbox, SystemClock(), mark).items():
                began = process_time()
                records = [record for batch in read_all(connector) for record in batch.records]
                if mark == "steps":
                    yield Row(f"processor time a record: reading {name}", _each(process_time() - began, len(records)))
    lot = list(renamed(ground.records, "steps"))
    yield _row("storing and matching", context, len(lot), lambda: _store(context, lot))
    yield _row("building overviews", context, len(lot), lambda: _rebuild(context))


def _row(step: str, context: AppContext, records: int, work: Callable[[], None]) -> Row:
    backends = _backends(context)
    ours, theirs = process_time(), processor_seconds(backends)
    work()
    ours, theirs = process_time() - ours, processor_seconds(backends) - theirs
    return Row(f"processor time a record: {step}", f"{_each(ours, records)}, PostgreSQL {_each(theirs, records)}")


def _backends(context: AppContext) -> Sequence[int]:
    with context.database.transaction() as session:
        return session.scalars(_BACKENDS).all()


def _store(context: AppContext, records: Sequence[SourceRecord]) -> None:
    for at in range(0, len(records), LOT):
        with context.database.transaction() as session:
            store_batch(session, records[at : at + LOT], digest_key=context.digest_key, now=context.clock.now())


def _rebuild(context: AppContext) -> None:
    taken = LOT
    while taken == LOT:
        now = context.clock.now()
        taken = rebuild_due(context.database, until=now, now=now, limit=LOT).taken


def _each(seconds: float, records: int) -> str:
    return f"{seconds / records * 1_000_000:.0f} µs"
