"""Views through which rooms read each other, and an audit line that says what the act was done to.

A line kept an employee, a source, a unit, a digest or typed words in one column, told apart by a prefix. The old values
are moved to ``object_kind``, ``object_id`` and ``details``.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015_published_views"
down_revision = "0014_indexing"
branch_labels = None
depends_on = None

VIEWS = {
    "stored_entities": """
        SELECT id, source, record_type, source_id FROM record_entities
    """,
    "stored_records": """
        SELECT id, entity_id, registered_at, registered_to, observed_at, received_at, deleted, is_current, kind,
               document
        FROM records
    """,
    "citizen_keys": """
        SELECT id, merged_into FROM citizens
    """,
    "citizen_digests": """
        SELECT i.digest, coalesce(c.merged_into, i.citizen_id) AS citizen_id
        FROM citizen_identifiers i LEFT JOIN citizens c ON c.id = i.citizen_id
    """,
    "citizen_units": """
        SELECT citizen_id, unit_id, valid_from, valid_to FROM overview_units
    """,
    "employees": """
        SELECT id, name, title, unit_id, unit_name, area, phone FROM actors
    """,
}

# A view with a parameter: PostgreSQL puts the body of such a function (SQL, STABLE, no SET) into the statement that
# asks, so the plan is that of a view.
#
# Protected is who is, or lives with somebody who is: a child's address is its mother's. What no source says about a
# parent's, child's or partner's household is read as living together. It concerns two citizens at once, so it is asked
# when a page is opened and never stored in either overview.
OVERVIEW_FACTS = """
    CREATE FUNCTION overview_facts(on_day date)
    RETURNS TABLE (citizen_id uuid, version bigint, name text, birth_date date, name_address_protected boolean,
                   not_updated_since timestamptz)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT o.citizen_id, o.version,
               nullif(concat_ws(' ', o.document #>> '{header,person,given_name}',
                                     o.document #>> '{header,person,family_name}'), ''),
               (o.document #>> '{header,person,birth_date}')::date,
               coalesce((o.document #>> '{header,person,name_address_protected}')::boolean, false)
               OR EXISTS (
                   SELECT FROM jsonb_array_elements(o.document #> '{header,relatives}') r
                   JOIN overviews other ON other.citizen_id = (r ->> 'citizen_id')::uuid
                   WHERE (other.document #>> '{header,person,name_address_protected}')::boolean
                     AND ((r ->> 'shares_household')::boolean
                          OR r ->> 'shares_household' IS NULL AND r ->> 'relation' IN ('parent', 'child', 'partner'))
                     AND (r #>> '{valid,end}' IS NULL OR on_day < (r #>> '{valid,end}')::date)
               ),
               (SELECT d.failed_since FROM overview_due d WHERE d.citizen_id = o.citizen_id)
        FROM overviews o
    $$
"""
OBJECT = """
    CASE WHEN action = 'search' AND search_text ~ '^digest:[0-9a-f]{64}$' THEN 'identifier'
         WHEN action = 'search' AND search_text LIKE 'unit:%' THEN 'unit'
         WHEN action = 'read_log' AND search_text LIKE 'actor:%' THEN 'actor'
         WHEN action IN ('pause_source', 'resume_source') AND search_text LIKE 'source:%' THEN 'source' END
"""
TO_OBJECTS = f"""
    UPDATE audit_log SET
        object_kind = {OBJECT},
        object_id = CASE WHEN {OBJECT} IS NOT NULL THEN substr(search_text, strpos(search_text, ':') + 1) END,
        details = CASE WHEN {OBJECT} IS NULL THEN jsonb_build_object('text', search_text) ELSE '{{}}' END
    WHERE search_text IS NOT NULL
"""  # noqa: S608  put together from the constant above
TO_SEARCH_TEXT = """
    UPDATE audit_log SET search_text = coalesce(
        CASE object_kind WHEN 'identifier' THEN 'digest' ELSE object_kind END || ':' || object_id, details ->> 'text')
    WHERE object_kind IS NOT NULL OR details ? 'text'
"""


def upgrade() -> None:
    """Make the views and the function; add the columns, move the old values, drop the old column."""
    for name, query in VIEWS.items():
        op.execute(f"CREATE VIEW {name} AS {query}")
    op.execute(OVERVIEW_FACTS)
    op.add_column("audit_log", sa.Column("object_kind", sa.Text()))
    op.add_column("audit_log", sa.Column("object_id", sa.Text()))
    op.add_column("audit_log", sa.Column("details", postgresql.JSONB(), server_default="{}", nullable=False))
    _move(TO_OBJECTS)
    op.drop_column("audit_log", "search_text")


def downgrade() -> None:
    """Move the values back; drop the rest. ``details`` other than typed words are lost."""
    op.add_column("audit_log", sa.Column("search_text", sa.Text()))
    _move(TO_SEARCH_TEXT)
    for column in ("object_kind", "object_id", "details"):
        op.drop_column("audit_log", column)
    op.execute("DROP FUNCTION overview_facts(date)")
    for name in VIEWS:
        op.execute(f"DROP VIEW {name}")


def _move(update: str) -> None:
    """Run one UPDATE with the append-only trigger off.

    The table is locked until the transaction ends, so nobody else writes while the trigger is off; if anything fails,
    the transaction takes that back too. ENABLE ALWAYS as before: also where session_replication_role is replica.
    """
    op.execute("LOCK TABLE audit_log IN ACCESS EXCLUSIVE MODE")
    op.execute("ALTER TABLE audit_log DISABLE TRIGGER audit_log_stands")
    op.execute(update)
    op.execute("ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_stands")
