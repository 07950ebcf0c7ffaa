"""Every statement on the tables of indexing: outbox, comparisons, cut documents."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from hub.db import Database, fetch_rows, run_batch
from hub.indexing.drift import SourceTally
from hub.indexing.tables import ComparisonRow
from hub.overview.service import OverviewVersion
from schemas.alert import NotableChange
from schemas.base import Instant, Schema

_CHANGES: TypeAdapter[tuple[NotableChange, ...]] = TypeAdapter(tuple[NotableChange, ...])

INSERT_OUTBOX = text("""
    INSERT INTO overview_outbox (citizen_id, version, removed, reindex, created_at, previous_version, changes)
    SELECT citizen_id, version, removed, :reindex, :now, previous_version, cast(changes AS jsonb)
    FROM unnest(cast(:ids AS uuid[]), cast(:versions AS bigint[]), cast(:removed AS boolean[]),
                cast(:previous AS bigint[]), cast(:changes AS text[]))
         AS new (citizen_id, version, removed, previous_version, changes)
""")
_PENDING_OUTBOX = text("""
    SELECT id, citizen_id, version, removed, reindex, created_at, previous_version, changes FROM overview_outbox
    ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
""")
_OLDEST = text("SELECT id FROM overview_outbox ORDER BY id LIMIT 1")
_COUNT_OUTBOX = text("SELECT count(*) FROM overview_outbox")
_IN_OUTBOX = text("SELECT DISTINCT citizen_id FROM overview_outbox WHERE citizen_id = ANY(:ids)")
_DELETE_PUBLISHED = text("DELETE FROM overview_outbox WHERE id = ANY(:ids)")
_SAVE_COMPARISON = text("""
    INSERT INTO index_comparisons (source, compared_at, in_store, in_index, is_equal, repaired_at, repaired_citizens)
    SELECT source, :at, in_store, in_index, is_equal,
           CASE WHEN :repaired > 0 THEN cast(:at AS timestamptz) END, :repaired
    FROM unnest(cast(:sources AS text[]), cast(:in_store AS bigint[]), cast(:in_index AS bigint[]),
                cast(:is_equal AS boolean[])) AS n (source, in_store, in_index, is_equal)
    ON CONFLICT (source) DO UPDATE SET
        compared_at = excluded.compared_at, in_store = excluded.in_store, in_index = excluded.in_index,
        is_equal = excluded.is_equal, repaired_at = coalesce(excluded.repaired_at, index_comparisons.repaired_at),
        repaired_citizens = CASE WHEN excluded.repaired_citizens > 0 THEN excluded.repaired_citizens
                            ELSE index_comparisons.repaired_citizens END
""")
_DELETE_COMPARISON = text("DELETE FROM index_comparisons WHERE source = :source")
_CUT_AMONG = text("SELECT citizen_id FROM index_cut_documents WHERE citizen_id = ANY(:ids)")
_INSERT_CUT = text("""
    INSERT INTO index_cut_documents (citizen_id, cut_at) SELECT unnest(cast(:ids AS uuid[])), :now
    ON CONFLICT (citizen_id) DO NOTHING
""")
_DELETE_CUT = text("DELETE FROM index_cut_documents WHERE citizen_id = ANY(:ids)")
_COUNT_CUT = text("SELECT count(*) FROM index_cut_documents")


class OutboxEntry(Schema):
    """A new version of an overview that the bus does not know of yet."""

    id: int
    citizen_id: UUID
    version: int
    removed: bool
    reindex: bool = False
    """The overview is as it was; what the index may hold of it has changed."""
    created_at: Instant
    previous_version: int | None = None
    """The version that ``changes`` compare to."""
    changes: tuple[NotableChange, ...] = ()


class SourceComparison(SourceTally):
    """What the last comparison of index and store found of one source, or of all together (``""``)."""

    compared_at: Instant
    repaired_at: Instant | None = None
    """When drifted citizens were last written to the index again. None: never."""
    repaired_citizens: int = 0
    """How many citizens that repair wrote, over all sources."""


def add_to_outbox(
    session: Session, versions: Sequence[OverviewVersion], *, now: datetime, reindex: bool = False
) -> None:
    """Put new versions in the outbox, or those to be indexed anew as they are; in the transaction that stored them."""
    if versions:
        columns = {
            "ids": [version.citizen_id for version in versions],
            "versions": [version.version for version in versions],
            "removed": [version.removed for version in versions],
            "previous": [version.previous for version in versions],
            "changes": [_CHANGES.dump_json(version.changes).decode() for version in versions],
        }
        run_batch(session, INSERT_OUTBOX, {**columns, "now": now, "reindex": reindex})


def pending_outbox(session: Session, limit: int) -> list[OutboxEntry]:
    """The oldest unpublished entries, locked until the transaction ends; other publishers skip them."""
    rows = fetch_rows(session, _PENDING_OUTBOX, {"limit": limit})
    return [OutboxEntry(**{**row, "changes": _CHANGES.validate_python(row["changes"])}) for row in rows]


def is_outbox_empty(database: Database) -> bool:
    """Whether no change is to be published."""
    return not database.look(_OLDEST, {})


def count_outbox(session: Session) -> int:
    """How many entries are not published yet."""
    return session.scalar(_COUNT_OUTBOX) or 0


def citizens_in_outbox(session: Session, citizen_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of these citizens that have an unpublished entry."""
    if not citizen_ids:
        return frozenset()
    return frozenset(session.scalars(_IN_OUTBOX, {"ids": list(citizen_ids)}))


def delete_published(session: Session, ids: Sequence[int]) -> None:
    """Delete entries that have been published."""
    session.execute(_DELETE_PUBLISHED, {"ids": list(ids)})


def save_comparison(session: Session, sources: Sequence[SourceTally], repaired: int, at: datetime) -> None:
    """Store what a comparison found, and how many citizens were repaired after it."""
    session.execute(
        _SAVE_COMPARISON,
        {
            "at": at,
            "repaired": repaired,
            "sources": [source.source for source in sources],
            "in_store": [source.in_store for source in sources],
            "in_index": [source.in_index for source in sources],
            "is_equal": [source.is_equal for source in sources],
        },
    )


def comparisons(session: Session) -> dict[str, SourceComparison]:
    """The last comparison of each source, and of all together (``""``)."""
    rows = session.execute(select(*ComparisonRow.__table__.columns)).mappings()
    return {row["source"]: SourceComparison.model_validate(dict(row)) for row in rows}


def cut_among(session: Session, citizen_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of these citizens whose document in the index was cut."""
    if not citizen_ids:
        return frozenset()
    return frozenset(session.scalars(_CUT_AMONG, {"ids": list(citizen_ids)}))


def save_cut_documents(session: Session, cut: Collection[UUID], whole: Collection[UUID], *, now: datetime) -> None:
    """Remember whose document was cut, and forget those whose document is whole or removed."""
    # Always in the order of ids: two workers that save at once must not wait for each other.
    session.execute(_INSERT_CUT, {"ids": sorted(cut), "now": now})
    session.execute(_DELETE_CUT, {"ids": sorted(whole)})


def delete_comparison(session: Session, source: str) -> None:
    """Forget what was last found out about a source."""
    session.execute(_DELETE_COMPARISON, {"source": source})


def count_cut_documents(session: Session) -> int:
    """How many citizens have a document in the index that holds less than their overview."""
    return session.scalar(_COUNT_CUT) or 0
