"""An entry of the outbox says which kinds of change the new version brought, and since which version."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0050_kinds_of_change"
down_revision = "0049_plan_rights"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("overview_outbox", sa.Column("previous_version", sa.BigInteger()))
    op.add_column("overview_outbox", sa.Column("changes", JSONB(), server_default="[]", nullable=False))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("overview_outbox", "changes")
    op.drop_column("overview_outbox", "previous_version")
