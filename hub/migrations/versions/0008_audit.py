"""Tables of hub.audit."""

revision = "0008_audit"
down_revision = "0007_access"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""


def downgrade() -> None:
    """Drop them."""
