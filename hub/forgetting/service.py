"""Counts and forgets what a source has said. The overviews that concerns are due to be built anew."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from hub.alerts.repository import delete_alerts_of
from hub.clock import Clock
from hub.course.plan_repository import delete_efforts_of
from hub.db import Database
from hub.errors import RemovalFirst, SourceNotFound
from hub.inbox.repository import count_events, delete_events
from hub.indexing.repository import delete_comparison
from hub.intake.repository import count_entities, delete_entities, lock_records_of
from hub.jobs.job import Job, JobKind
from hub.jobs.repository import request_job
from hub.matching.forgetting_repository import count_citizens
from hub.matching.service import forget_records
from hub.overview.service import mark_due
from hub.quarantine.repository import count_all, delete_entries
from hub.rights.contest_repository import delete_contests
from hub.sources.definitions import SourceLifecycle
from hub.sources.forgetting_repository import (
    delete_reading_state,
    is_being_forgotten,
    request_forgetting,
    wait_for_storing,
)
from hub.sources.repository import get_source
from schemas.base import Schema

AT_ONCE = 200
"""Records of a transaction, with all their versions."""
Report = Callable[[int, int | None, Mapping[str, int]], None]


class SourceData(Schema):
    """How much of a source is stored."""

    records: int
    citizens: int
    quarantined: int
    events: int
    """That it sent and that wait, or were resolved not long ago."""


def count_data(session: Session, source: str) -> SourceData:
    """What would be forgotten."""
    return SourceData(
        records=count_entities(session, source),
        citizens=count_citizens(session, source),
        quarantined=count_all(session, source),
        events=count_events(session, source),
    )


def request_forget(session: Session, source: str, *, by: str, now: datetime) -> Job:
    """Let a worker forget what a removed source has said; asked twice while it is under way, it is one job.

    Raises:
        SourceNotFound: there never was such a source.
        RemovalFirst: it is not removed.
    """
    stored = get_source(session, source)
    if stored is None:
        raise SourceNotFound
    if stored.definition.lifecycle is not SourceLifecycle.REMOVED:
        raise RemovalFirst
    if not is_being_forgotten(session, source):
        request_forgetting(session, source, by=by, now=now)
    parameters = {"citizens": count_citizens(session, source)}
    return request_job(session, JobKind.FORGET_SOURCE, source, parameters=parameters, by=by, now=now)


def forget_source(
    database: Database, source: str, *, digest_key: bytes, clock: Clock, report: Report, counts: Mapping[str, int]
) -> dict[str, int]:
    """Delete its records, some at a time, then its lines in quarantine, its events and how far it was read.

    What is stopped half way goes on later. *counts*: what was counted until then.

    Returns:
        How much was deleted.
    """
    total = Counter(counts)
    with database.transaction() as session:
        delete_reading_state(session, source)
        wait_for_storing(session)
        left = count_entities(session, source)
    whole = total["records"] + left
    while True:
        report(total["records"], whole, dict(total))
        with database.transaction() as session:
            records = lock_records_of(session, source, AT_ONCE)
            if not records:
                break
            record_ids = [record_id for versions in records.values() for record_id in versions]
            citizens = forget_records(session, record_ids, digest_key=digest_key, now=clock.now())
            delete_entities(session, list(records))
            mark_due(session, citizens, since=clock.now())
        total["records"] += len(records)
    with database.transaction() as session:
        delete_reading_state(session, source)
        total["quarantined"] += delete_entries(session, source)
        total["events"] += delete_events(session, source)
        delete_comparison(session, source)
        delete_efforts_of(session, source)
        delete_alerts_of(session, source)
        delete_contests(session, source=source)
    return dict(total)
