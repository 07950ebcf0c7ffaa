"""Tables emptied between the examples of one test, in the time of a look-up."""

from sqlalchemy import text

from hub.db import Session

_WITH_REFERRING = text("""
WITH RECURSIVE emptied AS (
    SELECT name::regclass::oid AS relation FROM unnest(CAST(:tables AS text[])) name
    UNION
    SELECT c.conrelid FROM pg_constraint c JOIN emptied e ON c.confrelid = e.relation WHERE c.contype = 'f'
)
SELECT relation::regclass::text FROM emptied
""")


def empty(session: Session, *tables: str) -> None:
    """Delete every row of the tables, and of those that refer to them, as ``TRUNCATE … CASCADE`` does.

    That makes all their files anew, and each session plans all its statements again.
    """
    names = session.scalars(_WITH_REFERRING, {"tables": list(tables)}).all()
    # No trigger runs meanwhile, nor a check of references, as none does when a table is truncated.
    steps = ["SET LOCAL session_replication_role = replica", *(f"DELETE FROM {name}" for name in names)]  # noqa: S608  names of our own tables
    session.connection().exec_driver_sql("; ".join([*steps, "SET LOCAL session_replication_role = origin"]))
