"""Named workers and case-holding units count as working relations; lines of one act of the log are joined.

What the stored overviews say is filled in here: an overview that does not change is never written again. The search
index learns which units hold a case when it is filled anew (``helhed index reindex``).
"""

import sqlalchemy as sa
from alembic import op

revision = "0018_working_relations"
down_revision = "0017_quarantine"
branch_labels = None
depends_on = None

WORKED_ON = """
    FROM overviews o
    CROSS JOIN LATERAL jsonb_array_elements(o.document -> 'sections') s
    CROSS JOIN LATERAL jsonb_array_elements(s -> 'entries') e
    WHERE {condition} AND e -> 'fact' ->> 'kind' = ANY('{kinds}')
      AND coalesce(e -> 'fact' ->> 'status', '') <> 'cancelled'
      AND coalesce(e #>> '{{fact,status,code}}', '') NOT IN ('SagStatus2', 'SagStatus5', 'SagStatus6', 'SagStatus7')
      AND coalesce(lower(e #>> '{{fact,status,label}}'), '') NOT IN ('hvilende', 'lukket', 'afsluttet')
"""
FILL = (
    """
    INSERT INTO overview_workers (citizen_id, worker_id, area, valid_from, valid_to)
    SELECT DISTINCT o.citizen_id,
           (e #>> '{provenance,source}') || ':' || (e #>> '{fact,responsible,worker,id}'),
           e ->> 'area', (e #>> '{valid,start}')::date, (e #>> '{valid,end}')::date
    """
    + WORKED_ON.format(condition="e #>> '{fact,responsible,worker,id}' IS NOT NULL", kinds="{effort,case,assignment}"),
    """
    INSERT INTO overview_units (citizen_id, unit_id, area, relation, valid_from, valid_to)
    SELECT DISTINCT o.citizen_id, e #>> '{fact,responsible,unit,id}', e ->> 'area', 'case',
           (e #>> '{valid,start}')::date, (e #>> '{valid,end}')::date
    """
    + WORKED_ON.format(condition="e #>> '{fact,responsible,unit,id}' IS NOT NULL", kinds="{case}"),
)
UNITS_BEFORE = "SELECT citizen_id, unit_id, valid_from, valid_to FROM overview_units"
OVERVIEW_FACTS = """
    CREATE FUNCTION overview_facts(on_day date)
    RETURNS TABLE (citizen_id uuid, version bigint, name text, birth_date date, name_address_protected boolean,
                   not_updated_since timestamptz{column})
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT o.citizen_id, o.version,
               nullif(concat_ws(' ', o.document #>> '{{header,person,given_name}}',
                                     o.document #>> '{{header,person,family_name}}'), ''),
               (o.document #>> '{{header,person,birth_date}}')::date,
               coalesce((o.document #>> '{{header,person,name_address_protected}}')::boolean, false)
               OR EXISTS (
                   SELECT FROM jsonb_array_elements(o.document #> '{{header,relatives}}') r
                   JOIN overviews other ON other.citizen_id = (r ->> 'citizen_id')::uuid
                   WHERE (other.document #>> '{{header,person,name_address_protected}}')::boolean
                     AND ((r ->> 'shares_household')::boolean
                          OR r ->> 'shares_household' IS NULL AND r ->> 'relation' IN ('parent', 'child', 'partner'))
                     AND (r #>> '{{valid,end}}' IS NULL OR on_day < (r #>> '{{valid,end}}')::date)
               ),
               (SELECT d.failed_since FROM overview_due d WHERE d.citizen_id = o.citizen_id){value}
        FROM overviews o
    $$
"""


def upgrade() -> None:
    """Make the table, the columns and the views; fill in what the overviews say."""
    op.add_column("actors", sa.Column("worker_ids", sa.ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.add_column("audit_log", sa.Column("act_id", sa.Text()))
    op.create_index(
        "ix_audit_log_act_id", "audit_log", ["act_id", "seq"], postgresql_where=sa.text("act_id IS NOT NULL")
    )
    op.add_column("overview_units", sa.Column("relation", sa.Text(), server_default="effort", nullable=False))
    op.create_table(
        "overview_workers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("worker_id", sa.Text(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date()),
        sa.Column("valid_to", sa.Date()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_overview_workers")),
    )
    op.create_index(op.f("ix_overview_workers_citizen_id"), "overview_workers", ["citizen_id"])
    op.create_index("ix_overview_workers_worker_id_citizen_id", "overview_workers", ["worker_id", "citizen_id"])
    for statement in FILL:
        op.execute(statement)
    op.execute(f"CREATE OR REPLACE VIEW citizen_units AS {UNITS_BEFORE.replace(' FROM', ', relation FROM')}")
    op.execute(
        "CREATE VIEW citizen_workers AS SELECT citizen_id, worker_id, area, valid_from, valid_to FROM overview_workers"
    )
    op.execute("DROP FUNCTION overview_facts(date)")
    op.execute(OVERVIEW_FACTS.format(column=", sources text[]", value=", o.sources"))


def downgrade() -> None:
    """Go back."""
    op.execute("DROP FUNCTION overview_facts(date)")
    op.execute(OVERVIEW_FACTS.format(column="", value=""))
    op.execute("DROP VIEW citizen_workers")
    op.execute("DROP VIEW citizen_units")
    op.execute("DELETE FROM overview_units WHERE relation = 'case'")
    op.drop_column("overview_units", "relation")
    op.execute(f"CREATE VIEW citizen_units AS {UNITS_BEFORE}")
    op.drop_table("overview_workers")
    op.drop_index("ix_audit_log_act_id", "audit_log")
    op.drop_column("audit_log", "act_id")
    op.drop_column("actors", "worker_ids")
