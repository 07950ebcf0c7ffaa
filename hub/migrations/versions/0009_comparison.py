"""The sources that speak in an overview, and what the last comparison of index and store found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0009_comparison"
down_revision = "0008_audit"
branch_labels = None
depends_on = None

FILL = """
UPDATE overviews SET sources = ARRAY(
    SELECT DISTINCT source #>> '{}'
    FROM jsonb_path_query(document, '$.sections[*].entries[*].provenance.source') AS s (source) ORDER BY 1
)
"""


def upgrade() -> None:
    """Add column and table, and fill the column."""
    op.add_column("overviews", sa.Column("sources", ARRAY(sa.Text()), server_default="{}", nullable=False))
    op.execute(FILL)
    op.create_table(
        "index_comparisons",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("compared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_store", sa.BigInteger(), nullable=False),
        sa.Column("in_index", sa.BigInteger(), nullable=False),
        sa.Column("is_equal", sa.Boolean(), nullable=False),
        sa.Column("repaired_at", sa.DateTime(timezone=True)),
        sa.Column("repaired", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_index_comparisons")),
    )


def downgrade() -> None:
    """Drop them."""
    op.drop_table("index_comparisons")
    op.drop_column("overviews", "sources")
