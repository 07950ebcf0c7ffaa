"""Every statement on the tables of overview. Batches go in and come out as arrays, one statement a batch."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.overview.indexing import units_of
from schemas.base import Instant, Schema
from schemas.overview import Overview

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
    INSERT INTO overviews (citizen_id, version, document, updated_at)
    SELECT citizen_id, version, document, :now
    FROM ROWS FROM (unnest(cast(:ids AS uuid[]), cast(:versions AS bigint[])),
                    jsonb_array_elements(cast(:documents AS jsonb)))
         AS new (citizen_id, version, document)
    ON CONFLICT (citizen_id)
    DO UPDATE SET version = excluded.version, document = excluded.document, updated_at = excluded.updated_at
""")
_REMOVE = text("DELETE FROM overviews WHERE citizen_id = ANY(:ids)")
_TELL = text("""
    INSERT INTO overview_outbox (citizen_id, version, removed, created_at)
    SELECT citizen_id, version, removed, :now
    FROM unnest(cast(:ids AS uuid[]), cast(:versions AS bigint[]), cast(:removed AS boolean[]))
         AS new (citizen_id, version, removed)
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
GUARDED = """(
    coalesce((o.document #>> '{header,person,name_address_protected}')::boolean, false)
    OR EXISTS (
      SELECT 1 FROM jsonb_array_elements(o.document #> '{header,relatives}') r
      JOIN overviews other ON other.citizen_id = (r ->> 'citizen_id')::uuid
      WHERE (other.document #>> '{header,person,name_address_protected}')::boolean
        AND ((r ->> 'shares_household')::boolean
             OR r ->> 'shares_household' IS NULL AND r ->> 'relation' IN ('parent', 'child', 'partner'))
        AND (r #>> '{valid,end}' IS NULL OR :on < (r #>> '{valid,end}')::date)
    )
)"""
"""Whether the citizen of overview ``o`` is protected, or lives with somebody who is: a child's address is its mother's.

What no source says about a parent's, child's or partner's household is read as living together. The only statement
about two citizens at once; so it is asked when a page is opened, and never stored in either overview.
"""

_GUARDED = text(f"SELECT o.citizen_id FROM overviews o WHERE o.citizen_id = ANY(:ids) AND {GUARDED}")  # noqa: S608  a constant; every value is a parameter
_UNTOLD = text("""
    SELECT id, citizen_id, version, removed, created_at FROM overview_outbox
    ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
""")
_TOLD = text("DELETE FROM overview_outbox WHERE id = ANY(:ids)")


class Kept(NamedTuple):
    """What is remembered of a citizen's overview, also when there is none now."""

    version: int
    digest: str


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


class Untold(Schema):
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
        # One JSON text and not an array of texts: the driver would escape every quotation mark by itself.
        "documents": "[" + ",".join(one.document for one in there) + "]",
    }
    session.execute(_WRITE, {**documents, "now": now})
    removed = [one.overview is None for one in written]
    session.execute(_REMOVE, {"ids": [one.citizen_id for one in written if one.overview is None]})
    session.execute(_TELL, {"ids": ids, "versions": versions, "removed": removed, "now": now})
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
    """Which of these citizens are protected on that day, or live with somebody who is (see ``GUARDED``)."""
    return frozenset(session.scalars(_GUARDED, {"ids": list(citizen_ids), "on": on})) if citizen_ids else frozenset()


def untold(session: Session, limit: int) -> list[Untold]:
    """The oldest changes the bus does not know of, held until the transaction ends; other relays pass them by."""
    return [
        Untold(
            id=row.id, citizen_id=row.citizen_id, version=row.version, removed=row.removed, created_at=row.created_at
        )
        for row in session.execute(_UNTOLD, {"limit": limit})
    ]


def forget_told(session: Session, ids: Sequence[int]) -> None:
    """Delete what has been published."""
    session.execute(_TOLD, {"ids": list(ids)})


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
