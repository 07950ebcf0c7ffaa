"""SQL of every number that is stored about a citizen, read from the database itself: a score would be one of them."""

from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from hub.db import fetch_rows

_NUMBERS = text("""
    WITH RECURSIVE about (oid) AS (
        SELECT DISTINCT a.attrelid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
        WHERE a.attnum > 0 AND NOT a.attisdropped AND (a.attname LIKE '%citizen%id%' OR c.relname = 'citizens')
        UNION
        SELECT k.conrelid FROM pg_constraint k JOIN about ON k.contype = 'f' AND k.confrelid = about.oid)
    SELECT n.nspname AS schema, c.relname AS "table", a.attname AS "column",
           format_type(a.atttypid, a.atttypmod) AS type
    FROM about
    JOIN pg_class c ON c.oid = about.oid
    JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname NOT IN ('pg_catalog', 'information_schema')
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_type own ON own.oid = a.atttypid
    LEFT JOIN pg_type element ON element.oid = own.typelem AND own.typcategory = 'A'
    JOIN pg_type t ON t.oid = coalesce(element.oid, own.oid) AND t.typcategory = 'N'
    ORDER BY 1, 2, a.attnum
""")


class StoredNumber(NamedTuple):
    """A column with numbers in a table that is about citizens, directly or by what it belongs to."""

    schema: str
    table: str
    column: str
    type: str


def list_stored_numbers(session: Session) -> tuple[StoredNumber, ...]:
    """Each of them, in every schema of the database."""
    return tuple(StoredNumber(**row) for row in fetch_rows(session, _NUMBERS, {}))
