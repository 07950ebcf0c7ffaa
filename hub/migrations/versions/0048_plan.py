"""Borgerens plan: entries with every version of them, progress as people entered it, and efforts that serve a goal."""

import sqlalchemy as sa
from alembic import op

revision = "0048_plan"
down_revision = "0047_organisation_reading"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "plan_entries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Uuid()),
        sa.CheckConstraint(
            "kind IN ('wish', 'strength', 'concern', 'goal', 'sub_goal', 'agreement')",
            name=op.f("ck_plan_entries_kind"),
        ),
        sa.CheckConstraint("kind <> 'sub_goal' OR parent_id IS NOT NULL", name=op.f("ck_plan_entries_sub_goal")),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_plan_entries_course_id_courses")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["plan_entries.id"], name=op.f("fk_plan_entries_parent_id_plan_entries")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_entries")),
    )
    op.create_index("ix_plan_entries_course_id", "plan_entries", ["course_id", "citizen_id"])
    op.create_table(
        "plan_versions",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("goal_type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'done', 'dropped')", name=op.f("ck_plan_versions_state")),
        sa.ForeignKeyConstraint(["entry_id"], ["plan_entries.id"], name=op.f("fk_plan_versions_entry_id_plan_entries")),
        sa.PrimaryKeyConstraint("entry_id", "version", name=op.f("pk_plan_versions")),
    )
    op.create_table(
        "plan_progress",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("progress", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("entered_by", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "progress IN ('reached', 'better', 'unchanged', 'worse')", name=op.f("ck_plan_progress_progress")
        ),
        sa.ForeignKeyConstraint(["entry_id"], ["plan_entries.id"], name=op.f("fk_plan_progress_entry_id_plan_entries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_progress")),
    )
    op.create_index("ix_plan_progress_entry_id", "plan_progress", ["entry_id"])
    op.create_table(
        "plan_efforts",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("effort_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["plan_entries.id"], name=op.f("fk_plan_efforts_entry_id_plan_entries")),
        sa.PrimaryKeyConstraint("entry_id", "effort_id", name=op.f("pk_plan_efforts")),
    )
    op.create_index("ix_plan_efforts_source", "plan_efforts", ["source"])


def downgrade() -> None:
    """Drop them."""
    for table in ("plan_efforts", "plan_progress", "plan_versions", "plan_entries"):
        op.drop_table(table)
