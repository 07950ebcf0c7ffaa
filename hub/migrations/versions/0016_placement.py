"""What intake needs to place a statement that was stamped in the future, concluded from absence, or counted anew."""

import sqlalchemy as sa
from alembic import op

revision = "0016_placement"
down_revision = "0015_published_views"
branch_labels = None
depends_on = None

VIEW = """
    CREATE VIEW stored_records AS
    SELECT id, entity_id, registered_at, registered_to, observed_at, received_at, deleted, is_current, kind,
           document{more}
    FROM records
"""


def upgrade() -> None:
    """Add the columns; what is stored counts as stated when registered and as seen once."""
    op.add_column("records", sa.Column("stated_at", sa.DateTime(timezone=True)))
    op.add_column("records", sa.Column("first_observed_at", sa.DateTime(timezone=True)))
    op.add_column("records", sa.Column("is_concluded", sa.Boolean()))
    op.add_column("records", sa.Column("flag", sa.Text()))
    op.execute(
        "UPDATE records SET stated_at = registered_at, first_observed_at = observed_at,"
        " is_concluded = deleted AND (version_order IS NULL AND document->>'registered_at' = document->>'observed_at'"
        " OR coalesce(document->>'deleted_reason', '') LIKE 'missing%')"
    )
    for column in ("stated_at", "first_observed_at", "is_concluded"):
        op.alter_column("records", column, nullable=False)
    op.execute("DROP VIEW stored_records")
    op.execute(VIEW.format(more=", flag"))


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP VIEW stored_records")
    op.execute(VIEW.format(more=""))
    for column in ("flag", "is_concluded", "first_observed_at", "stated_at"):
        op.drop_column("records", column)
