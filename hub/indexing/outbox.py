"""Publishes the outbox to the bus, and reads the messages on the other side."""

import logging
from collections.abc import Sequence
from uuid import UUID

from pydantic import ConfigDict, ValidationError
from sqlalchemy.orm import Session

from hub import metrics, tracing
from hub.bus.base import OVERVIEWS, Bus, Delivered, Message
from hub.indexing import repository
from hub.indexing.repository import OutboxEntry
from schemas.alert import NotableChange
from schemas.base import Schema

EVENT_TYPE = "dk.helhed.overview.changed.v1"
"""CloudEvents type of a message on ``helhed.overviews``."""
_EVENT_SOURCE = "/helhed/overview"

log = logging.getLogger("hub.indexing")


class OverviewChanged(Schema):
    """The data of a message on ``helhed.overviews``. What a later release adds to it is left out."""

    model_config = ConfigDict(extra="ignore")

    citizen_id: UUID
    version: int
    removed: bool
    reindex: bool = False
    """The overview is as it was; what the index may hold of it has changed."""
    previous_version: int | None = None
    """The version that ``changes`` compare to; None: there was none, or an earlier release wrote the message."""
    changes: tuple[NotableChange, ...] = ()
    """The kinds of change between the two, without a word of what the sources say."""


def publish_outbox(session: Session, bus: Bus, limit: int = 500) -> int:
    """Publish the oldest entries in order and delete what the bus acknowledged; returns how many.

    They are published first and deleted in the caller's transaction after: a crash between the two publishes again.

    Raises:
        BusUnavailable: the entries stay in the outbox.
    """
    entries = repository.pending_outbox(session, limit)
    if entries:
        with tracing.span("publish_outbox", changes=len(entries)):
            bus.publish(OVERVIEWS, [_message(entry) for entry in entries])
        metrics.outbox_published(len(entries))
        repository.delete_published(session, [entry.id for entry in entries])
    return len(entries)


def read_changes(delivered: Sequence[Delivered]) -> list[OverviewChanged]:
    """The changes in these messages. A message without a readable change is logged with its place and left out."""
    return [change for message in delivered if (change := _change(message)) is not None]


def _message(entry: OutboxEntry) -> Message:
    data = OverviewChanged(
        citizen_id=entry.citizen_id,
        version=entry.version,
        removed=entry.removed,
        reindex=entry.reindex,
        previous_version=entry.previous_version,
        changes=entry.changes,
    )
    return Message(
        key=str(entry.citizen_id),
        value=data.model_dump_json().encode(),
        headers={
            "ce_id": f"{entry.citizen_id}/{entry.version}",
            "ce_source": _EVENT_SOURCE,
            "ce_type": EVENT_TYPE,
            "ce_specversion": "1.0",
            "ce_subject": str(entry.citizen_id),
            "ce_time": entry.created_at.isoformat(),
            "content-type": "application/json",
            **tracing.headers(),
        },
    )


def _change(delivered: Delivered) -> OverviewChanged | None:
    try:
        return OverviewChanged.model_validate_json(delivered.message.value)
    except ValidationError:
        # Another system wrote it. The next change of the citizen updates the index.
        where = {"topic": delivered.topic, "partition": delivered.partition, "offset": delivered.offset}
        log.error("index.unreadable", extra={"fields": where})  # noqa: TRY400  the error's text may hold values
        return None
