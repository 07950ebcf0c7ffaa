"""Builds pages anew by a decision of the DPO, and tells nobody of it as news."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from hub.indexing.repository import add_to_outbox
from hub.matching.repository import named_with
from hub.overview.service import rebuild
from hub.sources.forgetting_repository import wait_for_storing


def rebuild_around(session: Session, citizen_id: UUID, *, now: datetime) -> int:
    """Build the pages of the citizen and of everybody whom a record names with them; how many changed.

    In the transaction that restricted the citizen or lifted it; the index follows through the outbox. Nobody is told of
    it as news.
    """
    wait_for_storing(session)
    return rebuild_named_with(session, citizen_id, now=now)


def rebuild_named_with(session: Session, citizen_id: UUID, *, now: datetime) -> int:
    """The same, where nothing that is being stored meanwhile matters: a mark on what is stored."""
    rebuilt = rebuild(session, named_with(session, citizen_id), now=now)
    add_to_outbox(session, [version._replace(previous=None, changes=()) for version in rebuilt.versions], now=now)
    add_to_outbox(session, rebuilt.concerned, now=now, reindex=True)
    return len(rebuilt.versions)
