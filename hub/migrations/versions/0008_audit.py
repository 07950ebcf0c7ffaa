"""Tables of hub.audit, and the triggers that make the log append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0008_audit"
down_revision = "0007_access"
branch_labels = None
depends_on = None

REFUSE = """
CREATE FUNCTION audit_log_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_log is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$
"""
# ENABLE ALWAYS: also in a session that sets session_replication_role = replica, which skips ordinary triggers.
TRIGGERS = (
    """
    CREATE TRIGGER audit_log_stands BEFORE UPDATE OR DELETE ON audit_log
    FOR EACH ROW EXECUTE FUNCTION audit_log_refuse_change()
    """,
    """
    CREATE TRIGGER audit_log_stays BEFORE TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION audit_log_refuse_change()
    """,
    "ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_stands",
    "ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_stays",
)


def upgrade() -> None:
    """Make the table and its triggers."""
    op.create_table(
        "audit_log",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text()),
        sa.Column("unit_id", sa.Text()),
        sa.Column("on_behalf_of", sa.Text()),
        sa.Column("purpose", sa.Text()),
        sa.Column("basis", sa.Text()),
        sa.Column("override_reason", sa.Text()),
        sa.Column("citizen_id", sa.Uuid()),
        sa.Column("sections_shown", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("sections_withheld", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("fields_revealed", sa.ARRAY(sa.Text()), nullable=False),
        sa.Column("search_text", sa.Text()),
        sa.Column("result_count", sa.Integer()),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_log")),
    )
    op.create_index(
        "ix_audit_log_citizen_id",
        "audit_log",
        ["citizen_id", "seq"],
        postgresql_where=sa.text("citizen_id IS NOT NULL"),
    )
    op.create_index("ix_audit_log_actor_id", "audit_log", ["actor_id", "seq"])
    op.create_index("ix_audit_log_recorded_at", "audit_log", ["recorded_at"])
    op.execute(REFUSE)
    for statement in TRIGGERS:
        op.execute(statement)


def downgrade() -> None:
    """Drop them."""
    op.drop_table("audit_log")
    op.execute("DROP FUNCTION audit_log_refuse_change()")
