"""Tables of hub.collect."""

revision = "0002_collect"
down_revision = "0001_bus"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Drop them."""
