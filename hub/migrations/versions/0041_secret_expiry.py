"""Sources know the last day of their secrets."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0041_secret_expiry"
down_revision = "0040_override_reviews"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of no secret is the day known yet."""
    op.add_column("sources", sa.Column("secret_expiry", JSONB(), nullable=False, server_default="{}"))


def downgrade() -> None:
    """Forget the days."""
    op.drop_column("sources", "secret_expiry")
