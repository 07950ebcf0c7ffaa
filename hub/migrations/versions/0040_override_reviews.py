"""What reviews of stated reasons came to. A row is never changed; which reasons wait is read from the log."""

import sqlalchemy as sa
from alembic import op

revision = "0040_override_reviews"
down_revision = "0039_four_gates"
branch_labels = None
depends_on = None

REFUSE = """
CREATE FUNCTION override_reviews_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'override_reviews is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$
"""
TRIGGERS = (
    """
    CREATE TRIGGER override_reviews_stand BEFORE UPDATE OR DELETE ON override_reviews
    FOR EACH ROW EXECUTE FUNCTION override_reviews_refuse_change()
    """,
    """
    CREATE TRIGGER override_reviews_stay BEFORE TRUNCATE ON override_reviews
    FOR EACH STATEMENT EXECUTE FUNCTION override_reviews_refuse_change()
    """,
    "ALTER TABLE override_reviews ENABLE ALWAYS TRIGGER override_reviews_stand",
    "ALTER TABLE override_reviews ENABLE ALWAYS TRIGGER override_reviews_stay",
)


def upgrade() -> None:
    """Make the table, which the application adds to and never changes, and an index of what stated reasons opened."""
    op.create_table(
        "override_reviews",
        sa.Column("override_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reviewer_id", sa.Text(), nullable=False),
        sa.Column("reviewer_name", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("override_id", "number", name=op.f("pk_override_reviews")),
        sa.CheckConstraint(
            "outcome IN ('justified', 'not_justified', 'needs_follow_up')", name=op.f("ck_override_reviews_outcome")
        ),
    )
    op.execute(REFUSE)
    for statement in TRIGGERS:
        op.execute(statement)
    op.execute("REVOKE UPDATE, DELETE ON override_reviews FROM helhed_application")
    op.create_index(
        "ix_audit_log_override",
        "audit_log",
        ["seq"],
        postgresql_where=sa.text("basis = 'override' AND outcome = 'shown'"),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_audit_log_override", "audit_log")
    op.drop_table("override_reviews")
    op.execute("DROP FUNCTION override_reviews_refuse_change()")
