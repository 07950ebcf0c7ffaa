"""What could not be stored is called ``not_processed`` in quarantine.

A message that was parked under the older name and is parked again is a second row: the rule is part of its fingerprint.
"""

from alembic import op

revision = "0021_not_processed"
down_revision = "0018_working_relations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rename the stored rule."""
    op.execute("UPDATE quarantine_entries SET rule = 'not_processed' WHERE rule = 'not_carried'")


def downgrade() -> None:
    """Give it its older name again."""
    op.execute("UPDATE quarantine_entries SET rule = 'not_carried' WHERE rule = 'not_processed'")
