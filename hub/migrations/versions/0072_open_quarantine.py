"""The view that says of which sources something lies in quarantine, so that a page asks it with their states."""

from alembic import op

revision = "0072_open_quarantine"
down_revision = "0071_protection_by_key"
branch_labels = None
depends_on = None

OPEN = "CREATE VIEW open_quarantine AS SELECT source FROM quarantine_entries WHERE resolved_at IS NULL"


def upgrade() -> None:
    """Make the view."""
    op.execute(OPEN)


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP VIEW open_quarantine")
