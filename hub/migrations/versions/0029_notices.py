"""Notices to the administrators, and the outbox of what is told."""

import sqlalchemy as sa
from alembic import op

revision = "0029_notices"
down_revision = "0028_hints"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "notices",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer()),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(
        "uq_notices_open", "notices", ["kind", "source"], unique=True, postgresql_where=sa.text("ended_at IS NULL")
    )
    op.create_table(
        "notice_deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fault", sa.Text()),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_deliveries")),
        sa.ForeignKeyConstraint(
            ["notice_id"], ["notices.id"], name=op.f("fk_notice_deliveries_notice_id_notices"), ondelete="CASCADE"
        ),
    )
    op.create_index(
        "uq_notice_deliveries_message",
        "notice_deliveries",
        ["notice_id", "event", "channel", "receiver"],
        unique=True,
    )
    op.create_index(
        "ix_notice_deliveries_due_at", "notice_deliveries", ["due_at"], postgresql_where=sa.text("sent_at IS NULL")
    )


def downgrade() -> None:
    """Go back. What was told is lost; what is wrong is told again."""
    op.drop_table("notice_deliveries")
    op.drop_table("notices")
