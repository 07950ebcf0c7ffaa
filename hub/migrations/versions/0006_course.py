"""Tables of hub.course."""

import sqlalchemy as sa
from alembic import op

revision = "0006_course"
down_revision = "0005_overview"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "courses",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date()),
        sa.CheckConstraint("ended_on >= started_on", name=op.f("ck_courses_period")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_courses")),
    )
    op.create_table(
        "course_citizens",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_course_citizens_period")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_course_citizens_course_id_courses")),
        sa.PrimaryKeyConstraint("course_id", "citizen_id", "valid_from", name=op.f("pk_course_citizens")),
    )
    op.create_index(op.f("ix_course_citizens_citizen_id"), "course_citizens", ["citizen_id"])
    op.create_table(
        "team_memberships",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("function", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_team_memberships_period")),
        sa.CheckConstraint(
            "function IN ('lead_coordinator', 'citizen_coordinator', 'member')",
            name=op.f("ck_team_memberships_function"),
        ),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_team_memberships_course_id_courses")),
        sa.PrimaryKeyConstraint("course_id", "actor_id", "function", "valid_from", name=op.f("pk_team_memberships")),
    )
    op.create_index(op.f("ix_team_memberships_actor_id"), "team_memberships", ["actor_id"])
    op.create_table(
        "consents",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("area", sa.Text(), nullable=False),
        sa.Column("given_on", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date()),
        sa.Column("withdrawn_on", sa.Date()),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "area <> 'health' OR (expires_on IS NOT NULL AND expires_on <= given_on + interval '1 year')",
            name=op.f("ck_consents_health_year"),
        ),
        sa.CheckConstraint("area IN ('employment', 'school', 'social', 'health')", name=op.f("ck_consents_area")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_consents_course_id_courses")),
        sa.PrimaryKeyConstraint("course_id", "citizen_id", "area", "given_on", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_citizen_id", "consents", ["citizen_id", "course_id"])


def downgrade() -> None:
    """Drop them."""
    for table in ("consents", "team_memberships", "course_citizens", "courses"):
        op.drop_table(table)
