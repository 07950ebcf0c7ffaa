"""Consents become what the law asks for: to the course, and cell by cell of category and source, with their evidence.

What was recorded before is taken over as what it was: a consent to a whole area, without form, evidence or giver. That
an open course stood for the citizen's consent to it becomes a consent of the same sort. They are marked as taken over,
so that the page asks for them to be renewed; none of them is withdrawn and none is made to look like more than it was.
"""

import sqlalchemy as sa
from alembic import op

revision = "0039_four_gates"
down_revision = "0038_service_accounts"
branch_labels = None
depends_on = None

CONDITIONS = {
    "kind": "kind IN ('course', 'share', 'health')",
    "cell": "(kind = 'course') = (area IS NULL) AND (area IS NULL) = (source IS NULL)"
    " AND (area IS NULL) = (category IS NULL)",
    "health_kind": "(area = 'health') = (kind = 'health')",
    "health_year": "kind <> 'health' OR (expires_on IS NOT NULL AND expires_on <= given_on + interval '1 year')",
    "health_written": "kind <> 'health' OR form IN ('written', 'digital', 'converted')",
    "whole_area": "source IS DISTINCT FROM '*' OR form = 'converted'",
    "form": "form IN ('written', 'digital', 'oral', 'converted')",
    "given_by": "given_by IN ('citizen', 'custody_holder', 'guardian', 'unknown')",
    "withdrawn": "(withdrawn_on IS NULL) = (withdrawn_by IS NULL)",
}


def upgrade() -> None:
    """Convert the consents, and add those to the courses."""
    op.drop_constraint("pk_consents", "consents")
    op.drop_constraint("ck_consents_health_year", "consents")
    op.execute("ALTER TABLE consents ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY")
    op.create_primary_key("pk_consents", "consents", ["id"])
    op.create_index("ix_consents_course_id", "consents", ["course_id", "citizen_id"])
    op.alter_column("consents", "area", nullable=True)
    for name in ("kind", "source", "category", "form", "given_by", "evidence", "recorded_by", "withdrawn_by"):
        op.add_column("consents", sa.Column(name, sa.Text()))
    op.add_column("consents", sa.Column("recorded_at", sa.DateTime(timezone=True)))
    op.execute("""
        UPDATE consents SET kind = CASE WHEN area = 'health' THEN 'health' ELSE 'share' END, source = '*',
               category = '*', form = 'converted', given_by = 'unknown', evidence = scope,
               withdrawn_by = CASE WHEN withdrawn_on IS NOT NULL THEN '' END
    """)
    op.drop_column("consents", "scope")
    op.execute("""
        INSERT INTO consents (course_id, citizen_id, kind, given_on, form, given_by, evidence)
        SELECT course_id, citizen_id, 'course', min(valid_from), 'converted', 'unknown', ''
        FROM course_citizens GROUP BY course_id, citizen_id
    """)
    for name in ("kind", "form", "given_by", "evidence"):
        op.alter_column("consents", name, nullable=False)
    for name, condition in CONDITIONS.items():
        op.create_check_constraint(op.f(f"ck_consents_{name}"), "consents", condition)


def downgrade() -> None:
    """Keep what was said of whole areas; what only cells said becomes nothing, so that nothing more is open."""
    for name in CONDITIONS:
        op.drop_constraint(f"ck_consents_{name}", "consents")
    op.execute("""
        DELETE FROM consents a WHERE a.source IS DISTINCT FROM '*'
           OR EXISTS (SELECT FROM consents b WHERE b.course_id = a.course_id AND b.citizen_id = a.citizen_id
                      AND b.area = a.area AND b.given_on = a.given_on AND b.source = '*' AND b.id < a.id)
    """)
    op.alter_column("consents", "evidence", new_column_name="scope")
    op.drop_index("ix_consents_course_id", "consents")
    op.drop_constraint("pk_consents", "consents")
    for name in ("id", "kind", "source", "category", "form", "given_by", "recorded_by", "withdrawn_by", "recorded_at"):
        op.drop_column("consents", name)
    op.alter_column("consents", "area", nullable=False)
    op.create_primary_key("pk_consents", "consents", ["course_id", "citizen_id", "area", "given_on"])
    op.create_check_constraint(
        op.f("ck_consents_health_year"),
        "consents",
        "area <> 'health' OR (expires_on IS NOT NULL AND expires_on <= given_on + interval '1 year')",
    )
