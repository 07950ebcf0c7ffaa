"""How many answers about citizens were given on a day, as the web servers count them, and how many have no line."""

import sqlalchemy as sa
from alembic import op

revision = "0058_audit_answers"
down_revision = "0057_meetings"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "audit_answers",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("answers", sa.BigInteger(), nullable=False),
        sa.Column("without_line", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_audit_answers")),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("audit_answers")
