"""Whether somebody near is protected is looked up by key.

As a join it may be planned as a reading of all overviews, whose documents lie apart from their rows: the planner counts
the rows alone. Then every look-up in a small municipality reads everybody's page.
"""

from alembic import op

revision = "0071_protection_by_key"
down_revision = "0070_parties_without_keys"
branch_labels = None
depends_on = None

OVERVIEW_FACTS = """
    CREATE OR REPLACE FUNCTION overview_facts(on_day date)
    RETURNS TABLE (citizen_id uuid, version bigint, name text, birth_date date, name_address_protected boolean,
                   not_updated_since timestamptz, sources text[], numbers jsonb)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT o.citizen_id, o.version,
               nullif(concat_ws(' ', o.document #>> '{{header,person,given_name}}',
                                     o.document #>> '{{header,person,family_name}}'), ''),
               (o.document #>> '{{header,person,birth_date}}')::date,
               coalesce((o.document #>> '{{header,person,name_address_protected}}')::boolean, false)
               OR EXISTS (
                   SELECT FROM jsonb_array_elements(o.document #> '{{header,relatives}}') r{join}
                   WHERE (SELECT coalesce(bool_or((s ->> 'shares_household')::boolean),
                                          r ->> 'relation' IN ('parent', 'child', 'partner'))
                          FROM jsonb_array_elements(CASE jsonb_typeof(r -> 'statements') WHEN 'array'
                                    THEN r -> 'statements' ELSE jsonb_build_array(r) END) s
                          WHERE s #>> '{{valid,end}}' IS NULL OR on_day < (s #>> '{{valid,end}}')::date
                          HAVING count(*) > 0)
                     AND {protected}
               ),
               (SELECT d.failed_since FROM overview_due d WHERE d.citizen_id = o.citizen_id),
               o.sources,
               jsonb_build_object('identifiers', coalesce(o.document #> '{{header,identifiers}}', '[]'),
                                  'replaces', coalesce(o.document #> '{{header,person,replaces}}', '[]'))
        FROM overviews o
    $$
"""
PROTECTED = "(other.document #>> '{header,person,name_address_protected}')::boolean"
OTHER = "other.citizen_id = (r ->> 'citizen_id')::uuid"


def upgrade() -> None:
    """Ask one by one."""
    op.execute(
        OVERVIEW_FACTS.format(join="", protected=f"(SELECT {PROTECTED} FROM overviews other WHERE {OTHER})")  # noqa: S608  constants
    )


def downgrade() -> None:
    """Join again."""
    op.execute(OVERVIEW_FACTS.format(join=f"\n                   JOIN overviews other ON {OTHER}", protected=PROTECTED))
