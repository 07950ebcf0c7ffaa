"""Samples of look-ups: how each was drawn, its lines, and what was done about them. Rows are only added."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0064_samples"
down_revision = "0063_forgetting_citizens"
branch_labels = None
depends_on = None

TABLES = ("audit_samples", "audit_sample_lines", "audit_sample_events")
REFUSE = """
CREATE FUNCTION audit_samples_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$
"""


def upgrade() -> None:
    """Make the tables, which the application adds to and never changes."""
    op.create_table(
        "audit_samples",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("drawn_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drawn_by", sa.Text(), nullable=False),
        sa.Column("drawn_by_name", sa.Text(), nullable=False),
        sa.Column("seed", sa.Text(), nullable=False),
        sa.Column("parameters", JSONB(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.Column("population", sa.Integer(), nullable=False),
        sa.Column("population_digest", sa.Text(), nullable=False),
        sa.Column("strata", JSONB(), nullable=False),
        sa.Column("eligible", JSONB(), nullable=False),
        sa.Column("checkpoint", sa.Text(), nullable=True),
        sa.Column("checkpoint_size", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_samples")),
    )
    op.create_table(
        "audit_sample_lines",
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("strata", sa.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("sample_id", "number", name=op.f("pk_audit_sample_lines")),
        sa.ForeignKeyConstraint(
            ["sample_id"], ["audit_samples.id"], name=op.f("fk_audit_sample_lines_sample_id_audit_samples")
        ),
    )
    op.create_table(
        "audit_sample_events",
        sa.Column("sample_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", sa.Text(), nullable=False),
        sa.Column("by_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("receiver_id", sa.Text(), nullable=True),
        sa.Column("receiver_name", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sample_id", "line", "number", name=op.f("pk_audit_sample_events")),
        sa.ForeignKeyConstraint(
            ["sample_id", "line"],
            ["audit_sample_lines.sample_id", "audit_sample_lines.number"],
            name=op.f("fk_audit_sample_events_sample_id_audit_sample_lines"),
        ),
        sa.CheckConstraint("kind IN ('sent', 'asked', 'reviewed')", name=op.f("ck_audit_sample_events_kind")),
        sa.CheckConstraint("(kind = 'reviewed') = (outcome IS NOT NULL)", name=op.f("ck_audit_sample_events_outcome")),
    )
    op.execute(REFUSE)
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER {table}_stand BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION audit_samples_refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER {table}_stay BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_samples_refuse_change()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_stand")
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_stay")
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM helhed_application")


def downgrade() -> None:
    """Drop them."""
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("DROP FUNCTION audit_samples_refuse_change()")
