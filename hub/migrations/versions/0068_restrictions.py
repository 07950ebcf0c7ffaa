"""Citizens whose processing is restricted (GDPR article 18), and the view by which every reader leaves them out."""

import sqlalchemy as sa
from alembic import op

revision = "0068_restrictions"
down_revision = "0067_prepared_documents"
branch_labels = None
depends_on = None

RESTRICTED = """
    CREATE VIEW restricted_citizens AS
    WITH standing AS (
        SELECT coalesce(k.merged_into, r.citizen_id) AS citizen_id
        FROM citizen_restrictions r LEFT JOIN citizen_keys k ON k.id = r.citizen_id WHERE r.lifted_at IS NULL
    )
    SELECT citizen_id FROM standing
    UNION SELECT k.id FROM citizen_keys k JOIN standing ON k.merged_into = standing.citizen_id
"""
UNRESTRICTED = """
    CREATE VIEW unrestricted_course_citizens AS
    SELECT n.* FROM course_citizens n
    WHERE NOT EXISTS (SELECT FROM restricted_citizens r WHERE r.citizen_id = n.citizen_id)
"""


def upgrade() -> None:
    """Make the table and the views."""
    op.create_table(
        "citizen_restrictions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=True),
        sa.Column("placed_by", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_by", sa.Text(), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lift_reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_citizen_restrictions_lifted")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_citizen_restrictions")),
    )
    op.create_index("ix_citizen_restrictions_citizen_id", "citizen_restrictions", ["citizen_id"])
    op.execute("REVOKE DELETE ON citizen_restrictions FROM helhed_application")
    op.execute(RESTRICTED)
    op.execute(UNRESTRICTED)


def downgrade() -> None:
    """Drop them; whoever is restricted is seen again."""
    op.execute("DROP VIEW unrestricted_course_citizens")
    op.execute("DROP VIEW restricted_citizens")
    op.drop_table("citizen_restrictions")
