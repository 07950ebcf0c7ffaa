"""What the search index holds of a citizen is kept beside the overview."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0067_prepared_documents"
down_revision = "0066_audit_event_names"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what is not prepared yet is prepared when it is indexed next."""
    op.add_column("overviews", sa.Column("people", ARRAY(sa.Uuid()), server_default="{}", nullable=False))
    op.add_column("overviews", sa.Column("search_document", sa.Text(), nullable=True))
    op.add_column("overviews", sa.Column("search_mark", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    """Drop them."""
    for name in ("search_mark", "search_document", "people"):
        op.drop_column("overviews", name)
