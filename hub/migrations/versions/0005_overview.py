"""Tables of hub.overview."""

revision = "0005_overview"
down_revision = "0004_matching"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Drop them."""
