"""Fill a store with many citizens by copying those it has, and bring all to the indices."""

from sqlalchemy import text

from hub.clock import danish_day
from hub.overview.comparing import rebuild
from hub.overview.repository import count
from hub.parts import Parts
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
}
"""Tables that grow with the citizens, and what of a copy differs from its original."""


def fill(ground: Ground, citizens: int) -> int:
    """Copy until there are about so many citizens; returns how many, in store and both indices."""
    parts = ground.distributed
    with parts.database.transaction() as session:
        there = count(session)
        times = max(0, round(citizens / there) - 1)
        first = int(session.scalar(text("SELECT count(*) FROM overviews")) or 0)
        # No checks of keys to other tables: the copies keep them as the originals do.
        session.execute(text("SET LOCAL session_replication_role = replica"))
        for table, changed in _COPIED.items() if times else ():
            names = session.scalars(
                text(
                    "SELECT column_name FROM information_schema.columns WHERE table_name = :table"
                    " AND is_identity = 'NO' ORDER BY ordinal_position"
                ),
                {"table": table},
            ).all()
            values = ", ".join(changed[name].format(column=name) if name in changed else name for name in names)
            session.execute(
                text(
                    f"INSERT INTO {table} ({', '.join(names)})"  # noqa: S608  names of our own tables
                    f" SELECT {values} FROM {table}, generate_series(cast(:from AS int), cast(:to AS int)) k"
                ),
                {"from": first, "to": first + times - 1},
            )
    with parts.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    with parts.database.transaction() as session:
        return count(session)


def index_all(parts: Parts) -> None:
    """Every citizen of the store into the index."""
    rebuild(parts.database, parts.index, digest_key=parts.digest_key, on=danish_day(parts.clock.now()))
