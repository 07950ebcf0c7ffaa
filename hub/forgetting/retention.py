"""Deletes what sources have said when its time limit has passed, and keeps it out when it is read again."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from hub.clock import Clock, danish_day
from hub.course.retention_repository import with_running_course
from hub.db import Database
from hub.digest import statement_digest
from hub.intake.repository import delete_entities, statements_to_lapse
from hub.matching.forgetting_repository import lapsed_entities
from hub.matching.service import forget_records
from hub.overview.service import mark_due
from hub.rights.repository import add_digests, count_deleted, held_among
from hub.rights.stores import DeletionRule, Store

AT_ONCE = 200
"""Citizens of a transaction."""
_FIRST = UUID(int=0)


def delete_lapsed(database: Database, periods: Mapping[str, int], *, digest_key: bytes, clock: Clock) -> dict[str, int]:
    """Delete what each source has said of a citizen when the last of it ended more days ago than the source declares.

    Left are citizens on hold, those in a course that runs, and who somebody is and to whom they are related, for as
    long as the source tells it. Overviews and index follow.

    Args:
        database: of the hub.
        periods: days by source.
        digest_key: keys the digests by which the same is staying out when it is read again.
        clock: tells the day.

    Returns:
        How many records and citizens it was, also when it was none.
    """
    total = Counter({"records": 0, "citizens": 0})
    for source, days in sorted(periods.items()):
        before, after = danish_day(clock.now()) - timedelta(days=days), _FIRST
        while True:
            with database.transaction() as session:
                lapsed = lapsed_entities(session, source, before=before, after=after, size=AT_ONCE)
                if not lapsed:
                    break
                after = max(lapsed)
                records, citizens = _delete(session, lapsed, danish_day(clock.now()), digest_key, clock)
            total.update(records=records, citizens=citizens)
    with database.transaction() as session:
        count_deleted(session, {Store.RECORDS: total["records"]}, DeletionRule.RETENTION, clock.now())
    return dict(total)


def _delete(
    session: Session, lapsed: Mapping[UUID, frozenset[UUID]], today: date, digest_key: bytes, clock: Clock
) -> tuple[int, int]:
    staying = held_among(session, list(lapsed), today) | with_running_course(session, list(lapsed), today)
    kept_entities = frozenset[UUID]().union(*(lapsed[citizen_id] for citizen_id in staying))
    chosen = {
        citizen_id: entities - kept_entities for citizen_id, entities in lapsed.items() if citizen_id not in staying
    }
    entities = sorted(frozenset[UUID]().union(*chosen.values()))
    if not entities:
        return 0, 0
    statements = statements_to_lapse(session, entities)
    digests = (statement_digest(entity, digest, digest_key) for _, _, entity, digest in statements)
    add_digests(session, digests, forgetting_id=None, now=clock.now())
    record_ids = [record_id for _, record_id, _, _ in statements]
    concerned = forget_records(session, record_ids, digest_key=digest_key, now=clock.now())
    delete_entities(session, entities)
    mark_due(session, concerned, since=clock.now())
    return len(record_ids), len(chosen)
