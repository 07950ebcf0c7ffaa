"""Tables of hub.matching."""

revision = "0004_matching"
down_revision = "0003_intake"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Drop them."""
