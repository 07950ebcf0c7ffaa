"""The citizens whose document in the index was cut; a column of the comparison is named for what it counts."""

import sqlalchemy as sa
from alembic import op

revision = "0014_indexing"
down_revision = "0012_sources"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and rename the column."""
    op.alter_column("index_comparisons", "repaired", new_column_name="repaired_citizens")
    op.create_table(
        "index_cut_documents",
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("cut_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("citizen_id", name=op.f("pk_index_cut_documents")),
    )


def downgrade() -> None:
    """Drop the table and rename the column back."""
    op.drop_table("index_cut_documents")
    op.alter_column("index_comparisons", "repaired_citizens", new_column_name="repaired")
