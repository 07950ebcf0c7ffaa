"""Tables of hub.access."""

revision = "0007_access"
down_revision = "0006_course"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Drop them."""
