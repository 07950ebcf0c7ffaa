"""What the plan said stays: the application adds versions and progress, and changes none. Disclosures by course."""

from alembic import op

revision = "0049_plan_rights"
down_revision = "0048_plan"
branch_labels = None
depends_on = None

ADDED_ONLY = ("plan_versions", "plan_progress")


def upgrade() -> None:
    """Take the rights away, and let the disclosures to a team be found by its course."""
    for table in ADDED_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM helhed_application")
    op.execute("REVOKE DELETE ON plan_entries FROM helhed_application")
    op.create_index("ix_disclosures_course_id", "disclosures", ["course_id"])


def downgrade() -> None:
    """Give them back, and drop the index."""
    op.drop_index("ix_disclosures_course_id", "disclosures")
    op.execute("GRANT DELETE ON plan_entries TO helhed_application")
    for table in ADDED_ONLY:
        op.execute(f"GRANT UPDATE, DELETE ON {table} TO helhed_application")
