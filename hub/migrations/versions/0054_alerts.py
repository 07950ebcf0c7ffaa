"""Alerts: what happened, who has read it, what was done about it, and what somebody wants to be told of."""

import sqlalchemy as sa
from alembic import op

revision = "0054_alerts"
down_revision = "0053_citizen_links"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; what was done about an alert is added and never changed."""
    op.create_table(
        "alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("citizen_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("area", sa.Text()),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("occasion", sa.Text(), nullable=False),
        sa.Column("source", sa.Text()),
        sa.Column("version", sa.BigInteger()),
        sa.Column("caused_by", sa.Text()),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint("citizen_id", "kind", "subject", "occasion", name="uq_alerts_citizen_id"),
    )
    op.create_index("ix_alerts_citizen_id", "alerts", ["citizen_id", "happened_at"])
    op.create_index("ix_alerts_happened_at", "alerts", ["happened_at"])
    op.create_index("ix_alerts_source", "alerts", ["source"])
    op.create_table(
        "alert_reads",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], ondelete="CASCADE", name=op.f("fk_alert_reads_alert_id_alerts")
        ),
        sa.PrimaryKeyConstraint("alert_id", "actor_id", name=op.f("pk_alert_reads")),
    )
    op.create_table(
        "alert_acts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text()),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("acted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("act IN ('take', 'hand_over', 'close')", name=op.f("ck_alert_acts_act")),
        sa.CheckConstraint("(act = 'hand_over') = (receiver IS NOT NULL)", name=op.f("ck_alert_acts_receiver")),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], ondelete="CASCADE", name=op.f("fk_alert_acts_alert_id_alerts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_acts")),
    )
    op.create_index("ix_alert_acts_alert_id", "alert_acts", ["alert_id"])
    op.execute("REVOKE UPDATE, DELETE ON alert_acts FROM helhed_application")
    op.create_table(
        "alert_subscriptions",
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("is_on", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("actor_id", "kind", name=op.f("pk_alert_subscriptions")),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("alert_subscriptions", "alert_acts", "alert_reads", "alerts"):
        op.drop_table(table)
