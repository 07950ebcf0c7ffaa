"""Min side: logins of citizens, and the words that they write before they have a plan."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0065_own_page"
down_revision = "0064_samples"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "citizen_sessions",
        sa.Column("id_digest", sa.LargeBinary(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.Column("data", JSONB(), server_default="{}", nullable=False),
        sa.PrimaryKeyConstraint("id_digest", name=op.f("pk_citizen_sessions")),
    )
    op.create_index("ix_citizen_sessions_created_at", "citizen_sessions", ["created_at"])
    op.create_table(
        "own_words",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Text(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_over_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_words")),
    )
    op.create_index("ix_own_words_citizen_id", "own_words", ["citizen_id"])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("own_words")
    op.drop_table("citizen_sessions")
