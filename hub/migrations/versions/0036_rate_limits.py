"""How often somebody has searched, logged in or overridden lately. Not written ahead: after a crash it begins anew."""

import sqlalchemy as sa
from alembic import op

revision = "0036_rate_limits"
down_revision = "0035_roles"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "rate_limits",
        sa.Column("limited", sa.Text(), primary_key=True),
        sa.Column("subject", sa.LargeBinary(), primary_key=True),
        sa.Column("used_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True)),
        prefixes=["UNLOGGED"],
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("rate_limits")
