"""Builds pages anew by a decision of the DPO, and tells nobody of it as news."""

from collections.abc import Collection
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
    return rebuild_quietly(session, named_with(session, citizen_id), now=now)


def rebuild_quietly(session: Session, citizen_ids: Collection[UUID], *, now: datetime) -> int:
    """Build these pages, and let the index follow; how many changed."""
    rebuilt = rebuild(session, citizen_ids, now=now)
    add_to_outbox(session, [version._replace(previous=None, changes=()) for version in rebuilt.versions], now=now)
    add_to_outbox(session, rebuilt.concerned, now=now, reindex=True)
    return len(rebuilt.versions)
