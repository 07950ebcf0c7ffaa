"""What of alerts is sent: who wants a mail, which systems are posted kinds of alerts, and the outbox of both."""

import sqlalchemy as sa
from alembic import op

revision = "0055_alert_deliveries"
down_revision = "0054_alerts"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "alert_mails",
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("checked_on", sa.Date()),
        sa.PrimaryKeyConstraint("actor_id", name=op.f("pk_alert_mails")),
    )
    op.create_table(
        "alert_webhooks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("kinds", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("added_by", sa.Text(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_webhooks")),
    )
    op.create_table(
        "alert_deliveries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text()),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("fault", sa.Text()),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("channel IN ('email', 'webhook')", name=op.f("ck_alert_deliveries_channel")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_deliveries")),
        sa.UniqueConstraint("channel", "receiver", "occasion", name="uq_alert_deliveries_channel"),
    )
    op.create_index(
        "ix_alert_deliveries_due_at", "alert_deliveries", ["due_at"], postgresql_where=sa.text("sent_at IS NULL")
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("alert_deliveries", "alert_webhooks", "alert_mails"):
        op.drop_table(table)
