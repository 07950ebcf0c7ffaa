"""Every statement on the tables of overview. A batch goes in and out as arrays, in one statement."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import Database, fetch_rows, run_batch
from hub.overview.columns import sources_of, units_of, workers_of
from schemas.overview import CitizenHeader, IdentityState, Overview
from search.base import Tallies, tallies

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
    INSERT INTO overviews (citizen_id, version, sources, people, search_document, search_mark, document, updated_at)
    SELECT citizen_id, version, string_to_array(sources, E'\\x1f'), cast(people AS uuid[]), search_document, mark,
           document, :now
    FROM ROWS FROM (unnest(cast(:ids AS uuid[]), cast(:versions AS bigint[]), cast(:sources AS text[]),
                           cast(:people AS text[]), cast(:prepared AS text[]), cast(:marks AS text[])),
                    jsonb_array_elements(cast(:documents AS jsonb)))
         AS new (citizen_id, version, sources, people, search_document, mark, document)
    ON CONFLICT (citizen_id)
    DO UPDATE SET version = excluded.version, sources = excluded.sources, document = excluded.document,
                  people = excluded.people, search_document = excluded.search_document,
                  search_mark = excluded.search_mark, updated_at = excluded.updated_at
""")
_REMOVE = text("DELETE FROM overviews WHERE citizen_id = ANY(:ids)")
_MARK_DUE = text("""
    INSERT INTO overview_due (citizen_id, since, failed_since)
    SELECT unnest(cast(:ids AS uuid[])), :since, cast(:failed_since AS timestamptz)
    ON CONFLICT (citizen_id) DO UPDATE SET
        since = least(overview_due.since, excluded.since),
        failed_since = coalesce(overview_due.failed_since, excluded.failed_since)
""")
_FIRST_DUE = text("SELECT citizen_id FROM overview_due WHERE since <= :until ORDER BY since LIMIT 1")
_TAKE_DUE = text("""
    DELETE FROM overview_due WHERE citizen_id = ANY(ARRAY(
        SELECT citizen_id FROM overview_due WHERE since <= :until
        ORDER BY since, citizen_id LIMIT :limit FOR UPDATE SKIP LOCKED))
    RETURNING citizen_id, failed_since
""")
_DUE = text("""
    SELECT count(*) FILTER (WHERE failed_since IS NULL) AS waiting,
           min(since) FILTER (WHERE failed_since IS NULL) AS waiting_since,
           count(failed_since) AS failed, min(failed_since) AS failed_since,
           max(since) FILTER (WHERE failed_since IS NULL) AS newest_since
    FROM overview_due
""")
_DROP_UNITS = text("DELETE FROM overview_units WHERE citizen_id = ANY(:ids)")
_ADD_UNITS = text("""
    INSERT INTO overview_units (citizen_id, unit_id, area, relation, valid_from, valid_to)
    SELECT * FROM unnest(cast(:ids AS uuid[]), cast(:units AS text[]), cast(:areas AS text[]),
                         cast(:relations AS text[]), cast(:starts AS date[]), cast(:ends AS date[]))
""")
_DROP_WORKERS = text("DELETE FROM overview_workers WHERE citizen_id = ANY(:ids)")
_ADD_WORKERS = text("""
    INSERT INTO overview_workers (citizen_id, worker_id, area, valid_from, valid_to)
    SELECT * FROM unnest(cast(:ids AS uuid[]), cast(:workers AS text[]), cast(:areas AS text[]),
                         cast(:starts AS date[]), cast(:ends AS date[]))
""")
_CURRENT = text("""
    SELECT citizen_id, v.version, cast(o.document AS text) AS document
    FROM overview_versions v LEFT JOIN overviews o USING (citizen_id)
    WHERE citizen_id = ANY(:ids)
""")
_HEADERS = text("""
    SELECT citizen_id, cast(document -> 'header' AS text) AS header FROM overviews
    WHERE citizen_id = ANY(:ids)
""")
_DIFFERENTLY_STATED = text("""
    SELECT citizen_id, cast(document -> 'header' AS text) AS header FROM overviews
    WHERE citizen_id = ANY(:ids) AND document #> '{header,stated_identities}' <> '[]'
""")
_GUARDED = text("SELECT citizen_id FROM overview_facts(:on) WHERE citizen_id = ANY(:ids) AND name_address_protected")
_SETTLED = text("""
    SELECT o.citizen_id
    FROM unnest(cast(:ids AS uuid[]), cast(:versions AS bigint[])) AS shown (citizen_id, version)
    JOIN overviews o ON o.citizen_id = shown.citizen_id AND o.version = shown.version
    WHERE NOT EXISTS (SELECT FROM overview_due d WHERE d.citizen_id = o.citizen_id)
""")
_TALLY = text("""
    SELECT get_byte(uuid_send(citizen_id), 0), sources, count(*), sum(version)::bigint FROM overviews GROUP BY 1, 2
""")
_VERSIONS = text("SELECT citizen_id, version FROM overviews WHERE citizen_id BETWEEN :first AND :last")
_NEXT = text("SELECT citizen_id FROM overviews WHERE citizen_id > :after ORDER BY citizen_id LIMIT :limit")
_COUNT = text("SELECT count(*) FROM overviews")
_RAISE_VERSIONS = text("""
    WITH new AS (
        SELECT * FROM unnest(cast(:ids AS uuid[]), cast(:versions AS bigint[])) AS n (citizen_id, version)
    ), raised AS (
        UPDATE overview_versions v SET version = new.version FROM new
        WHERE v.citizen_id = new.citizen_id AND v.version < new.version RETURNING v.citizen_id, v.version
    )
    UPDATE overviews o
    SET version = raised.version, document = jsonb_set(document, '{version}', to_jsonb(raised.version))
    FROM raised WHERE o.citizen_id = raised.citizen_id
""")


class VersionState(NamedTuple):
    """Newest version and digest of a citizen's overview; they are kept also when there is no overview any more."""

    version: int
    digest: str


class Due(NamedTuple):
    """How many overviews are still to be built, and since when the first of them is."""

    waiting: int
    waiting_since: datetime | None
    failed: int
    """Those that could not be built, apart from those that wait; they are tried again and again."""
    failed_since: datetime | None
    newest_since: datetime | None = None
    """Since when the last of those that wait does."""


class NewOverview(NamedTuple):
    """A new version to store."""

    citizen_id: UUID
    version: int
    digest: str
    overview: Overview | None
    document: str
    """The overview as JSON; empty when there is none."""
    prepared: str | None = None
    """The search document as text, without the page."""


class StoredDocument(NamedTuple):
    """Version and JSON of an overview; no JSON for a citizen who has none any more."""

    version: int
    document: str | None


def lock(session: Session, citizen_ids: Collection[UUID]) -> dict[UUID, VersionState]:
    """Hold the overviews of these citizens until the transaction ends, always in the order of their ids."""
    ids = sorted(citizen_ids)
    run_batch(session, _ADD, {"ids": ids})
    return {citizen_id: VersionState(*state) for citizen_id, *state in run_batch(session, _LOCK, {"ids": ids})}


def mark_due(
    session: Session, citizen_ids: Collection[UUID], since: datetime, failed_since: datetime | None = None
) -> None:
    """Mark these overviews as due, and since when building them has failed.

    Always writes to the row, also where there is one: so a mark waits for a worker that is building that overview, and
    is not deleted with the mark before it.
    """
    if citizen_ids:
        run_batch(session, _MARK_DUE, {"ids": sorted(citizen_ids), "since": since, "failed_since": failed_since})


def take_due(session: Session, until: datetime, limit: int) -> dict[UUID, datetime | None]:
    """Take citizens that have been due since *until* or longer; rows that other workers hold are skipped.

    With each comes since when the overview could not be built; the row that said so is gone.

    Whatever was stored before the marks was committed with them, so every later statement of the transaction sees it.
    """
    rows = fetch_rows(session, _TAKE_DUE, {"until": until, "limit": limit})
    return {row["citizen_id"]: row["failed_since"] for row in rows}


def is_anything_due(database: Database, until: datetime) -> bool:
    """Whether ``take_due`` would find a citizen, unless another worker has taken it."""
    return bool(database.look(_FIRST_DUE, {"until": until}))


def due(session: Session) -> Due:
    """How many overviews are still to be built."""
    return Due(*session.execute(_DUE).one())


def settled_among(session: Session, versions: Mapping[UUID, int]) -> frozenset[UUID]:
    """Those whose overview still has this version, and of whom no record has come that it was not built from."""
    if not versions:
        return frozenset()
    parameters = {"ids": list(versions), "versions": list(versions.values())}
    return frozenset(session.scalars(_SETTLED, parameters))


def write(session: Session, overviews: Sequence[NewOverview], now: datetime, shape: str = "") -> None:
    """Store new versions with their units, named workers and search documents, which have that *shape*; empty: none."""
    if not overviews:
        return
    ids = [overview.citizen_id for overview in overviews]
    numbers = [overview.version for overview in overviews]
    digests = [overview.digest for overview in overviews]
    run_batch(session, _COUNT_UP, {"ids": ids, "versions": numbers, "digests": digests})
    present = [(overview, overview.overview) for overview in overviews if overview.overview is not None]
    documents = {
        "ids": [new.citizen_id for new, _ in present],
        "versions": [new.version for new, _ in present],
        "sources": ["\x1f".join(sources_of(overview)) for _, overview in present],
        "people": [_array(overview.people) for _, overview in present],
        "prepared": [new.prepared for new, _ in present],
        "marks": [f"{shape}.{new.digest}" if shape else "" for new, _ in present],
        # One JSON text and not an array of texts: the driver would escape every quotation mark by itself.
        "documents": "[" + ",".join(new.document for new, _ in present) + "]",
    }
    run_batch(session, _WRITE, {**documents, "now": now})
    run_batch(session, _REMOVE, {"ids": [new.citizen_id for new in overviews if new.overview is None]})
    _replace_units(session, ids, [overview for _, overview in present])
    _replace_workers(session, ids, [overview for _, overview in present])


def current(session: Session, citizen_ids: Iterable[UUID]) -> dict[UUID, tuple[int, Overview | None]]:
    """Version and overview of these citizens; None for those without one any more."""
    return {
        citizen_id: (row.version, Overview.model_validate_json(row.document) if row.document is not None else None)
        for citizen_id, row in stored(session, citizen_ids).items()
    }


def stored(session: Session, citizen_ids: Iterable[UUID]) -> dict[UUID, StoredDocument]:
    """Version and document of these citizens, as JSON."""
    rows = fetch_rows(session, _CURRENT, {"ids": sorted(set(citizen_ids))})
    return {row["citizen_id"]: StoredDocument(row["version"], row["document"]) for row in rows}


def headers(session: Session, citizen_ids: Iterable[UUID]) -> dict[UUID, CitizenHeader]:
    """Who these citizens are, uncut."""
    rows = session.execute(_HEADERS, {"ids": sorted(set(citizen_ids))})
    return {row.citizen_id: CitizenHeader.model_validate_json(row.header) for row in rows}


def identities(session: Session, citizen_ids: Iterable[UUID]) -> dict[UUID, IdentityState]:
    """Those of these citizens on whose name or birth date the sources disagree, and whether that is settled."""
    rows = session.execute(_DIFFERENTLY_STATED, {"ids": sorted(set(citizen_ids))})
    return {row.citizen_id: CitizenHeader.model_validate_json(row.header).identity for row in rows}


def guarded(session: Session, citizen_ids: Collection[UUID], on: date) -> frozenset[UUID]:
    """Which of these citizens are protected on that day, or live with somebody who is."""
    if not citizen_ids:
        return frozenset()
    rows = fetch_rows(session, _GUARDED, {"ids": list(citizen_ids), "on": on})
    return frozenset(row["citizen_id"] for row in rows)


def tally(session: Session) -> Tallies:
    """Citizens and sums of versions by source and bucket; ``SearchIndex.tally`` gives the same of the index."""
    return tallies(session.execute(_TALLY))


def versions(session: Session, bucket: str) -> dict[UUID, int]:
    """Version of every overview in a bucket."""
    within = {"first": UUID(bucket.ljust(32, "0")), "last": UUID(bucket.ljust(32, "f"))}
    return {row.citizen_id: row.version for row in session.execute(_VERSIONS, within)}


def next_citizens(session: Session, after: UUID, limit: int) -> Sequence[UUID]:
    """The next citizens with an overview, in the order of their ids."""
    return session.scalars(_NEXT, {"after": after, "limit": limit}).all()


def count(session: Session) -> int:
    """How many citizens have an overview."""
    return session.scalar(_COUNT) or 0


def raise_versions(session: Session, new: Mapping[UUID, int]) -> None:
    """Raise versions without changing the content: the search index has seen greater ones."""
    if new:
        session.execute(_RAISE_VERSIONS, {"ids": list(new), "versions": list(new.values())})


def raise_from(session: Session, versions: Mapping[UUID, int]) -> None:
    """Raise by one the versions of those citizens who still have the version given for each."""
    if versions:
        current = lock(session, versions)
        raise_versions(
            session, {key: version + 1 for key, version in versions.items() if current[key].version == version}
        )


def _array(ids: Iterable[UUID]) -> str:
    return f"{{{','.join(map(str, ids))}}}"


def _replace_units(session: Session, citizen_ids: Sequence[UUID], overviews: Sequence[Overview]) -> None:
    run_batch(session, _DROP_UNITS, {"ids": list(citizen_ids)})
    rows = [(overview.citizen_id, unit) for overview in overviews for unit in units_of(overview)]
    if rows:
        columns = {
            "ids": [citizen_id for citizen_id, _ in rows],
            "units": [unit.unit_id for _, unit in rows],
            "areas": [unit.area.value for _, unit in rows],
            "relations": [unit.relation.value for _, unit in rows],
            "starts": [unit.valid.start for _, unit in rows],
            "ends": [unit.valid.end for _, unit in rows],
        }
        run_batch(session, _ADD_UNITS, columns)


def _replace_workers(session: Session, citizen_ids: Sequence[UUID], overviews: Sequence[Overview]) -> None:
    run_batch(session, _DROP_WORKERS, {"ids": list(citizen_ids)})
    rows = [(overview.citizen_id, worker) for overview in overviews for worker in workers_of(overview)]
    if rows:
        columns = {
            "ids": [citizen_id for citizen_id, _ in rows],
            "workers": [worker.worker_id for _, worker in rows],
            "areas": [worker.area.value for _, worker in rows],
            "starts": [worker.valid.start for _, worker in rows],
            "ends": [worker.valid.end for _, worker in rows],
        }
        run_batch(session, _ADD_WORKERS, columns)
