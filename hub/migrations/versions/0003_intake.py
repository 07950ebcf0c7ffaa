"""Tables of hub.intake."""

revision = "0003_intake"
down_revision = "0002_collect"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Drop them."""
