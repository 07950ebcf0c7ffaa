"""The restore exercise: ``make drill`` (CITIZENS=100000; ``--embedded`` without Kafka and OpenSearch).

A municipality is stored, a backup is taken, work goes on, the database is killed and its disk lost. Everything is got
back by the commands that an operator gives, in processes of their own. Measured: how long a backup takes, how much
was lost (RPO) and how long it took until the index could be served from (RTO).
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Event, Timer
from time import monotonic

from sqlalchemy import text

from deploy.sandbox.services import kafka, opensearch
from hub.audit.handing import hand_to_witnesses
from hub.audit.signing import signer_of
from hub.bus.base import RECORDS
from hub.cli.source_record import record_act
from hub.collect.service import to_message
from hub.context import AppContext
from hub.db import Database
from hub.embedded import application_url, start
from hub.indexing.comparison import compare
from hub.indexing.outbox import publish_outbox
from hub.migrations import migrate
from hub.overview import repository as overviews
from hub.pipeline import PIPELINE_GROUP, process_batch
from hub.services import build_services
from hub.settings import Settings
from hub.worker.sealing import build_witnesses, seal_all
from schemas.access import AuditAction
from schemas.base import Schema
from schemas.identifiers import Identifier
from schemas.record import SourceRecord
from tests.factories import make_party, make_record
from tests.processing import store_areas

FOLDER = Path("artefacts")
WRITE_EVERY = 0.1
AT_ONCE = 500
KEY = "b1:" + "5a" * 32


class Drill(Schema):
    """What came of it."""

    citizens: int
    engines: str
    database_mb: float
    backup_mb: float
    backup_seconds: float
    verify_seconds: float
    archive_timeout: int
    lost_seconds: float
    """RPO: between the last transaction that was committed and the last that is back."""
    restore_seconds: float
    finish_seconds: float
    citizens_back: int
    citizens_after_reading_on: int
    differing: int
    """Citizens that index and store differ about."""

    @property
    def is_whole(self) -> bool:
        """Whether all is back that was archived, and all of it once the sources were read on."""
        return not self.differing and self.citizens_after_reading_on == self.citizens


def main() -> int:
    """Run, print and keep the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--citizens", type=int, default=100_000)
    parser.add_argument("--within", type=int, default=60, help="seconds that may be lost (archive_timeout)")
    parser.add_argument("--embedded", action="store_true", help="bus and index in PostgreSQL")
    arguments = parser.parse_args()
    drill = run(arguments.citizens, arguments.within, embedded=arguments.embedded)
    FOLDER.mkdir(exist_ok=True)
    stored = {"at": datetime.now(UTC).isoformat(timespec="minutes"), **drill.model_dump()}
    (FOLDER / "drill.json").write_text(json.dumps(stored, indent=2), encoding="utf-8")
    print(json.dumps(stored, indent=2))  # noqa: T201  the product
    return 0 if drill.is_whole else 1


def run(citizens: int, within: int, *, embedded: bool) -> Drill:
    """The exercise with so many citizens."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="helhed-drill-"))
        folder.chmod(0o755)
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        variables = {
            "HELHED_DEMO": "true",
            "HELHED_DATA_DIR": str(folder / "data"),
            "HELHED_BACKUP_DIR": str(folder / "place"),
            "HELHED_BACKUP_KEYS": KEY,
            "HELHED_AUDIT_WITNESS_FILE": str(folder / "witness.txt"),
        }
        if not embedded:
            bus = stack.enter_context(kafka.start(folder / "kafka"))
            index = stack.enter_context(opensearch.start(folder / "opensearch"))
            variables |= {
                "HELHED_KAFKA_SERVERS": bus.bootstrap,
                "HELHED_KAFKA_REPLICATION": "1",
                "HELHED_OPENSEARCH_URLS": ",".join(index.urls),
                "HELHED_OPENSEARCH_REPLICAS": "0",
            }
        os.environ.update(variables)
        server = start(folder / "data")
        migrate(server.get_uri())
        _helhed("backup", "enable", "--within", str(within))
        server.stop()
        server.start()
        with _services() as context:
            _publish(context, 0, citizens)
            _read_bus(context)
            size = _size(context.database)
            took_backup, backup = _helhed("backup", "--json")
            _told(f"{citizens:,} citizens, {size:,.0f} MB, backed up in {took_backup:.0f} s")
            _publish(context, citizens, citizens + citizens // 10)
            _read_bus(context)
            written = _write_until_killed(context, server.get_pid() or 0, 2 * within)
        shutil.rmtree(folder / "data")  # the disk is gone
        _told("killed, and its disk is gone")
        took_verify, _ = _helhed("backup", "verify", "--scratch", str(folder), "--json")
        into = folder / "restored"
        took_restore, _ = _helhed("restore", "--into", str(into), "--json")
        os.environ["HELHED_DATA_DIR"] = str(into)
        took_finish, finished = _helhed("restore", "finish", "--yes", "--json", may_end_with_one=True)
        _told(f"back after {took_restore + took_finish:.0f} s")
        with _services() as context:
            back = _last_act(context.database)
            citizens_back = _citizens(context.database)
            _read_bus(context)  # Kafka gives again what the store has lost
            _publish(context, citizens, citizens + citizens // 10)  # and sources what their cursors say
            _read_bus(context)
            after = _citizens(context.database)
            context.index.refresh()
            _helhed("index", "verify", "--repair", may_end_with_one=True)
            differing = len(compare(context.database, context.index).differences)
        assert finished  # the command said what it did
        return Drill(
            citizens=citizens + citizens // 10,
            engines="embedded" if embedded else "Kafka and OpenSearch",
            database_mb=size,
            backup_mb=backup["backup"]["bytes"] / 1e6,
            backup_seconds=took_backup,
            verify_seconds=took_verify,
            archive_timeout=within,
            lost_seconds=(written - back) / timedelta(seconds=1),
            restore_seconds=took_restore,
            finish_seconds=took_finish,
            citizens_back=citizens_back,
            citizens_after_reading_on=after,
            differing=differing,
        )


@contextmanager
def _services() -> Iterator[AppContext]:
    settings = Settings()
    server = start(settings.data_dir)
    with closing(build_services(settings.model_copy(update={"database_url": None}))) as context:
        assert application_url(server)
        context.bus.create({RECORDS: 4, "helhed.overviews": 4})
        context.index.create()
        with context.database.transaction() as session:
            store_areas(session, context.clock.now())
        yield context


def _publish(context: AppContext, first: int, last: int) -> None:
    for begin in range(first, last, AT_ONCE):
        records = [_record(number) for number in range(begin, min(begin + AT_ONCE, last))]
        context.bus.publish(RECORDS, [to_message(record, context.digest_key) for record in records])


def _record(number: int) -> SourceRecord:
    born = date(1930, 1, 1) + timedelta(days=number % 30_000)
    cpr = f"{born.day + 60:02d}{born:%m%y}-{4000 + number // 30_000:04d}"
    return make_record(parties=[make_party(Identifier.national(cpr))], source_id=str(number))


def _read_bus(context: AppContext) -> None:
    with context.bus.consumer(PIPELINE_GROUP, [RECORDS]) as consumer:
        quiet = 0
        while quiet < 5:
            result = process_batch(
                context.database,
                consumer,
                digest_key=context.digest_key,
                cipher=context.payload_cipher,
                clock=context.clock,
                limit=AT_ONCE,
                timeout=timedelta(seconds=1),
            )
            quiet = 0 if result.has_more or result.rebuilt else quiet + 1
            with context.database.transaction() as session:
                publish_outbox(session, context.bus, 2000)


def _write_until_killed(context: AppContext, server: int, seconds: float) -> datetime:
    """Write lines of the log until the server is killed; when the last one was committed."""
    last = datetime.now(UTC)
    killer = Timer(seconds, os.kill, (server, signal.SIGKILL))
    killer.start()
    seal_all(context, signer_of(context.settings))
    hand_to_witnesses(context.database, build_witnesses(context.settings), context.clock.now())
    until = monotonic() + seconds + 30
    while monotonic() < until:
        try:
            with context.database.transaction() as session:
                record_act(session, AuditAction.READ_SOURCES)
        except Exception:  # noqa: BLE001  whatever a dying server says
            break
        last = datetime.now(UTC)
        Event().wait(WRITE_EVERY)
    killer.join()
    return last


def _last_act(database: Database) -> datetime:
    with database.transaction() as session:
        newest = session.scalar(text("SELECT max(recorded_at) FROM audit_log WHERE action = 'read_sources'"))
    assert isinstance(newest, datetime)
    return newest


def _citizens(database: Database) -> int:
    with database.transaction() as session:
        return overviews.count(session)


def _size(database: Database) -> float:
    with database.transaction() as session:
        return float(session.scalar(text("SELECT pg_database_size(current_database())")) or 0) / 1e6


def _helhed(*words: str, may_end_with_one: bool = False) -> tuple[float, dict[str, dict[str, float]]]:
    """Run the command in a process of its own; how long it took, and what it said."""
    since = monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "hub.cli", *words], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
    if done.returncode and not (may_end_with_one and done.returncode == 1):
        raise SystemExit(f"helhed {' '.join(words)} ended with {done.returncode}: {done.stderr}{done.stdout}")
    last = done.stdout.strip().splitlines()[-1:] or [""]
    return monotonic() - since, json.loads(last[0]) if last[0].startswith("{") else {}


def _told(words: str) -> None:
    print(words, flush=True)  # noqa: T201  the product


if __name__ == "__main__":
    sys.exit(main())
