"""Tables of hub.bus."""

revision = "0001_bus"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Drop them."""
