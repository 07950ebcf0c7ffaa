"""Processor time a record at each step, in this process and in PostgreSQL: what a change to one step gives or takes.

Beside other work the same code takes up to half as much again, so two versions are compared in alternation.
"""

from collections.abc import Callable, Iterator, Sequence
from time import perf_counter, process_time

from pydantic import JsonValue
from sqlalchemy import text

from connectors.base import Connector
from connectors.kit import read_all
from connectors.registry import build
from deploy.demo import connectors_to
from deploy.sandbox.fagsystemer.nexus import INSTANCE, LIST
from deploy.sandbox.fagsystemer.process import Running
from deploy.sandbox.fagsystemer.process import start as start_fagsystemer
from hub.clock import SystemClock
from hub.context import AppContext
from hub.pipeline import rebuild_due, store_batch
from schemas.record import SourceRecord
from tests.bench.ground import DAY, Ground, Row
from tests.bench.ingest import LOT, renamed
from tests.bench.processes import processor_seconds

CITIZENS = 600
_BACKENDS = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")


def at_each_step(ground: Ground) -> Iterator[Row]:
    """A small municipality is read; the records of another are stored as new people, and their overviews built."""
    context = ground.embedded
    yield from reading_each_source()
    lot = list(renamed(ground.records, "steps"))
    yield _row("storing and matching", context, len(lot), lambda: _store(context, lot))
    yield _row("building overviews", context, len(lot), lambda: _rebuild(context))


def reading_each_source() -> Iterator[Row]:
    """A small municipality is read twice from each source, the first time to warm up: records a second and their cost.

    The sources run in a process of their own on the same machine, and answer while the reader waits.
    """
    with start_fagsystemer(citizens=CITIZENS, today=DAY) as sandbox:
        for mark in ("warm", "steps"):
            connectors = {**connectors_to(sandbox, SystemClock(), mark), "nexus": _nexus(sandbox)}
            for name, connector in connectors.items():
                began, cost = perf_counter(), process_time()
                records = [record for batch in read_all(connector) for record in batch.records]
                took, cost = perf_counter() - began, process_time() - cost
                connector.close()
                if mark == "steps":
                    yield Row(f"reading {name}, records/s ({len(records):,})", f"{len(records) / took:,.0f}")
                    yield Row(f"processor time a record: reading {name}", _each(cost, len(records)))


def _nexus(sandbox: Running) -> Connector:
    settings: dict[str, JsonValue] = {
        "base_url": sandbox.nexus_url,
        "token_url": sandbox.nexus_token_url,
        "client_id": sandbox.client_id,
        "client_secret": sandbox.client_secret,
        "instance": INSTANCE,
        "list_name": LIST,
    }
    return build("nexus", "nexus", settings, SystemClock().now)


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
        taken = rebuild_due(context.database, digest_key=context.digest_key, until=now, now=now, limit=LOT).taken


def _each(seconds: float, records: int) -> str:
    return f"{seconds / records * 1_000_000:.0f} µs"
