"""What a DPO asks of the log is found without reading all of it: log-ins, searches and reveals."""

from alembic import op

revision = "0059_oversight_questions"
down_revision = "0058_audit_answers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indices; each holds few of the lines, so that to write the others costs nothing more."""
    op.create_index(
        "ix_audit_log_log_in",
        "audit_log",
        ["actor_id", "unit_id", "recorded_at"],
        postgresql_where="action = 'log_in' AND outcome = 'shown'",
    )
    op.create_index(
        "ix_audit_log_search",
        "audit_log",
        ["recorded_at", "seq"],
        postgresql_include=["outcome"],
        postgresql_where="action = 'search' AND citizen_id IS NULL",
    )
    op.create_index(
        "ix_audit_log_reveal",
        "audit_log",
        ["recorded_at", "seq"],
        postgresql_include=["outcome"],
        postgresql_where="action = 'reveal'",
    )


def downgrade() -> None:
    """Drop them."""
    for name in ("reveal", "search", "log_in"):
        op.drop_index(f"ix_audit_log_{name}", "audit_log")
