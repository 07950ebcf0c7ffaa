"""A hub with one source: runs read it, events go in, and what is stored, shown and told comes out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from connectors.base import ClientCertificate, Connector, PushedEvent
from hub.bus.base import OVERVIEWS, RECORDS
from hub.clock import Clock, FixedClock
from hub.collect.service import take_stream
from hub.context import AppContext
from hub.db import Database
from hub.inbox.service import Accepted, Inbox
from hub.pipeline import PIPELINE_GROUP, process_batch
from hub.quarantine.repository import list_groups
from hub.sources import held_repository
from hub.sources.health import RunSummary
from hub.web.shell.rejection_texts import REJECTION
from hub.web.sources.texts import ADVICE
from hub.worker.collecting import collect_stream
from schemas.overview import Entry, Overview
from tests.hub.test_worker import make_parts
from tests.sources import add_connectors

SENDER = ClientCertificate(fingerprint="ab" * 32, subject="CN=sender")
FIELD_MISSING = (
    "feltet er tomt eller mangler, men skal være udfyldt",
    "Er det én linje, så udfyld feltet. Er det mange, så ring til leverandøren: feltet kan have fået nyt navn.",
)


@dataclass(frozen=True)
class SourceHub:
    """The hub, the name of its source, and the clock of both."""

    context: AppContext
    source: str
    clock: FixedClock

    def push(self, *events: PushedEvent) -> list[Accepted]:
        """The source sends these."""
        context = self.context
        inbox = Inbox(
            database=context.database, catalogue=context.catalogue, cipher=context.payload_cipher, clock=context.clock
        )
        return [inbox.accept(self.source, SENDER, event.path, event.body, is_cut=event.is_cut) for event in events]

    def run(self, stream: str) -> RunSummary:
        """One run of the stream; what it publishes is stored and shown."""
        summary = self.run_if_due(stream, is_due=True)
        assert summary is not None
        return summary

    def run_if_due(self, stream: str, *, is_due: bool = False) -> RunSummary | None:
        """The same; None: neither the schedule nor a hint asks for it now. With *is_due* it is run all the same."""
        context = self.context
        due_by = None if is_due else context.clock.now()
        lease = take_stream(context.database, self.source, owner="test", stream=stream, due_by=due_by)
        if lease is None:
            return None
        summary = collect_stream(context, lease, should_stop=lambda: False)
        with context.bus.consumer(PIPELINE_GROUP, [RECORDS]) as consumer:
            for _ in range(5):
                process_batch(
                    context.database,
                    consumer,
                    digest_key=context.digest_key,
                    cipher=context.payload_cipher,
                    clock=context.clock,
                    limit=100,
                    timeout=timedelta(0),
                )
        return summary

    def run_all(self) -> list[RunSummary]:
        """One run of every stream that is not pushed, in the order of a first load."""
        with self.context.catalogue.lend_connector(self.source) as connector:
            return [self.run(stream.name) for stream in connector.discover() if not stream.is_pushed]

    def overviews(self) -> list[Overview]:
        """Every citizen's page."""
        with self.context.database.transaction() as session:
            rows = session.execute(text("SELECT document::text FROM overviews ORDER BY citizen_id"))
            return [Overview.model_validate_json(row[0]) for row in rows]

    def entries(self, kind: str | None = None) -> list[Entry]:
        """What all pages show, of one kind of fact or of all."""
        entries = [entry for overview in self.overviews() for entry in overview.entries()]
        return [entry for entry in entries if kind in {None, entry.fact.kind}]

    def by_number(self) -> dict[str, list[str]]:
        """Of each citizen who has a number, the source's ids of what the page shows."""
        return {
            overview.header.identifiers[0].value: sorted(entry.provenance.source_id for entry in overview.entries())
            for overview in self.overviews()
            if overview.header.identifiers
        }

    def ids(self, kind: str | None = None) -> list[str]:
        """The source's ids of what all pages show."""
        return sorted(entry.provenance.source_id for entry in self.entries(kind))

    def count_statements(self) -> int:
        """How many statements of the source are stored, history and tombstones included."""
        with self.context.database.transaction() as session:
            return int(session.scalar(text("SELECT count(*) FROM stored_records")) or 0)

    def quarantined(self) -> list[tuple[str, str, str]]:
        """What the administrator reads of each open fault: field, what is wrong, what to do."""
        with self.context.database.transaction() as session:
            groups = list_groups(session, self.source)
        return [(group.field, *REJECTION[group.rule]) for group in groups]

    def held(self) -> list[tuple[str, int]]:
        """Type and number of the deletions that wait for a person."""
        with self.context.database.transaction() as session:
            return [(held.record_type, held.missing) for held in held_repository.list_held(session, self.source)]

    def waiting(self) -> int:
        """Events that are not resolved."""
        with self.context.database.transaction() as session:
            return int(session.scalar(text("SELECT count(*) FROM inbox_events WHERE body IS NOT NULL")) or 0)

    def hints(self) -> int:
        """Hints that are not read."""
        with self.context.database.transaction() as session:
            return int(session.scalar(text("SELECT count(*) FROM read_hints")) or 0)


def advice_of(summary: RunSummary) -> str:
    """What the administrator reads under the run."""
    return ADVICE[summary.advice or "no_advice"]


@contextmanager
def source_hub(database: Database, connector: Connector, clock: Clock) -> Iterator[SourceHub]:
    """The hub, until the block ends. The catalogue may close what it has opened: the test has only this connector."""
    context = make_parts(database, clock)
    context.bus.create({RECORDS: 1, OVERVIEWS: 1})
    close = connector.close
    connector.close = lambda: None  # type: ignore[method-assign]
    add_connectors(context, {connector.source.name: connector})
    try:
        moving = clock if isinstance(clock, FixedClock) else FixedClock(clock.now())
        yield SourceHub(context, connector.source.name, moving)
    finally:
        context.close()
        close()
