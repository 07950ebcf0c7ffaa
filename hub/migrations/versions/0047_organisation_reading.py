"""How the reading of the organisation went last; at most one row."""

import sqlalchemy as sa
from alembic import op

revision = "0047_organisation_reading"
down_revision = "0046_disclosures"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "organisation_reading",
        sa.Column("id", sa.Boolean(), server_default=sa.true(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_reading")),
        sa.CheckConstraint("id", name=op.f("ck_organisation_reading_one_row")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("organisation_reading")
