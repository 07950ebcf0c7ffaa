"""Since when a citizen's overview cannot be built."""

import sqlalchemy as sa
from alembic import op

revision = "0011_not_built"
down_revision = "0010_due"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("overview_due", sa.Column("failed_since", sa.DateTime(timezone=True)))


def downgrade() -> None:
    """Drop it."""
    op.drop_column("overview_due", "failed_since")
