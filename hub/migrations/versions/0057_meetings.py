"""Meetings of a course: versions that are added only, who takes part, and decisions that become agreements."""

import sqlalchemy as sa
from alembic import op

revision = "0057_meetings"
down_revision = "0056_audit_tree"
branch_labels = None
depends_on = None

TABLES = ("meetings", "meeting_versions", "meeting_participants", "meeting_decisions")


def upgrade() -> None:
    """Make the tables; the application adds rows and changes none."""
    op.create_table(
        "meetings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_meetings_course_id_courses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
    )
    op.create_index("ix_meetings_course_id", "meetings", ["course_id"])
    op.create_table(
        "meeting_versions",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("minutes", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('team', 'network')", name=op.f("ck_meeting_versions_kind")),
        sa.CheckConstraint("state IN ('planned', 'held', 'cancelled')", name=op.f("ck_meeting_versions_state")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_meeting_versions_period")),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_versions_meeting_id_meetings")),
        sa.PrimaryKeyConstraint("meeting_id", "version", name=op.f("pk_meeting_versions")),
    )
    op.create_table(
        "meeting_participants",
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("is_invited", sa.Boolean(), nullable=False),
        sa.Column("is_present", sa.Boolean()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint("role IN ('citizen', 'member', 'guest')", name=op.f("ck_meeting_participants_role")),
        sa.ForeignKeyConstraint(
            ["meeting_id", "version"],
            ["meeting_versions.meeting_id", "meeting_versions.version"],
            name=op.f("fk_meeting_participants_meeting_id_meeting_versions"),
        ),
        sa.PrimaryKeyConstraint("meeting_id", "version", "role", "key", name=op.f("pk_meeting_participants")),
    )
    op.create_table(
        "meeting_decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("goal_id", sa.Uuid()),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["goal_id"], ["plan_entries.id"], name=op.f("fk_meeting_decisions_goal_id_plan_entries")
        ),
        sa.ForeignKeyConstraint(["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_decisions_meeting_id_meetings")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_decisions")),
    )
    op.create_index("ix_meeting_decisions_meeting_id", "meeting_decisions", ["meeting_id"])
    for table in TABLES:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM helhed_application")


def downgrade() -> None:
    """Drop them."""
    for table in reversed(TABLES):
        op.drop_table(table)
