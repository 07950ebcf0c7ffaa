"""Trial actions (prøvehandlinger): with every version of them, and the judgements that people made."""

import sqlalchemy as sa
from alembic import op

revision = "0051_trial_actions"
down_revision = "0050_kinds_of_change"
branch_labels = None
depends_on = None

ADDED_ONLY = ("trial_versions", "trial_judgements")


def upgrade() -> None:
    """Make the tables; the application adds what was said of a trial action, and changes none of it."""
    op.create_table(
        "trial_actions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["courses.id"], name=op.f("fk_trial_actions_course_id_courses")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_actions")),
    )
    op.create_index("ix_trial_actions_citizen_id", "trial_actions", ["citizen_id", "course_id"])
    op.create_table(
        "trial_versions",
        sa.Column("trial_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date()),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("cost_before", sa.Integer()),
        sa.Column("cost_after", sa.Integer()),
        sa.Column("judge_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_because", sa.Text(), nullable=False),
        sa.Column("changed_by", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("ck_trial_versions_period")),
        sa.CheckConstraint("first_day <= judge_on", name=op.f("ck_trial_versions_judged")),
        sa.CheckConstraint("cost_before >= 0 AND cost_after >= 0", name=op.f("ck_trial_versions_costs")),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trial_actions.id"], name=op.f("fk_trial_versions_trial_id_trial_actions")
        ),
        sa.PrimaryKeyConstraint("trial_id", "version", name=op.f("pk_trial_versions")),
    )
    op.create_table(
        "trial_judgements",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("trial_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("learned", sa.Text(), nullable=False),
        sa.Column("works", sa.Boolean(), nullable=False),
        sa.Column("judge_next_on", sa.Date()),
        sa.Column("judged_by", sa.Text(), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('continue', 'stop', 'make_permanent')", name=op.f("ck_trial_judgements_outcome")
        ),
        sa.CheckConstraint(
            "(outcome = 'continue') = (judge_next_on IS NOT NULL)", name=op.f("ck_trial_judgements_next")
        ),
        sa.CheckConstraint("on_day < judge_next_on", name=op.f("ck_trial_judgements_later")),
        sa.ForeignKeyConstraint(
            ["trial_id"], ["trial_actions.id"], name=op.f("fk_trial_judgements_trial_id_trial_actions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_judgements")),
    )
    op.create_index("ix_trial_judgements_trial_id", "trial_judgements", ["trial_id"])
    for table in ADDED_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM helhed_application")
    op.execute("REVOKE DELETE ON trial_actions FROM helhed_application")


def downgrade() -> None:
    """Drop them."""
    for table in ("trial_judgements", "trial_versions", "trial_actions"):
        op.drop_table(table)
