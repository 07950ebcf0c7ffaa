"""Writes changed overviews to the index as documents; an older version never replaces a newer."""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from pydantic import Field
from sqlalchemy.orm import Session

from hub import metrics
from hub.bus.base import Delivered
from hub.clock import Clock, danish_day
from hub.db import Database
from hub.digest import keyed_digest
from hub.indexing import repository
from hub.indexing.documents import preparing_with, to_document
from hub.indexing.outbox import read_changes
from hub.overview import repository as overviews
from hub.overview.prepared_repository import Prepared, indexable, perhaps_guarded, save_prepared
from hub.overview.service import Preparing
from hub.sources.repository import source_areas
from schemas.base import Schema
from schemas.overview import Overview
from schemas.search import PreparedDocument, SearchDocument
from search.base import SearchIndex, SearchUnavailable
from search.prepared import complete

INDEX_GROUP = "indexer"
"""Consumer group of the index writers."""

log = logging.getLogger("hub.indexing")


Documents = tuple[SearchDocument | PreparedDocument, ...]


class ReadDocuments(NamedTuple):
    """Search documents, read from the store."""

    documents: Documents
    gone: Mapping[UUID, int]
    """Citizens who have no overview any more, each with the version that says so."""

    @property
    def citizens(self) -> frozenset[UUID]:
        """Whose documents there are."""
        return frozenset(document.citizen_id for document in self.documents)


class IndexBatch(Schema):
    """What is to be written to the index."""

    documents: Documents = ()
    removed: dict[UUID, int] = Field(default_factory=dict)
    """Citizens to be removed, each with the version that says so."""
    unreadable: int = 0
    """Messages that hold no change; each is logged with its partition and offset."""
    cut_before: frozenset[UUID] = frozenset()
    """Those among them whose document was cut when it was written last."""


class WriteResult(Schema):
    """Result of writing a batch to the index."""

    written: int = 0
    already_newer: int = 0
    refused: int = 0
    """Documents the index never takes, however far they are cut; the citizens' pages come from the store."""
    deleted: int = 0
    unreadable: int = 0
    cut: frozenset[UUID] = frozenset()
    """Citizens whose document holds less than their overview, since the index takes no more."""


def index_changes(
    database: Database, index: SearchIndex, delivered: Sequence[Delivered], *, digest_key: bytes, clock: Clock
) -> WriteResult:
    """Write the citizens in these messages to the index as they are now, whatever version the message names.

    No transaction is open while the index is written: an index that hangs must not hold the store.

    Raises:
        SearchUnavailable: something was not written; do not commit the messages.
    """
    now = clock.now()
    with database.transaction() as session:
        batch = prepare_batch(session, delivered, digest_key=digest_key, on=danish_day(now))
    return write_and_remember(database, index, batch, clock=clock)


def prepare_batch(session: Session, delivered: Sequence[Delivered], *, digest_key: bytes, on: date) -> IndexBatch:
    """Read the citizens in these messages from the store.

    *on* is today: whoever lives with a protected citizen then is indexed like one.
    """
    changes = read_changes(delivered)
    newest = {change.citizen_id: change.version for change in sorted(changes, key=lambda change: change.version)}
    # The index takes newer versions only, so who is to be indexed anew is raised; a newer one says the same by itself.
    anew = {change.citizen_id: change.version for change in changes if change.reindex}
    overviews.raise_from(session, anew)
    read = read_documents(session, newest, digest_key=digest_key, on=on)
    # A citizen who was forgotten altogether has no version any more; then the message's own counts.
    there = read.citizens
    removed = {key: read.gone.get(key, number) for key, number in newest.items() if key not in there}
    batch = batch_of(session, read.documents, removed)
    return batch.model_copy(update={"unreadable": len(delivered) - len(changes)})


def batch_of(session: Session, documents: Documents, removed: Mapping[UUID, int]) -> IndexBatch:
    """The batch that writes these documents and removes these citizens, each with the version that says so."""
    concerned = [*(document.citizen_id for document in documents), *removed]
    return IndexBatch(documents=documents, removed=dict(removed), cut_before=repository.cut_among(session, concerned))


def read_documents(session: Session, citizen_ids: Collection[UUID], *, digest_key: bytes, on: date) -> ReadDocuments:
    """The search documents of these citizens, as they were prepared with the overviews.

    Those of another shape are prepared anew and kept. Whoever is guarded on that day, or stands on a page with somebody
    who is, gets a document made for the day.
    """
    preparing = preparing_with(digest_key)
    rows = indexable(session, citizen_ids, preparing.shape)
    outdated = [key for key, row in rows.items() if row.is_there and not row.is_current]
    if outdated:
        _prepare_anew(session, outdated, preparing)
        rows |= indexable(session, outdated, preparing.shape)
    unclear = perhaps_guarded(session, rows, preparing.shape)
    guarded = overviews.guarded(session, frozenset[UUID]().union(*unclear.values()), on)
    moved: dict[UUID, PreparedDocument] = {}
    for key, row in rows.items():
        if row.prepared is not None and row.page is not None and guarded.isdisjoint(unclear.get(key, ())):
            document = complete(key, row.version, row.prepared, row.page)
            if document:
                moved[key] = document
    others = overviews.stored(session, [key for key, row in rows.items() if row.is_there and key not in moved])
    built = build_documents(session, [each.document for each in others.values() if each.document], digest_key, on)
    return ReadDocuments((*moved.values(), *built), {key: row.version for key, row in rows.items() if not row.is_there})


def _prepare_anew(session: Session, citizen_ids: Collection[UUID], preparing: Preparing) -> None:
    current = overviews.current(session, citizen_ids).items()
    prepared = {
        key: Prepared(version, overview.people, preparing.make(overview))
        for key, (version, overview) in current
        if overview is not None
    }
    save_prepared(session, prepared, preparing.shape)


def build_documents(
    session: Session, documents: Sequence[str], digest_key: bytes, on: date
) -> tuple[SearchDocument, ...]:
    """The search documents of these overviews, given as JSON."""
    read = [Overview.model_validate_json(document) for document in documents]
    guarded = overviews.guarded(session, frozenset[UUID]().union(*(overview.people for overview in read)), on)
    return tuple(
        to_document(
            overview,
            [keyed_digest(identifier, digest_key) for identifier in overview.header.identifiers],
            digest_key=digest_key,
            guarded=guarded,
            areas=source_areas(session),
        )
        for overview in read
    )


def write_and_remember(database: Database, index: SearchIndex, batch: IndexBatch, *, clock: Clock) -> WriteResult:
    """``write_to_index``, and store whose document was cut.

    Raises:
        SearchUnavailable: something was not written.
    """
    result = write_to_index(index, batch)
    if result.cut or batch.cut_before:
        whole = {*(document.citizen_id for document in batch.documents), *batch.removed} - result.cut
        with database.transaction() as session:
            repository.save_cut_documents(session, result.cut, whole, now=clock.now())
    return result


def write_to_index(index: SearchIndex, batch: IndexBatch) -> WriteResult:
    """Write a batch to the index.

    Raises:
        SearchUnavailable: something was not written; do not commit the messages.
    """
    for citizen_id, version in batch.removed.items():
        index.delete(citizen_id, version)
    put_result = index.put(batch.documents)
    metrics.indexed(
        written=put_result.written,
        already_newer=put_result.already_newer,
        failed=len(put_result.failed),
        refused=len(put_result.refused),
        deleted=len(batch.removed),
        unreadable=batch.unreadable,
    )
    if put_result.failed:
        raise SearchUnavailable(f"{len(put_result.failed)} of {len(batch.documents)} documents were not written")
    if put_result.refused:
        # One refused document must not block the rest of the batch. The comparison will report it.
        fields = {"citizens": len(put_result.refused), "reason": put_result.refused[0][1]}
        log.error("index.refused", extra={"fields": fields})
    if put_result.cut:
        log.warning("index.cut", extra={"fields": {"citizens": len(put_result.cut)}})
    return WriteResult(
        written=put_result.written,
        already_newer=put_result.already_newer,
        refused=len(put_result.refused),
        deleted=len(batch.removed),
        unreadable=batch.unreadable,
        cut=put_result.cut,
    )
