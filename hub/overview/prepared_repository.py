"""Every statement on what is kept beside an overview for the search index."""

from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import fetch_rows

# OFFSET 0: else the numbers would be taken out of the document each time it is read, and the document unpacked.
_INDEXABLE = text("""
    SELECT citizen_id, v.version, o.citizen_id IS NOT NULL AS is_there, o.search_document,
           o.search_mark = :shape || '.' || v.digest AS is_current,
           CASE WHEN o.search_mark = :shape || '.' || v.digest AND o.search_document IS NOT NULL THEN (
               SELECT cast(CASE WHEN without #> '{header,person,replaces}' <> '[]'
                                THEN without #- '{header,person,replaces}' ELSE without END AS text)
               FROM (SELECT jsonb_set(o.document, '{header,identifiers}', '[]') AS without OFFSET 0) numbers
           ) END AS page
    FROM overview_versions v LEFT JOIN overviews o USING (citizen_id)
    WHERE citizen_id = ANY(:ids)
""")
# A document that is prepared is of somebody who is not protected. So whoever is guarded has, on their page, somebody
# without one: themselves or a relative. That is known without reading anybody's page.
_PERHAPS_GUARDED = text("""
    WITH shown AS MATERIALIZED (
        SELECT o.citizen_id, p.person FROM overviews o CROSS JOIN unnest(o.people || o.citizen_id) p (person)
        WHERE o.citizen_id = ANY(:ids)
    ), near AS MATERIALIZED (
        SELECT o.citizen_id AS person, p.person AS relative
        FROM overviews o CROSS JOIN unnest(o.people || o.citizen_id) p (person)
        WHERE o.citizen_id = ANY(ARRAY(SELECT DISTINCT person FROM shown))
    ), unprepared AS MATERIALIZED (
        SELECT citizen_id FROM overviews o JOIN overview_versions v USING (citizen_id)
        WHERE citizen_id = ANY(ARRAY(SELECT DISTINCT relative FROM near))
          AND (o.search_document IS NULL OR o.search_mark <> :shape || '.' || v.digest)
    )
    SELECT citizen_id, array_agg(person) AS people FROM shown GROUP BY citizen_id HAVING bool_or(person IN (
        SELECT person FROM near WHERE relative IN (SELECT citizen_id FROM unprepared)))
""")
_SAVE_PREPARED = text("""
    WITH free AS (
        SELECT o.citizen_id, v.digest FROM overviews o JOIN overview_versions v USING (citizen_id, version)
        JOIN unnest(cast(:ids AS uuid[]), cast(:versions AS bigint[])) AS made (citizen_id, version)
          ON made.citizen_id = o.citizen_id AND made.version = o.version
        FOR NO KEY UPDATE OF o SKIP LOCKED
    )
    UPDATE overviews o SET people = cast(new.people AS uuid[]), search_document = new.prepared,
                           search_mark = :shape || '.' || free.digest
    FROM unnest(cast(:ids AS uuid[]), cast(:people AS text[]), cast(:prepared AS text[]))
         AS new (citizen_id, people, prepared) JOIN free ON free.citizen_id = new.citizen_id
    WHERE o.citizen_id = new.citizen_id
""")


class Prepared(NamedTuple):
    """What is kept beside an overview for the search index."""

    version: int
    people: frozenset[UUID]
    """Whom the page speaks of, the citizen among them."""
    text: str | None
    """The search document without the page; None: it is made when it is sent."""


class Indexable(NamedTuple):
    """What the search index needs of a citizen."""

    version: int
    is_there: bool
    """False for a citizen who has no overview any more."""
    is_current: bool
    """Whether what follows was made in the shape that was asked for."""
    prepared: str | None
    page: str | None
    """The overview without the citizen's numbers, as JSON, where the document is prepared."""


def indexable(session: Session, citizen_ids: Iterable[UUID], shape: str) -> dict[UUID, Indexable]:
    """What the search index needs of these citizens, with the documents that were prepared in that shape."""
    rows = fetch_rows(session, _INDEXABLE, {"ids": sorted(set(citizen_ids)), "shape": shape})
    return {
        row["citizen_id"]: Indexable(
            version=row["version"],
            is_there=row["is_there"],
            is_current=bool(row["is_current"]),
            prepared=row["search_document"],
            page=row["page"],
        )
        for row in rows
    }


def perhaps_guarded(session: Session, citizen_ids: Collection[UUID], shape: str) -> dict[UUID, frozenset[UUID]]:
    """Those of these citizens whose page may speak of somebody guarded, each with whom it speaks of.

    Judged by the documents that are prepared, in *shape*. Of all others it is sure that it does not, whatever the day.
    """
    rows = fetch_rows(session, _PERHAPS_GUARDED, {"ids": list(citizen_ids), "shape": shape})
    return {row["citizen_id"]: frozenset(row["people"]) for row in rows}


def save_prepared(session: Session, prepared: Mapping[UUID, Prepared], shape: str) -> None:
    """Keep search documents beside the overviews, where those still have the version they were made of.

    An overview that somebody is writing is passed by: waiting for it, two could wait for each other.
    """
    if not prepared:
        return
    ids = sorted(prepared)
    columns = {
        "ids": ids,
        "versions": [prepared[each].version for each in ids],
        "people": [f"{{{','.join(map(str, prepared[each].people))}}}" for each in ids],
        "prepared": [prepared[each].text for each in ids],
    }
    session.execute(_SAVE_PREPARED, {**columns, "shape": shape})
