"""Every statement on the tables of overview. Batches go in and come out as arrays, one statement a batch."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import fetch_rows
from hub.indexing.documents import sources_of, units_of
from hub.indexing.drift import ALL, SourceTally
from schemas.base import Instant, Schema
from schemas.overview import Overview
from search.base import BUCKET, Tallies, Tally

_ADD = text("""
    INSERT INTO overview_versions (citizen_id, version, digest)
    SELECT citizen_id, 0, '' FROM unnest(cast(:ids AS uuid[])) AS new (citizen_id)
    ON CONFLICT DO NOTHING
""")
_LOCK = text("""
    SELECT citizen_id, version, digest FROM overview_versions
    WHERE citizen_id = ANY(:ids) ORDER BY citizen_id FOR UPDATE
""")
_COUNT_UP = text("""
    UPDATE overview_versions SET version = new.version, digest = new.digest
    FROM unnest(cast(:ids AS uuid[]), cast(:versions AS bigint[]), cast(:digests AS text[]))
         AS new (citizen_id, version, digest)
    WHERE overview_versions.citizen_id = new.citizen_id
""")
_WRITE = text("""
    INSERT INTO overviews (citizen_id, version, sources, document, updated_at)
    SELECT citizen_id, version, string_to_array(sources, E'\\x1f'), document, :now
    FROM ROWS FROM (unnest(cast(:ids AS uuid[]), cast(:versions AS bigint[]), cast(:sources AS text[])),
                    jsonb_array_elements(cast(:documents AS jsonb)))
         AS new (citizen_id, version, sources, document)
    ON CONFLICT (citizen_id)
    DO UPDATE SET version = excluded.version, sources = excluded.sources, document = excluded.document,
                  updated_at = excluded.updated_at
""")
_REMOVE = text("DELETE FROM overviews WHERE citizen_id = ANY(:ids)")
INSERT_OUTBOX = text("""
    INSERT INTO overview_outbox (citizen_id, version, removed, created_at)
    SELECT citizen_id, version, removed, :now
    FROM unnest(cast(:ids AS uuid[]), cast(:versions AS bigint[]), cast(:removed AS boolean[]))
         AS new (citizen_id, version, removed)
""")
_MARK_DUE = text("""
    INSERT INTO overview_due (citizen_id, since, failed_since)
    SELECT unnest(cast(:ids AS uuid[])), :since, cast(:failed_since AS timestamptz)
    ON CONFLICT (citizen_id) DO UPDATE SET
        since = least(overview_due.since, excluded.since),
        failed_since = coalesce(overview_due.failed_since, excluded.failed_since)
""")
_TAKE_DUE = text("""
    DELETE FROM overview_due WHERE citizen_id = ANY(ARRAY(
        SELECT citizen_id FROM overview_due WHERE since <= :until
        ORDER BY since, citizen_id LIMIT :limit FOR UPDATE SKIP LOCKED))
    RETURNING citizen_id, failed_since
""")
_DUE = text("""
    SELECT count(*) FILTER (WHERE failed_since IS NULL) AS waiting,
           min(since) FILTER (WHERE failed_since IS NULL) AS waiting_since,
           count(failed_since) AS failed, min(failed_since) AS failed_since
    FROM overview_due
""")
_DROP_UNITS = text("DELETE FROM overview_units WHERE citizen_id = ANY(:ids)")
_ADD_UNITS = text("""
    INSERT INTO overview_units (citizen_id, unit_id, area, valid_from, valid_to)
    SELECT * FROM unnest(cast(:ids AS uuid[]), cast(:units AS text[]), cast(:areas AS text[]),
                         cast(:starts AS date[]), cast(:ends AS date[]))
""")
_CURRENT = text("""
    SELECT citizen_id, v.version, cast(o.document AS text) AS document
    FROM overview_versions v LEFT JOIN overviews o USING (citizen_id)
    WHERE citizen_id = ANY(:ids)
""")
_GUARDED = text("SELECT citizen_id FROM overview_facts(:on) WHERE citizen_id = ANY(:ids) AND name_address_protected")
_UNTOLD = text("""
    SELECT id, citizen_id, version, removed, created_at FROM overview_outbox
    ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
""")
_WAITING = text("SELECT count(*) FROM overview_outbox")
_IS_SETTLED = text("""
    SELECT EXISTS (SELECT FROM overviews WHERE citizen_id = :id AND version = :version)
       AND NOT EXISTS (SELECT FROM overview_due WHERE citizen_id = :id)
""")
_UNTOLD_OF = text("SELECT DISTINCT citizen_id FROM overview_outbox WHERE citizen_id = ANY(:ids)")
_TOLD = text("DELETE FROM overview_outbox WHERE id = ANY(:ids)")
_TALLY = text("""
    SELECT source, left(citizen_id::text, :digits) AS bucket, count(*) AS citizens, sum(version)::bigint AS versions
    FROM overviews CROSS JOIN LATERAL unnest(array_prepend('', sources)) AS s (source)
    GROUP BY 1, 2
""")
_VERSIONS = text("SELECT citizen_id, version FROM overviews WHERE citizen_id BETWEEN :first AND :last")
_PAGE = text("""
    SELECT citizen_id, cast(document AS text) AS document FROM overviews
    WHERE citizen_id > :after ORDER BY citizen_id LIMIT :limit
""")
_COUNT = text("SELECT count(*) FROM overviews")
_OUTGROW = text("""
    WITH new AS (
        SELECT * FROM unnest(cast(:ids AS uuid[]), cast(:versions AS bigint[])) AS n (citizen_id, version)
    ), kept AS (
        UPDATE overview_versions v SET version = new.version FROM new
        WHERE v.citizen_id = new.citizen_id AND v.version < new.version RETURNING v.citizen_id, v.version
    )
    UPDATE overviews o SET version = kept.version, document = jsonb_set(document, '{version}', to_jsonb(kept.version))
    FROM kept WHERE o.citizen_id = kept.citizen_id
""")
_SAVE_COMPARISON = text("""
    INSERT INTO index_comparisons (source, compared_at, in_store, in_index, is_equal, repaired_at, repaired)
    SELECT source, :at, in_store, in_index, is_equal,
           CASE WHEN :repaired > 0 THEN cast(:at AS timestamptz) END, :repaired
    FROM unnest(cast(:sources AS text[]), cast(:in_store AS bigint[]), cast(:in_index AS bigint[]),
                cast(:is_equal AS boolean[])) AS n (source, in_store, in_index, is_equal)
    ON CONFLICT (source) DO UPDATE SET
        compared_at = excluded.compared_at, in_store = excluded.in_store, in_index = excluded.in_index,
        is_equal = excluded.is_equal, repaired_at = coalesce(excluded.repaired_at, index_comparisons.repaired_at),
        repaired = CASE WHEN excluded.repaired > 0 THEN excluded.repaired ELSE index_comparisons.repaired END
""")


class Kept(NamedTuple):
    """What is remembered of a citizen's overview, also when there is none now."""

    version: int
    digest: str


class Due(NamedTuple):
    """How many overviews are still to be built, and since when the first of them is."""

    waiting: int
    waiting_since: datetime | None
    failed: int
    """Those that could not be built, apart from those that wait; they are tried again and again."""
    failed_since: datetime | None


class Written(NamedTuple):
    """A new version to store."""

    citizen_id: UUID
    version: int
    digest: str
    overview: Overview | None
    document: str
    """The overview as JSON; empty when there is none."""


class Stored(NamedTuple):
    """Version and JSON of an overview; no JSON for a citizen who has none any more."""

    version: int
    document: str | None


class Comparison(SourceTally):
    """What the last comparison of index and store found."""

    compared_at: Instant
    repaired_at: Instant | None = None
    """When something that had drifted was last brought again. None: never."""
    repaired: int = 0
    """How many citizens it was then, over all sources."""


class OutboxEntry(Schema):
    """A change the bus does not know of yet."""

    id: int
    citizen_id: UUID
    version: int
    removed: bool
    created_at: Instant


def lock(session: Session, citizen_ids: Collection[UUID]) -> dict[UUID, Kept]:
    """Hold the overviews of these citizens until the transaction ends, always in the order of their ids."""
    ids = sorted(citizen_ids)
    session.execute(_ADD, {"ids": ids})
    return {row.citizen_id: Kept(row.version, row.digest) for row in session.execute(_LOCK, {"ids": ids})}


def mark_due(
    session: Session, citizen_ids: Collection[UUID], since: datetime, failed_since: datetime | None = None
) -> None:
    """Note that these overviews are to be built anew, and since when they could not be.

    Always writes to the row, also where there is one: so a mark waits for whoever is just building that overview, and
    is not deleted with the one it came after.
    """
    if citizen_ids:
        session.execute(_MARK_DUE, {"ids": sorted(citizen_ids), "since": since, "failed_since": failed_since})


def take_due(session: Session, until: datetime, limit: int) -> dict[UUID, datetime | None]:
    """Take citizens that have been due since *until* or longer; what others are taking or marking is passed by.

    With each comes since when the overview could not be built; the row that said so is gone.

    Whatever was stored before the marks was committed with them, so every later statement of the transaction sees it.
    """
    rows = session.execute(_TAKE_DUE, {"until": until, "limit": limit})
    return {row.citizen_id: row.failed_since for row in rows}


def due(session: Session) -> Due:
    """How many overviews are still to be built."""
    return Due(*session.execute(_DUE).one())


def is_settled(session: Session, citizen_id: UUID, version: int) -> bool:
    """Whether the overview still has this version, and no record has come that it was not built from."""
    return bool(session.scalar(_IS_SETTLED, {"id": citizen_id, "version": version}))


def write(session: Session, written: Sequence[Written], now: datetime) -> None:
    """Store new versions with their units, and note that others must be told."""
    if not written:
        return
    ids = [one.citizen_id for one in written]
    versions = [one.version for one in written]
    session.execute(_COUNT_UP, {"ids": ids, "versions": versions, "digests": [one.digest for one in written]})
    there = [one for one in written if one.overview is not None]
    documents = {
        "ids": [one.citizen_id for one in there],
        "versions": [one.version for one in there],
        "sources": ["\x1f".join(sources_of(one.overview)) for one in there if one.overview is not None],
        # One JSON text and not an array of texts: the driver would escape every quotation mark by itself.
        "documents": "[" + ",".join(one.document for one in there) + "]",
    }
    session.execute(_WRITE, {**documents, "now": now})
    removed = [one.overview is None for one in written]
    session.execute(_REMOVE, {"ids": [one.citizen_id for one in written if one.overview is None]})
    session.execute(INSERT_OUTBOX, {"ids": ids, "versions": versions, "removed": removed, "now": now})
    _replace_units(session, ids, [one.overview for one in there if one.overview is not None])


def current(session: Session, citizen_ids: Iterable[UUID]) -> dict[UUID, tuple[int, Overview | None]]:
    """Version and overview of these citizens; None for those without one any more."""
    return {
        citizen_id: (one.version, Overview.model_validate_json(one.document) if one.document is not None else None)
        for citizen_id, one in stored(session, citizen_ids).items()
    }


def stored(session: Session, citizen_ids: Iterable[UUID]) -> dict[UUID, Stored]:
    """The same as it stands, unread."""
    rows = session.execute(_CURRENT, {"ids": sorted(set(citizen_ids))})
    return {row.citizen_id: Stored(row.version, row.document) for row in rows}


def guarded(session: Session, citizen_ids: Collection[UUID], on: date) -> frozenset[UUID]:
    """Which of these citizens are protected on that day, or live with somebody who is."""
    if not citizen_ids:
        return frozenset()
    rows = fetch_rows(session, _GUARDED, {"ids": list(citizen_ids), "on": on})
    return frozenset(row["citizen_id"] for row in rows)


def untold(session: Session, limit: int) -> list[OutboxEntry]:
    """The oldest changes the bus does not know of, held until the transaction ends; other relays pass them by."""
    return [
        OutboxEntry(
            id=row.id, citizen_id=row.citizen_id, version=row.version, removed=row.removed, created_at=row.created_at
        )
        for row in session.execute(_UNTOLD, {"limit": limit})
    ]


def count_outbox(session: Session) -> int:
    """How many changes the bus does not know of."""
    return session.scalar(_WAITING) or 0


def untold_of(session: Session, citizen_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of these citizens with a change the bus does not know of."""
    if not citizen_ids:
        return frozenset()
    return frozenset(session.scalars(_UNTOLD_OF, {"ids": list(citizen_ids)}))


def delete_published(session: Session, ids: Sequence[int]) -> None:
    """Delete what has been published."""
    session.execute(_TOLD, {"ids": list(ids)})


def tally(session: Session) -> Tallies:
    """Citizens and sums of versions by source and bucket; what ``SearchIndex.tally`` gives of the index."""
    found: dict[str, dict[str, Tally]] = {ALL: {}}
    for row in session.execute(_TALLY, {"digits": BUCKET}):
        found.setdefault(row.source, {})[row.bucket] = Tally(citizens=row.citizens, versions=row.versions)
    return found


def versions(session: Session, bucket: str) -> dict[UUID, int]:
    """Version of every overview in a bucket."""
    within = {"first": UUID(bucket.ljust(32, "0")), "last": UUID(bucket.ljust(32, "f"))}
    return {row.citizen_id: row.version for row in session.execute(_VERSIONS, within)}


def page(session: Session, after: UUID, limit: int) -> list[tuple[UUID, str]]:
    """The next overviews in the order of their citizens, as they stand."""
    rows = session.execute(_PAGE, {"after": after, "limit": limit})
    return [(row.citizen_id, row.document) for row in rows]


def count(session: Session) -> int:
    """How many citizens have an overview."""
    return session.scalar(_COUNT) or 0


def outgrow(session: Session, new: Mapping[UUID, int]) -> None:
    """Raise versions, and leave what the overviews say: something outside has seen greater ones."""
    if new:
        session.execute(_OUTGROW, {"ids": list(new), "versions": list(new.values())})


def save_comparison(session: Session, sources: Sequence[SourceTally], repaired: int, at: datetime) -> None:
    """Keep what a comparison found, and how many citizens were brought again after it."""
    session.execute(
        _SAVE_COMPARISON,
        {
            "at": at,
            "repaired": repaired,
            "sources": [one.source for one in sources],
            "in_store": [one.in_store for one in sources],
            "in_index": [one.in_index for one in sources],
            "is_equal": [one.is_equal for one in sources],
        },
    )


def comparisons(session: Session) -> dict[str, Comparison]:
    """The last comparison of each source, and of all together (``""``)."""
    rows = session.execute(text("SELECT * FROM index_comparisons")).mappings()
    return {row["source"]: Comparison.model_validate(dict(row)) for row in rows}


def _replace_units(session: Session, citizen_ids: Sequence[UUID], overviews: Sequence[Overview]) -> None:
    session.execute(_DROP_UNITS, {"ids": list(citizen_ids)})
    rows = [(overview.citizen_id, *unit) for overview in overviews for unit in units_of(overview)]
    if not rows:
        return
    ids, units, areas, periods = zip(*rows, strict=True)
    columns = {
        "ids": list(ids),
        "units": list(units),
        "areas": [area.value for area in areas],
        "starts": [period.start for period in periods],
        "ends": [period.end for period in periods],
    }
    session.execute(_ADD_UNITS, columns)
