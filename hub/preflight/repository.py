"""What the PostgreSQL server says of itself to the role of the application."""

from sqlalchemy import text

from hub.db import Session, fetch_rows
from hub.preflight.rules import ServerFacts

_FACTS = text("""
    SELECT current_setting('server_version') AS version,
           current_setting('server_version_num')::int / 10000 AS major,
           current_setting('server_encoding') AS encoding,
           current_setting('fsync')::bool AS fsync,
           current_setting('full_page_writes')::bool AS full_page_writes,
           current_setting('archive_mode') <> 'off' AS archives,
           (SELECT count(*) FROM pg_stat_replication) AS standbys,
           pg_is_in_recovery() AS is_in_recovery,
           coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS is_encrypted,
           (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS connections,
           current_setting('max_connections')::int AS max_connections,
           clock_timestamp() AS now
""")


def server_facts(session: Session) -> ServerFacts:
    """The server as it is now."""
    (row,) = fetch_rows(session, _FACTS, {})
    return ServerFacts(**row)
