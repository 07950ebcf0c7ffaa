"""What the hub costs beside bare PostgreSQL, as ratios measured in one run: ``make bench``.

Not a test: nothing here fails on a slow machine. Prints a Markdown table; docs/performance.md keeps one.
"""

import argparse
import gc
import os
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from uuid import UUID

import psycopg
from pydantic import SecretStr
from sqlalchemy import text

from connectors.registry import build
from deploy.sandbox.fagsystemer.process import start as start_sandbox
from hub import worker
from hub.access.service import open_overview
from hub.bus.base import OVERVIEWS, RECORDS
from hub.clock import SystemClock
from hub.collect.service import to_message
from hub.digest import keyed_digest
from hub.embedded import start as start_postgres
from hub.journey import run_once
from hub.migrations import migrate
from hub.overview.indexing import to_document
from hub.overview.service import bring, pending, read, relay
from hub.parts import Parts
from hub.settings import Settings
from hub.wiring import wire
from schemas.access import AccessRequest, Actor, Purpose, Role
from schemas.record import Cursor, SourceRecord
from schemas.search import SearchDocument
from schemas.source import Area, SourceSystem

DAY = date(2023, 9, 12)
AT_ONCE = timedelta(0)
LOOK_UPS = 400
KEY = SecretStr("only-for-this-only-for-this-only-for-this")


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--citizens", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=500)
    asked = parser.parse_args()
    gc.set_threshold(worker.GC_AFTER)  # as the worker does
    with _parts(asked.citizens, asked.batch) as (parts, records):
        rows = [*_carrying(parts, records), *_indexing(parts), *_looking_up(parts)]
    load = os.getloadavg()[0]
    what = f"{len(records):,} records of {asked.citizens:,} citizens, batches of {asked.batch}"
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, load {load:.1f}: {what}\n")  # noqa: T201  the product
    print("| measured | this | bare PostgreSQL | ratio |\n|---|---|---|---|")  # noqa: T201  the product
    for row in rows:
        print(f"| {' | '.join(row)} |")  # noqa: T201  the product


@contextmanager
def _parts(citizens: int, batch: int) -> Iterator[tuple[Parts, list[SourceRecord]]]:
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="helhed-bench-"))
        folder.chmod(0o755)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        server = start_postgres(folder)
        stack.callback(server.cleanup)
        migrate(server.get_uri())
        records, sources = _records(citizens)
        settings = Settings(database_url=SecretStr(server.get_uri()), digest_key=KEY, session_key=KEY, batch_size=batch)
        parts = wire(settings, sources=sources, clock=SystemClock())
        stack.callback(parts.close)
        worker.make_topics(parts)
        parts.index.create()
        yield parts, records


def _records(citizens: int) -> tuple[list[SourceRecord], tuple[SourceSystem, ...]]:
    """What both sources of the made-up municipality say."""
    now = SystemClock().now
    with start_sandbox(citizens=citizens, today=DAY) as sandbox:
        login = {"client_id": sandbox.client_id, "client_secret": sandbox.client_secret}
        social = {"base_url": sandbox.odata_url, "token_url": sandbox.odata_token_url, "environment": "bench"}
        health = {"base_url": sandbox.fhir_url, "token_url": sandbox.fhir_token_url}
        sources = (build("odata", "social", social | login, now), build("fhir", "health", health | login, now))
        records = [record for one in sources for page in one.read(Cursor()) for record in page.records]
    return records, tuple(one.source for one in sources)


def _carrying(parts: Parts, records: Sequence[SourceRecord]) -> Iterator[tuple[str, ...]]:
    """Each stage alone, in one thread, and the whole way against a merge load of the same rows."""
    batch = parts.settings.batch_size
    lots = [records[at : at + batch] for at in range(0, len(records), batch)]
    areas = {source.name: source.area for source in parts.sources}

    def publish() -> None:
        for lot in lots:
            parts.bus.publish(RECORDS, [to_message(record, parts.digest_key) for record in lot])

    def carry() -> None:
        with parts.bus.consumer(worker.CARRY_GROUP, [RECORDS]) as consumer:
            while run_once(
                parts.database,
                consumer,
                areas=areas,
                digest_key=parts.digest_key,
                clock=parts.clock,
                limit=batch,
                timeout=AT_ONCE,
            ):
                with parts.database.transaction() as session:
                    relay(session, parts.bus, batch)

    def index() -> None:
        with parts.database.transaction() as session:
            while relay(session, parts.bus):
                pass
        with parts.bus.consumer(worker.INDEX_GROUP, [OVERVIEWS]) as consumer:
            while delivered := consumer.poll(limit=batch, timeout=AT_ONCE):
                with parts.database.transaction() as session:
                    waiting = pending(session, delivered, digest_key=parts.digest_key, on=DAY)
                bring(parts.index, waiting)
                consumer.commit(delivered)

    bare = _merge_load(parts, [[(record.entity, record.model_dump_json()) for record in lot] for lot in lots])
    seconds = [_timed(publish), _timed(carry), _timed(index)]
    for name, took in zip(("publish", "carry", "index what changed"), seconds, strict=True):
        yield _rate(f"{name}, records/s", len(records), took, bare)
    yield _rate("page to searchable, records/s", len(records), sum(seconds), bare)


def _indexing(parts: Parts) -> Iterator[tuple[str, ...]]:
    """Writing all documents anew, against the same documents as bare rows."""
    documents = _documents(parts)
    with psycopg.connect(_address(parts)) as connection:
        connection.execute(
            "TRUNCATE search.documents, search.names, search.digests, search.entries, search.unit_grants"
        )
    batch = parts.settings.batch_size
    lots = [documents[at : at + batch] for at in range(0, len(documents), batch)]
    bare = _merge_load(parts, [[(str(one.citizen_id), one.model_dump_json()) for one in lot] for lot in lots])
    took = _timed(lambda: [parts.index.put(lot) for lot in lots])
    yield _rate("index put, documents/s", len(documents), took, bare)


def _looking_up(parts: Parts) -> Iterator[tuple[str, ...]]:
    """A decided and audited look-up, against reading the row by its key and inserting a line, both committed."""
    citizens = _citizens(parts)
    chosen = random.Random(1).choices(citizens, k=LOOK_UPS)  # noqa: S311  whom to look up
    who = Actor(id="bench", name="Bench", title="Bench", roles=frozenset({Role.TEAM_MEMBER}), area=Area.SOCIAL)
    asked = AccessRequest(purpose=Purpose.FOLLOW_UP, override_reason="measured", request_id="bench")
    areas = {source.name: source.area for source in parts.sources}

    def look_up(citizen: UUID) -> None:
        with parts.database.transaction() as session:
            open_overview(
                session, who, citizen, asked, now=parts.clock.now(), read=lambda _: read(session, citizen), areas=areas
            )

    with psycopg.connect(_address(parts)) as connection:
        connection.execute("CREATE TABLE bare_lines (id bigserial PRIMARY KEY, said_at timestamptz, line jsonb)")
        connection.commit()

        def bare(citizen: UUID) -> None:
            connection.execute("INSERT INTO bare_lines (said_at, line) VALUES (now(), '{}')")
            connection.execute("SELECT document FROM overviews WHERE citizen_id = %s", [citizen]).fetchone()
            connection.commit()

        for warm in chosen[:20]:
            bare(warm)
            look_up(warm)
        raw = [_timed(partial(bare, one)) for one in chosen]
    ours = [_timed(partial(look_up, one)) for one in chosen]
    for name, of in (("median", median), ("p99", _p99)):
        this, that = of(ours) * 1000, of(raw) * 1000
        yield f"look-up with decision and line, {name} ms", f"{this:.2f}", f"{that:.2f}", f"{this / that:.1f}"


def _merge_load(parts: Parts, lots: Sequence[Sequence[tuple[str, str]]]) -> float:
    """Seconds that PostgreSQL needs for rows of key and JSON: COPY, merge by key, commit, a lot at a time."""
    with psycopg.connect(_address(parts)) as connection:
        connection.execute("DROP TABLE IF EXISTS bare; CREATE TABLE bare (key text PRIMARY KEY, document jsonb)")
        connection.execute("CREATE TEMP TABLE coming (key text, document jsonb) ON COMMIT DELETE ROWS")
        connection.commit()
        began = perf_counter()
        for lot in lots:
            with connection.cursor().copy("COPY coming FROM STDIN") as copy:
                for row in lot:
                    copy.write_row(row)
            connection.execute(
                "INSERT INTO bare SELECT DISTINCT ON (key) * FROM coming"
                " ON CONFLICT (key) DO UPDATE SET document = excluded.document"
            )
            connection.commit()
        return perf_counter() - began


def _documents(parts: Parts) -> list[SearchDocument]:
    with parts.database.transaction() as session:
        overviews = [read(session, citizen) for citizen in _citizens(parts)]
    return [
        to_document(one, [keyed_digest(number, parts.digest_key) for number in one.header.identifiers])
        for one in overviews
        if one is not None
    ]


def _citizens(parts: Parts) -> list[UUID]:
    with parts.database.transaction() as session:
        return list(session.scalars(text("SELECT citizen_id FROM overviews ORDER BY citizen_id")))


def _address(parts: Parts) -> str:
    return parts.database.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def _p99(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)]


def _rate(name: str, count: int, ours: float, bare: float) -> tuple[str, ...]:
    return name, f"{count / ours:,.0f}", f"{count / bare:,.0f}", f"{ours / bare:.1f}"


if __name__ == "__main__":
    main()
