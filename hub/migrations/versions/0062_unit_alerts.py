"""What the leader of a unit is told: that a clock of a notification has passed in it, without a word about whom."""

import sqlalchemy as sa
from alembic import op

revision = "0062_unit_alerts"
down_revision = "0061_audit_stream"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables; neither holds a citizen."""
    op.create_table(
        "unit_alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("unit_id", sa.Text(), nullable=False),
        sa.Column("clock", sa.Text(), nullable=False),
        sa.Column("passed_on", sa.Date(), nullable=False),
        sa.Column("passed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("clock IN ('assessment', 'receipt')", name=op.f("ck_unit_alerts_clock")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_alerts")),
        sa.UniqueConstraint("unit_id", "clock", "passed_on", name="uq_unit_alerts_unit_id"),
    )
    op.create_index("ix_unit_alerts_passed_at", "unit_alerts", ["passed_at"])
    op.create_table(
        "unit_alert_reads",
        sa.Column("alert_id", sa.Uuid(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"],
            ["unit_alerts.id"],
            ondelete="CASCADE",
            name=op.f("fk_unit_alert_reads_alert_id_unit_alerts"),
        ),
        sa.PrimaryKeyConstraint("alert_id", "actor_id", name=op.f("pk_unit_alert_reads")),
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("unit_alert_reads", "unit_alerts"):
        op.drop_table(table)
