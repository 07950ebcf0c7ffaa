"""A hub with the employment source: events go in, runs resolve them, and what is stored and told comes out."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from connectors.base import ClientCertificate, PushedEvent
from connectors.sources.employment.connector import EmploymentConnector, EmploymentSettings
from hub.bus.base import OVERVIEWS, RECORDS
from hub.clock import Clock, FixedClock
from hub.collect.service import take_stream
from hub.context import AppContext
from hub.db import Database
from hub.inbox.service import Accepted, Inbox
from hub.pipeline import PIPELINE_GROUP, process_batch
from hub.quarantine.repository import list_groups
from hub.sources.health import RunSummary
from hub.web.shell.rejection_texts import REJECTION
from hub.web.sources.texts import ADVICE
from hub.worker.collecting import collect_stream
from schemas.overview import Entry, Overview
from tests.connectors.star_server import Star, settings_of
from tests.hub.test_worker import make_parts
from tests.sources import add_connectors

SENDER = ClientCertificate(fingerprint="ab" * 32, subject="CN=star")


@dataclass(frozen=True)
class EmploymentHub:
    """The hub, the STAR it asks, and the clock of both."""

    context: AppContext
    star: Star
    clock: FixedClock

    def push(self, *events: PushedEvent) -> list[Accepted]:
        """STAR sends these."""
        context = self.context
        inbox = Inbox(
            database=context.database, catalogue=context.catalogue, cipher=context.payload_cipher, clock=context.clock
        )
        return [inbox.accept("employment", SENDER, event.path, event.body, is_cut=event.is_cut) for event in events]

    def run(self, stream: str = "events") -> RunSummary:
        """One run of the stream; what it publishes is stored and shown."""
        context = self.context
        lease = take_stream(context.database, "employment", owner="test", stream=stream)
        assert lease is not None
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

    def overviews(self) -> list[Overview]:
        """Every citizen's page."""
        with self.context.database.transaction() as session:
            rows = session.execute(text("SELECT document::text FROM overviews ORDER BY citizen_id"))
            return [Overview.model_validate_json(row[0]) for row in rows]

    def entries(self, kind: str | None = None) -> list[Entry]:
        """What all pages show, of one kind of fact or of all."""
        entries = [entry for overview in self.overviews() for entry in overview.entries()]
        return [entry for entry in entries if kind in {None, entry.fact.kind}]

    def quarantined(self) -> list[tuple[str, str, str]]:
        """What the administrator reads of each open fault: field, what is wrong, what to do."""
        with self.context.database.transaction() as session:
            groups = list_groups(session, "employment")
        return [(group.field, *REJECTION[group.rule]) for group in groups]

    def waiting(self) -> int:
        """Events that are not resolved."""
        with self.context.database.transaction() as session:
            return int(session.scalar(text("SELECT count(*) FROM inbox_events WHERE body IS NOT NULL")) or 0)


def advice_of(summary: RunSummary) -> str:
    """What the administrator reads under the run."""
    return ADVICE[summary.advice or "no_advice"]


class LastingConnector(EmploymentConnector):
    """Stays open although the catalogue closes what it has opened: the test has only this one."""

    def close(self) -> None:
        """Nothing."""


@contextmanager
def employment_hub(database: Database, star: Star, clock: Clock, **settings: object) -> Iterator[EmploymentHub]:
    """The hub, until the block ends."""
    context = make_parts(database, clock)
    context.bus.create({RECORDS: 1, OVERVIEWS: 1})
    given = settings_of(
        star, more={"push_fingerprints": [SENDER.fingerprint], "entities": ["Activity", "Fravaer"], **settings}
    )
    connector = LastingConnector("employment", EmploymentSettings.model_validate(given), clock=clock.now)
    add_connectors(context, {"employment": connector})
    try:
        yield EmploymentHub(context, star, clock if isinstance(clock, FixedClock) else FixedClock(clock.now()))
    finally:
        context.close()
