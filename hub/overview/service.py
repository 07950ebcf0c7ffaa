"""Rebuild and read overviews, tell the bus, and bring what changed to the index."""

import hashlib
import logging
import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from pydantic import Field, ValidationError
from sqlalchemy.orm import Session

from hub import metrics, tracing
from hub.bus.base import OVERVIEWS, Bus, Delivered, Message
from hub.digest import keyed_digest
from hub.indexing.documents import to_document
from hub.matching.repository import linked_records
from hub.overview import repository
from hub.overview.builder import build
from hub.overview.changes import Change, ChangeKind, changes
from hub.overview.repository import OutboxEntry, Stored, Written
from schemas.base import Schema
from schemas.overview import Overview
from schemas.search import SearchDocument
from schemas.source import Area
from search.base import SearchIndex, SearchUnavailable

log = logging.getLogger("hub.overview")

CHANGED = "dk.helhed.overview.changed.v1"
"""CloudEvents type of a message on ``helhed.overviews``."""
_NO_CONTENT = re.compile(r'^{"citizen_id":"[^"]*","version":\d+|"observed_at":"[^"]*"')
"""Key and version at the head, and every time of observation. A text cannot look like one: its quotation marks are
escaped."""
_EVENT_SOURCE = "/helhed/overview"


class OverviewChanged(Schema):
    """The data of such a message."""

    citizen_id: UUID
    version: int
    removed: bool


class Pending(Schema):
    """What waits for the index."""

    documents: tuple[SearchDocument, ...] = ()
    gone: dict[UUID, int] = Field(default_factory=dict)
    """Citizens to be removed, each with the version that says so."""
    unreadable: int = 0
    """Messages that tell no change; each is logged with where it lies."""


class Indexed(Schema):
    """What became of a batch of changes in the index."""

    written: int = 0
    already_newer: int = 0
    refused: int = 0
    """Documents the index never takes as they are; the citizens' pages come from the store."""
    deleted: int = 0
    unreadable: int = 0


def rebuild(
    session: Session, citizen_ids: Collection[UUID], *, areas: Mapping[str, Area], now: datetime
) -> tuple[UUID, ...]:
    """Build the overviews of these citizens anew; returns those that got a new version.

    The rows are locked before the records are read, so whoever comes second sees what the first committed
    and versions grow one by one, however many workers there are.
    """
    if not citizen_ids:
        return ()
    kept = repository.lock(session, citizen_ids)
    linked = linked_records(session, sorted(kept))
    written: list[Written] = []
    for citizen_id, before in kept.items():
        overview = build(citizen_id, linked.get(citizen_id, ()), areas=areas, version=before.version + 1)
        shown = overview if _says_anything(overview) else None
        document = shown.model_dump_json(exclude_none=True) if shown else ""
        digest = content_digest(document) if shown else ""
        if digest != before.digest:
            written.append(Written(citizen_id, before.version + 1, digest, shown, document))
    repository.write(session, written, now)
    return tuple(one.citizen_id for one in written)


def mark_due(
    session: Session, citizen_ids: Collection[UUID], *, since: datetime, failed_since: datetime | None = None
) -> None:
    """Note that the overviews of these citizens are to be built anew; in the transaction that changed their records.

    *failed_since*: since when building them has failed. An earlier instant that is noted already stays.
    """
    repository.mark_due(session, citizen_ids, since, failed_since)


def take_due(session: Session, *, until: datetime, limit: int) -> dict[UUID, datetime | None]:
    """Take citizens that have been due since *until* or longer, to be rebuilt in the same transaction.

    With each comes since when its overview could not be built, to be noted again if it fails once more.
    """
    return repository.take_due(session, until, limit)


def read(
    session: Session, citizen_id: UUID, as_known: datetime | None = None, *, areas: Mapping[str, Area] | None = None
) -> Overview | None:
    """The overview as it is, or as it would have been at *as_known*; None when there is (or was) nothing.

    Args:
        session: within the caller's transaction.
        citizen_id: whose.
        as_known: an earlier instant (registered time). The version is then that of today.
        areas: area of each source; needed for *as_known*, where the overview is built on the spot.
    """
    version, overview = repository.current(session, [citizen_id]).get(citizen_id, (0, None))
    if as_known is None:
        return overview
    linked = linked_records(session, [citizen_id], as_known).get(citizen_id, ())
    built = build(citizen_id, linked, areas=areas or {}, version=version, as_known=as_known)
    return built if _says_anything(built) else None


def changed(session: Session, before: Overview, now: Overview, on: date) -> tuple[Change, ...]:
    """What changed since *before*, an earlier ``read``, newest registration first.

    *before* was built from the records of this moment, *now* perhaps not yet. Until it is, what it lacks is not gone.
    """
    found = changes(before, now, on)
    if any(one.kind is ChangeKind.GONE for one in found) and not repository.is_settled(
        session, now.citizen_id, now.version
    ):
        return tuple(one for one in found if one.kind is not ChangeKind.GONE)
    return found


def relay(session: Session, bus: Bus, limit: int = 500) -> int:
    """Move changes from the outbox to the bus; returns how many.

    Published first, deleted in the caller's transaction after: a crash between the two publishes again.

    Raises:
        BusUnavailable: the changes stay in the outbox.
    """
    untold = repository.untold(session, limit)
    if untold:
        with tracing.span("relay", changes=len(untold)):
            bus.publish(OVERVIEWS, [_message(one) for one in untold])
        metrics.relayed(len(untold))
        repository.delete_published(session, [one.id for one in untold])
    return len(untold)


def pending(session: Session, delivered: Sequence[Delivered], *, digest_key: bytes, on: date) -> Pending:
    """The citizens in these messages as they are now, whatever version the message told, ready for the index.

    *on* is today: whoever lives with a protected citizen then is indexed like one.
    """
    told = [change for change in (_change(one) for one in delivered) if change is not None]
    newest = {change.citizen_id: change.version for change in sorted(told, key=lambda change: change.version)}
    found = repository.stored(session, newest)
    # A citizen who was forgotten altogether has no version any more; then the message's own counts.
    now = {citizen_id: found.get(citizen_id, Stored(version, None)) for citizen_id, version in newest.items()}
    return Pending(
        documents=documents(session, [one.document for one in now.values() if one.document], digest_key, on),
        gone={citizen_id: one.version for citizen_id, one in now.items() if one.document is None},
        unreadable=len(delivered) - len(told),
    )


def documents(session: Session, stored: Sequence[str], digest_key: bytes, on: date) -> tuple[SearchDocument, ...]:
    """The search documents of overviews as they stand in the store."""
    read = [(Overview.model_validate_json(one), one) for one in stored]
    guarded = repository.guarded(session, [overview.citizen_id for overview, _ in read], on)
    return tuple(
        to_document(
            overview,
            [keyed_digest(one, digest_key) for one in overview.header.identifiers],
            guarded=overview.citizen_id in guarded,
            document=document,
        )
        for overview, document in read
    )


def bring(index: SearchIndex, waiting: Pending) -> Indexed:
    """Bring to the index what waits for it. Holds no transaction: an index that hangs must not hold the store.

    Raises:
        SearchUnavailable: something was not written; do not commit the messages.
    """
    for citizen_id, version in waiting.gone.items():
        index.delete(citizen_id, version)
    put = index.put(waiting.documents)
    metrics.indexed(
        written=put.written,
        already_newer=put.already_newer,
        failed=len(put.failed),
        refused=len(put.refused),
        deleted=len(waiting.gone),
        unreadable=waiting.unreadable,
    )
    if put.failed:
        raise SearchUnavailable(f"{len(put.failed)} of {len(waiting.documents)} documents were not written")
    if put.refused:
        # One citizen's document must not hold up all behind it. The comparison finds it different and tells so.
        fields = {"citizens": len(put.refused), "reason": put.refused[0][1]}
        log.error("index.refused", extra={"fields": fields})
    return Indexed(
        written=put.written,
        already_newer=put.already_newer,
        refused=len(put.refused),
        deleted=len(waiting.gone),
        unreadable=waiting.unreadable,
    )


def content_digest(document: str) -> str:
    """SHA-256 over what an overview says; that a source was read again and said the same is no change.

    Args:
        document: the overview as JSON, as Pydantic writes it.
    """
    return hashlib.sha256(_NO_CONTENT.sub("", document).encode()).hexdigest()


def _says_anything(overview: Overview) -> bool:
    return bool(overview.header.identifiers or overview.entries())


def _message(change: OutboxEntry) -> Message:
    data = OverviewChanged(citizen_id=change.citizen_id, version=change.version, removed=change.removed)
    return Message(
        key=str(change.citizen_id),
        value=data.model_dump_json().encode(),
        headers={
            "ce_id": f"{change.citizen_id}/{change.version}",
            "ce_source": _EVENT_SOURCE,
            "ce_type": CHANGED,
            "ce_specversion": "1.0",
            "ce_subject": str(change.citizen_id),
            "ce_time": change.created_at.isoformat(),
            "content-type": "application/json",
            **tracing.headers(),
        },
    )


def _change(delivered: Delivered) -> OverviewChanged | None:
    try:
        return OverviewChanged.model_validate_json(delivered.message.value)
    except ValidationError:
        # Not of our making; whoever put it there, the next change of the citizen brings the index up to date.
        where = {"topic": delivered.topic, "partition": delivered.partition, "offset": delivered.offset}
        log.error("index.unreadable", extra={"fields": where})  # noqa: TRY400  the error's text may hold values
        return None
