"""Fill the store and the index in PostgreSQL with many citizens, by copying those they have."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.context import AppContext
from hub.indexing.comparison import compare, repair
from hub.indexing.reindex import reindex
from hub.overview.repository import count
from tests.bench.ground import Ground

_KEY = "md5({column}::text || ':' || k)::uuid"
_WORD = "{column} || '-' || k"
_DIGEST = "md5({column} || k) || md5(k || {column})"
_DOCUMENT = "jsonb_set(document, '{{citizen_id}}', to_jsonb(md5(citizen_id::text || ':' || k)::uuid))"
_COPIED: dict[str, dict[str, str]] = {
    "citizens": {"id": _KEY},
    "citizen_identifiers": {"value": _WORD, "digest": _DIGEST, "citizen_id": _KEY},
    "record_entities": {"id": _KEY, "source_id": _WORD},
    "records": {"id": _KEY, "entity_id": _KEY},
    "identity_claims": {"record_id": _KEY, "value": _WORD},
    "record_parties": {"record_id": _KEY, "citizen_id": _KEY},
    "party_identifiers": {"record_id": _KEY, "value": _WORD},
    "overview_versions": {"citizen_id": _KEY},
    "overviews": {"citizen_id": _KEY, "document": _DOCUMENT},
    "overview_units": {"citizen_id": _KEY},
    "overview_workers": {"citizen_id": _KEY},
    "search.documents": {
        "citizen_id": _KEY,
        "document": _DOCUMENT,
        "overview": "replace(overview, citizen_id::text, {key}::text)".format(key=_KEY.format(column="citizen_id")),
    },
    "search.names": {"citizen_id": _KEY},
    "search.area_names": {"citizen_id": _KEY},
    "search.digests": {"citizen_id": _KEY, "digest": _DIGEST},
    "search.entries": {"citizen_id": _KEY},
    "search.unit_grants": {"citizen_id": _KEY},
}
"""Tables that grow with the citizens, and what of a copy differs from its original."""


def fill(ground: Ground, citizens: int) -> int:
    """Copy until there are about so many citizens; returns how many. The index in PostgreSQL has them too then."""
    context = ground.embedded
    repair(
        context.database,
        context.index,
        compare(context.database, context.index).differences,
        digest_key=context.digest_key,
        clock=context.clock,
    )
    with context.database.transaction() as session:
        total = count(session)
        times = max(0, round(citizens / total) - 1)
        # No checks of keys to other tables: the copies keep them as the originals do.
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text("SET LOCAL maintenance_work_mem = '1GB'"))
        for table, changed in _COPIED.items() if times else ():
            _copy(session, table, changed, total, total + times - 1)
    with context.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    with context.database.transaction() as session:
        return count(session)


def index_all(context: AppContext) -> None:
    """Every citizen of the store into the index."""
    reindex(context.database, context.index, digest_key=context.digest_key, clock=context.clock)


def _copy(session: Session, table: str, changed: dict[str, str], first: int, last: int) -> None:
    """Each row once for every number from *first* to *last*.

    The table's indices are set aside meanwhile and sorted anew at the end: with random keys, a row at a time into
    indices greater than the memory, most of the time would go to reading their pages.
    """
    schema, _, name = table.rpartition(".")
    names = session.scalars(
        text(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = :schema AND table_name = :name"
            " AND is_identity = 'NO' AND is_generated = 'NEVER' ORDER BY ordinal_position"
        ),
        {"schema": schema or "public", "name": name},
    ).all()
    set_aside = "UPDATE pg_index SET indisready = false, indisvalid = false WHERE indrelid = cast(:table AS regclass)"
    session.execute(text(set_aside), {"table": table})
    values = ", ".join(changed[name].format(column=name) if name in changed else name for name in names)
    session.execute(
        text(
            f"INSERT INTO {table} ({', '.join(names)})"  # noqa: S608  names of our own tables
            f" SELECT {values} FROM {table}, generate_series(cast(:first AS int), cast(:last AS int)) k"
        ),
        {"first": first, "last": last},
    )
    session.execute(text(f"REINDEX TABLE {table}"))
