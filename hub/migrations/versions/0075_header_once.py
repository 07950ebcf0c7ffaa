"""Whether somebody is protected, and the numbers, each take the header out of an overview once.

A document lies apart from its row, compressed, and each ``#>>`` fetches and unpacks all of it. In the list of columns
and not as a join: a plan may read a join's other side whole, which is everybody's page (0071).
"""

from alembic import op

revision = "0075_header_once"
down_revision = "0074_fewer_pages"
branch_labels = None
depends_on = None

OVERVIEW_FACTS = """
    CREATE OR REPLACE FUNCTION overview_facts(on_day date)
    RETURNS TABLE (citizen_id uuid, version bigint, name text, birth_date date, name_address_protected boolean,
                   not_updated_since timestamptz, sources text[], numbers jsonb)
    LANGUAGE sql STABLE PARALLEL SAFE AS $$
        SELECT o.citizen_id, o.version,
               nullif(concat_ws(' ', o.document #>> '{header,person,given_name}',
                                     o.document #>> '{header,person,family_name}'), ''),
               (o.document #>> '{header,person,birth_date}')::date,
               %s,
               (SELECT d.failed_since FROM overview_due d WHERE d.citizen_id = o.citizen_id),
               o.sources,
               %s
        FROM overviews o
    $$
"""
PROTECTED = """
    coalesce((h.header #>> '{person,name_address_protected}')::boolean, false)
    OR EXISTS (
        SELECT FROM jsonb_array_elements(h.header #> '{relatives}') r
        WHERE (SELECT coalesce(bool_or((s ->> 'shares_household')::boolean),
                               r ->> 'relation' IN ('parent', 'child', 'partner'))
               FROM jsonb_array_elements(CASE jsonb_typeof(r -> 'statements') WHEN 'array'
                         THEN r -> 'statements' ELSE jsonb_build_array(r) END) s
               WHERE s #>> '{valid,end}' IS NULL OR on_day < (s #>> '{valid,end}')::date
               HAVING count(*) > 0)
          AND (SELECT (other.document #>> '{header,person,name_address_protected}')::boolean
               FROM overviews other WHERE other.citizen_id = (r ->> 'citizen_id')::uuid)
    )
"""
NUMBERS = """
    jsonb_build_object('identifiers', coalesce(h.header #> '{identifiers}', '[]'),
                       'replaces', coalesce(h.header #> '{person,replaces}', '[]'))
"""


def upgrade() -> None:
    """Take the header out first; ``OFFSET 0`` keeps PostgreSQL from putting both steps together again."""
    once = "(SELECT {} FROM (SELECT o.document -> 'header' AS header OFFSET 0) h)"
    op.execute(OVERVIEW_FACTS % (once.format(PROTECTED), once.format(NUMBERS)))


def downgrade() -> None:
    """Leave it: it gives what the one before gave."""
