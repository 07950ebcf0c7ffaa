"""What intake needs to place a statement that was stamped in the future, concluded from absence, or counted anew."""

import sqlalchemy as sa
from alembic import op

revision = "0016_placement"
down_revision = "0011_not_built"
branch_labels = None
depends_on = None


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


def downgrade() -> None:
    """Drop them."""
    for column in ("flag", "is_concluded", "first_observed_at", "stated_at"):
        op.drop_column("records", column)
