"""Sources whose data is to be forgotten, or was."""

import sqlalchemy as sa
from alembic import op

revision = "0037_source_forgettings"
down_revision = "0036_rate_limits"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "source_forgettings",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("before_run", sa.BigInteger(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_source_forgettings")),
    )


def downgrade() -> None:
    """Go back; what was forgotten stays so."""
    op.drop_table("source_forgettings")
