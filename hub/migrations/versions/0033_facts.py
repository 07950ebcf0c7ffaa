"""Facts of access: the strictest word on a household, the numbers of the header, and efforts that a source has ended.

Sources that disagree on who lives together took protection away, the newest winning; now whoever says "together" counts
until the sources agree. The numbers come with the facts, so that the search index need not hold them. Periods of units
and named workers end where the source says that the effort has ended; they are filled in here, since an overview that
does not change is never written again.

Fill the search index anew after this (``helhed index reindex``): it holds numbers and units that it no longer may.
"""

from alembic import op

revision = "0033_facts"
down_revision = "0032_staff"
branch_labels = None
depends_on = None

OVERVIEW_FACTS = """
    CREATE FUNCTION overview_facts(on_day date)
    RETURNS TABLE (citizen_id uuid, version bigint, name text, birth_date date, name_address_protected boolean,
                   not_updated_since timestamptz, sources text[]{column})
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
                     AND {together}
               ),
               (SELECT d.failed_since FROM overview_due d WHERE d.citizen_id = o.citizen_id),
               o.sources{value}
        FROM overviews o
    $$
"""
TOGETHER_BEFORE = """((r ->> 'shares_household')::boolean
                          OR r ->> 'shares_household' IS NULL AND r ->> 'relation' IN ('parent', 'child', 'partner'))
                     AND (r #>> '{valid,end}' IS NULL OR on_day < (r #>> '{valid,end}')::date)"""
# Of what stands on the day: one source that says so is enough; where none says anything, parents, children and partners
# live together.
TOGETHER = """(SELECT coalesce(bool_or((s ->> 'shares_household')::boolean),
                                      r ->> 'relation' IN ('parent', 'child', 'partner'))
                          FROM jsonb_array_elements(CASE jsonb_typeof(r -> 'statements') WHEN 'array'
                                    THEN r -> 'statements' ELSE jsonb_build_array(r) END) s
                          WHERE s #>> '{valid,end}' IS NULL OR on_day < (s #>> '{valid,end}')::date
                          HAVING count(*) > 0)"""
NUMBERS = """,
               jsonb_build_object('identifiers', coalesce(o.document #> '{header,identifiers}', '[]'),
                                  'replaces', coalesce(o.document #> '{header,person,replaces}', '[]'))"""
END_BEFORE = "(e #>> '{valid,end}')::date"
END = """
    CASE WHEN e #>> '{fact,kind}' = 'effort' AND e #>> '{fact,status}' = 'ended'
         THEN greatest((e #>> '{valid,start}')::date,
                       least((e #>> '{valid,end}')::date,
                             ((e #>> '{provenance,registration,registered_from}')::timestamptz
                              AT TIME ZONE 'Europe/Copenhagen')::date))
         ELSE (e #>> '{valid,end}')::date END
"""
ENTRIES = """
    FROM overviews o
    CROSS JOIN LATERAL jsonb_array_elements(o.document -> 'sections') s
    CROSS JOIN LATERAL jsonb_array_elements(s -> 'entries') e
    WHERE e #>> '{fact,kind}' = 'effort' AND coalesce(e #>> '{fact,status}', '') <> 'cancelled'
"""
REFILL_UNITS = (
    "DELETE FROM overview_units WHERE relation = 'effort'",
    """
    INSERT INTO overview_units (citizen_id, unit_id, area, relation, valid_from, valid_to)
    SELECT DISTINCT o.citizen_id, u.id, e ->> 'area', 'effort', (e #>> '{{valid,start}}')::date, p.ends
    {entries}
    """,
)
REFILL_WORKERS = """
    UPDATE overview_workers w SET valid_to = p.ends
    FROM (SELECT o.citizen_id, (e #>> '{{provenance,source}}') || ':' || (e #>> '{{fact,responsible,worker,id}}') AS id,
                 e ->> 'area' AS area, (e #>> '{{valid,start}}')::date AS starts, (e #>> '{{valid,end}}')::date AS told,
                 {end} AS ends
          {entries} AND e #>> '{{fact,status}}' = 'ended' AND e #>> '{{fact,responsible,worker,id}}' IS NOT NULL) p
    WHERE w.citizen_id = p.citizen_id AND w.worker_id = p.id AND w.area = p.area
      AND w.valid_from IS NOT DISTINCT FROM p.starts AND w.valid_to IS NOT DISTINCT FROM p.told
"""


def _refill(end: str) -> None:
    units = ENTRIES.replace(
        "WHERE",
        f"CROSS JOIN LATERAL (SELECT {end} AS ends) p\n"
        "CROSS JOIN LATERAL (VALUES (e #>> '{fact,responsible,unit,id}'), (e #>> '{fact,performer,id}')) u (id)\nWHERE",
    )
    op.execute(REFILL_UNITS[0])
    op.execute(REFILL_UNITS[1].format(entries=units + " AND u.id IS NOT NULL"))


def upgrade() -> None:
    """Make the function anew; end the periods of ended efforts."""
    op.execute("DROP FUNCTION overview_facts(date)")
    op.execute(OVERVIEW_FACTS.format(column=", numbers jsonb", together=TOGETHER, value=NUMBERS))
    _refill(END)
    op.execute(REFILL_WORKERS.format(end=END, entries=ENTRIES))


def downgrade() -> None:
    """Go back; named workers of ended efforts keep the end until their overviews change."""
    op.execute("DROP FUNCTION overview_facts(date)")
    op.execute(OVERVIEW_FACTS.format(column="", together=TOGETHER_BEFORE, value=""))
    _refill(END_BEFORE)
