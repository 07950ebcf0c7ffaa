"""Tables of hub.course."""

revision = "0006_course"
down_revision = "0005_overview"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Drop them."""
