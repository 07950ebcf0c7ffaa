"""From a source's page to the search: how many a second, what each costs, how soon, and who holds up whom."""

import os
from collections.abc import Iterator, Sequence
from hashlib import sha256
from threading import Event
from time import perf_counter
from uuid import UUID

from sqlalchemy import text

from hub.bus.base import OVERVIEWS, RECORDS
from hub.collect.service import to_message
from hub.context import AppContext
from hub.indexing.writer import INDEX_GROUP
from hub.pipeline import PIPELINE_GROUP
from schemas.identifiers import NATIONAL_NAMESPACE, Identifier
from schemas.record import SourceRecord
from tests.bench.ground import Ground, Row, milliseconds, p50, p99
from tests.bench.processes import memory_of, processor_seconds, workers

WORKERS = 2
LOT = 500
CHANGES = 100


def ingesting(ground: Ground, size: int) -> Iterator[Row]:
    """The records of the made-up municipality once more, as new people, into a store that holds so many already."""
    for name, context in (("Kafka and OpenSearch", ground.distributed), ("PostgreSQL alone", ground.embedded)):
        records = list(renamed(ground.records, f"{name[0]}{size}"))
        with workers(context, WORKERS) as processes:
            before = processor_seconds([process.pid for process in processes])
            own = os.times()
            began = perf_counter()
            for at in range(0, len(records), LOT):
                context.bus.publish(
                    RECORDS, [to_message(record, context.digest_key) for record in records[at : at + LOT]]
                )
            published = perf_counter() - began
            until_at_rest(context)
            took = perf_counter() - began
            spent = processor_seconds([process.pid for process in processes]) - before
            now = os.times()
            ours = (now.user + now.system) - (own.user + own.system)
            memory = [memory_of(process.pid) for process in processes]
        rate = len(records) / took
        at_size = f"{size:,} citizens in the store, {name}"
        yield Row(f"page to searchable, records/s, {at_size}", f"{rate:,.0f}", "", None, "≥ 2,500", rate >= 2500)
        yield Row(f"of this publishing, records/s, {at_size}", f"{len(records) / published:,.0f}")
        yield Row(
            f"processor time a record: publishing, {WORKERS} workers, {at_size}",
            f"{ours / len(records) * 1000:.2f} ms, {spent / len(records) * 1000:.2f} ms",
        )
        yield Row(f"memory of the workers, {at_size}", ", ".join(f"{one} MB" for one in memory))


def freshness(ground: Ground) -> Iterator[Row]:
    """One change at a time with nothing else to do: from the event to the index giving the new version by key."""
    for name, context in (("Kafka and OpenSearch", ground.distributed), ("PostgreSQL alone", ground.embedded)):
        chosen = list(renamed(ground.records[:CHANGES], f"fresh{name[0]}"))
        took = []
        with workers(context, WORKERS):
            context.bus.publish(
                RECORDS, [to_message(one, context.digest_key) for one in renamed(ground.records[:1], "w")]
            )
            until_at_rest(context)
            for one in chosen:
                known = _versions(context)
                began = perf_counter()
                context.bus.publish(RECORDS, [to_message(one, context.digest_key)])
                while not (changed := {key: new for key, new in _versions(context).items() if known.get(key) != new}):
                    Event().wait(0.001)
                for key, version in changed.items():
                    while (document := context.index.overview(key)) is None or document.version < version:
                        Event().wait(0.001)
                took.append(perf_counter() - began)
        is_met = p99(took) <= 2
        yield Row(f"change to visible p50, {name}", milliseconds(p50(took)))
        yield Row(f"change to visible p99, {name}", milliseconds(p99(took)), "", None, "≤ 2 s", is_met)


def _versions(context: AppContext) -> dict[UUID, int]:
    with context.database.transaction() as session:
        # Many were built at the same instant: without the second key others of them come and go, and look changed.
        newest = text("SELECT citizen_id, version FROM overviews ORDER BY updated_at DESC, citizen_id LIMIT 50")
        return {row.citizen_id: row.version for row in session.execute(newest)}


def renamed(records: Sequence[SourceRecord], mark: str) -> Iterator[SourceRecord]:
    """The same statements about other entities and other people."""
    for record in records:
        parties = tuple(
            party.model_copy(
                update={"identifiers": tuple(_other(identifier, mark) for identifier in party.identifiers)}
            )
            for party in record.parties
        )
        yield SourceRecord.model_construct(
            **{**dict(record), "source_id": f"{record.source_id}-{mark}", "parties": parties}
        )


def _other(identifier: Identifier, mark: str) -> Identifier:
    """Another person's: a national number stays one, of the same day of birth, for overviews read it again."""
    value = f"{identifier.value}-{mark}"
    if identifier.namespace != NATIONAL_NAMESPACE:
        return identifier.model_copy(update={"value": value})
    return Identifier.national(value[:6] + sha256(value.encode()).hexdigest()[:4].upper())


def until_at_rest(context: AppContext) -> None:
    """Wait until nothing is under way between the bus and the index."""
    while not _is_at_rest(context):
        Event().wait(0.25)  # asking costs a part of what is measured


def _is_at_rest(context: AppContext) -> bool:
    if context.bus.lag(PIPELINE_GROUP, RECORDS) or context.bus.lag(INDEX_GROUP, OVERVIEWS):
        return False
    with context.database.transaction() as session:
        waiting = "SELECT (SELECT count(*) FROM overview_outbox) + (SELECT count(*) FROM overview_due)"
        if session.scalar(text(waiting)):
            return False
    return not (context.bus.lag(PIPELINE_GROUP, RECORDS) or context.bus.lag(INDEX_GROUP, OVERVIEWS))
