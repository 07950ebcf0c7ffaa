"""An entry of the outbox may ask that a citizen is indexed anew without a new overview: protection spreads so."""

import sqlalchemy as sa
from alembic import op

revision = "0034_reindexing"
down_revision = "0033_facts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("overview_outbox", sa.Column("reindex", sa.Boolean(), server_default="false", nullable=False))


def downgrade() -> None:
    """Drop it, and the entries that only it explains."""
    op.execute("DELETE FROM overview_outbox WHERE reindex")
    op.drop_column("overview_outbox", "reindex")
