"""What a citizen weighs, for docs/capacity.md: bytes in each store, processor time (``python -m tests.bench.weight``).

A made-up municipality is read, carried and indexed with everything in PostgreSQL; then copied until there are so many
citizens that the size of a table says something. No other engine is needed, so it runs on any machine;
with ``--engines`` OpenSearch and Kafka are started too, and their disks weighed.
"""

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from time import process_time

import httpx
from pydantic import SecretStr
from sqlalchemy import text

from deploy.sandbox.services import kafka, opensearch
from hub.bus.base import OVERVIEWS, RECORDS
from hub.bus.kafka import KafkaBus
from hub.bus.kafka_client import KafkaAccess
from hub.cli.source_record import record_act
from hub.collect.service import to_message
from hub.context import AppContext
from hub.embedded import start as start_postgres
from hub.indexing.outbox import publish_outbox
from hub.indexing.reindex import reindex
from hub.indexing.writer import INDEX_GROUP, index_changes
from hub.migrations import let_time_be_simulated, migrate
from hub.overview import repository as overviews
from hub.pipeline import PIPELINE_GROUP, process_batch
from hub.services import build_services
from hub.settings import Settings
from hub.worker.upkeep import create_topics
from schemas.access import AuditAction
from schemas.record import SourceRecord
from search.opensearch import OpenSearchIndex
from tests.bench.fill import fill
from tests.bench.ground import KEY, Ground, read_municipality
from tests.sources import add_connectors

STORES = {
    "records": ("records", "record_entities"),
    "who is who": ("citizens", "citizen_identifiers", "identity_claims", "record_parties", "party_identifiers"),
    "overviews": ("overviews", "overview_versions", "overview_units", "overview_workers"),
    "index in PostgreSQL": (
        "search.documents",
        "search.names",
        "search.digests",
        "search.entries",
        "search.unit_grants",
    ),
}
LINES = 5_000
AT_ONCE = 500


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=600, help="citizens that are read and carried")
    parser.add_argument("--citizens", type=int, default=20_000, help="about so many, by copying them")
    parser.add_argument("--engines", action="store_true", help="weigh the disks of OpenSearch and Kafka as well")
    arguments = parser.parse_args()
    with _context(arguments.sample) as (context, records):
        measured = weigh(context, records, arguments.citizens)
        if arguments.engines:
            measured |= weigh_engines(context, records)
    Path("artefacts").mkdir(exist_ok=True)
    text_of = json.dumps(measured, indent=2)
    Path("artefacts/weight.json").write_text(text_of, encoding="utf-8")
    print(text_of)  # noqa: T201  the product


def weigh(context: AppContext, records: tuple[SourceRecord, ...], citizens: int) -> dict[str, float]:
    """Bytes and microseconds, of a citizen, a record, a message and a line of the log."""
    database = context.database
    messages = [to_message(record, context.digest_key) for record in records]
    before_log, before_python = _log_position(context), process_time()
    for begin in range(0, len(messages), AT_ONCE):
        context.bus.publish(RECORDS, messages[begin : begin + AT_ONCE])
    _carry(context)
    python = process_time() - before_python
    written = _log_position(context) - before_log
    with database.transaction() as session:
        sample = overviews.count(session)
    measured = {
        "records a citizen": len(records) / sample,
        "bytes of a message": sum(message.size for message in messages) / len(messages),
        "bytes of PostgreSQL's log a record": written / len(records),
        "processor time of Python a record, µs": python / len(records) * 1e6,
    }
    total = fill(Ground(context, context, records, {}), citizens)
    for store, tables in STORES.items():
        size = sum(_size(context, table) for table in tables)
        measured[f"bytes a citizen: {store}"] = size / total
    empty = _size(context, "audit_log")
    for _ in range(LINES // AT_ONCE):
        with database.transaction() as session:
            for _ in range(AT_ONCE):
                record_act(session, AuditAction.READ_SOURCES)
    measured["bytes of a line of the log"] = (_size(context, "audit_log") - empty) / LINES
    return {"citizens": total, "sample": sample} | {name: round(value, 1) for name, value in measured.items()}


def weigh_engines(context: AppContext, records: tuple[SourceRecord, ...]) -> dict[str, float]:
    """Bytes on the disks of OpenSearch, as it writes and merged to one segment, and of Kafka; without copies."""
    folder = Path(tempfile.mkdtemp(prefix="helhed-weight-"))
    try:
        with opensearch.start(folder / "opensearch", heap="1g") as cluster, kafka.start(folder / "kafka") as bus:
            index = OpenSearchIndex(cluster.urls, name="weighed", replicas=0)
            index.create()
            count = reindex(context.database, index, digest_key=context.digest_key, clock=context.clock)
            sizes = {}
            for step in ("flush", "forcemerge?max_num_segments=1&flush=true"):
                httpx.post(f"{cluster.urls[0]}/weighed/_{step}", timeout=600).raise_for_status()
                stats = httpx.get(f"{cluster.urls[0]}/weighed/_stats/store", timeout=60).json()
                sizes[step] = stats["_all"]["primaries"]["store"]["size_in_bytes"] / count
            index.close()
            topic = KafkaBus(KafkaAccess(servers=(bus.bootstrap,)), replication=1, retention=timedelta(hours=1))
            topic.create({RECORDS: 4})
            messages = [to_message(record, context.digest_key) for record in records]
            for begin in range(0, len(messages), AT_ONCE):
                topic.publish(RECORDS, messages[begin : begin + AT_ONCE])
            topic.close()
            written = sum(file.stat().st_size for file in (folder / "kafka").glob(f"*/data/{RECORDS}-*/*.log"))
        return {
            "citizens in OpenSearch": count,
            "bytes a citizen: OpenSearch, as written": round(sizes["flush"], 1),
            "bytes a citizen: OpenSearch, merged": round(sizes["forcemerge?max_num_segments=1&flush=true"], 1),
            "bytes of a record in Kafka": round(written / len(messages), 1),
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _context(sample: int) -> Iterator[tuple[AppContext, tuple[SourceRecord, ...]]]:
    folder = Path(tempfile.mkdtemp(prefix="helhed-weight-"))
    folder.chmod(0o755)
    server = start_postgres(folder)
    try:
        migrate(server.get_uri())
        let_time_be_simulated(server.get_uri())
        records, connectors = read_municipality(sample)
        settings = Settings(database_url=SecretStr(server.get_uri()), digest_key=KEY, session_key=KEY, demo=True)
        with closing(build_services(settings)) as context:
            add_connectors(context, connectors)
            create_topics(context)
            context.index.create()
            yield context, tuple(records)
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _carry(context: AppContext) -> None:
    pause = timedelta(milliseconds=200)
    with (
        context.bus.consumer(PIPELINE_GROUP, [RECORDS]) as records,
        context.bus.consumer(INDEX_GROUP, [OVERVIEWS]) as changes,
    ):
        quiet = 0
        while quiet < AT_ONCE // 20:
            result = process_batch(
                context.database,
                records,
                digest_key=context.digest_key,
                cipher=context.payload_cipher,
                clock=context.clock,
                limit=AT_ONCE,
                timeout=pause,
            )
            with context.database.transaction() as session:
                publish_outbox(session, context.bus, 2000)
            delivered = changes.poll(limit=AT_ONCE, timeout=pause)
            if delivered:
                index_changes(
                    context.database, context.index, delivered, digest_key=context.digest_key, clock=context.clock
                )
                changes.commit(delivered)
            quiet = 0 if delivered or result.has_more or result.rebuilt else quiet + 1


def _log_position(context: AppContext) -> float:
    with context.database.transaction() as session:
        return float(session.scalar(text("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")) or 0)


def _size(context: AppContext, table: str) -> float:
    with context.database.transaction() as session:
        return float(session.scalar(text("SELECT pg_total_relation_size(:name)"), {"name": table}) or 0)


if __name__ == "__main__":
    main()
