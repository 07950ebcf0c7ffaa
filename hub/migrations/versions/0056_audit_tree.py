"""The log proves itself: a salt for each line, commitments as leaves of a tree, signed checkpoints, and who has them.

A line waits in ``audit_unsealed`` from the transaction that writes it. So no line is passed over, in whatever order
transactions commit, and sealing asks nothing of who writes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0056_audit_tree"
down_revision = "0055_alert_deliveries"
branch_labels = None
depends_on = None

QUEUE = """
CREATE FUNCTION audit_log_wait_for_seal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog AS $$
BEGIN
    INSERT INTO public.audit_unsealed (seq) SELECT seq FROM new_lines;
    RETURN NULL;
END
$$
"""
QUEUE_TRIGGER = """
CREATE TRIGGER audit_log_waits AFTER INSERT ON audit_log REFERENCING NEW TABLE AS new_lines
FOR EACH STATEMENT EXECUTE FUNCTION audit_log_wait_for_seal()
"""
REFUSE_SEALED = """
CREATE FUNCTION audit_tree_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$
"""
APPEND_ONLY = ("audit_leaves", "audit_subtrees", "audit_checkpoints")
# What a line said may go once it is sealed and a checkpoint over it is a year old; its leaf stays.
REFUSE_LOG = """
CREATE OR REPLACE FUNCTION audit_log_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT FROM public.audit_leaves l JOIN public.audit_checkpoints c ON c.size > l.leaf
        WHERE l.seq = OLD.seq AND c.signed_at < now() - interval '12 months'
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'audit_log is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$
"""
REFUSE_LOG_BEFORE = """
CREATE OR REPLACE FUNCTION audit_log_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit_log is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END
$$
"""
ERASE = """
CREATE FUNCTION audit_log_erase(until timestamptz, at_most integer) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
    WITH old AS (
        SELECT a.seq FROM public.audit_log a JOIN public.audit_leaves l ON l.seq = a.seq
        WHERE a.recorded_at < least(until, now() - interval '12 months')
          AND l.leaf < (SELECT max(size) FROM public.audit_checkpoints
                        WHERE signed_at < least(until, now() - interval '12 months'))
        ORDER BY a.recorded_at LIMIT at_most
    ), erased AS (
        DELETE FROM public.audit_log WHERE seq IN (SELECT seq FROM old) RETURNING 1
    )
    SELECT count(*)::integer FROM erased
$$
"""


def upgrade() -> None:
    """Salt each line, make the tables, and let every line that there is wait for its seal."""
    op.add_column(
        "audit_log", sa.Column("salt", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False)
    )
    op.create_table(
        "audit_unsealed",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_unsealed")),
    )
    op.create_table(
        "audit_leaves",
        sa.Column("leaf", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("leaf", name=op.f("pk_audit_leaves")),
        sa.UniqueConstraint("seq", name=op.f("uq_audit_leaves_seq")),
    )
    op.create_table(
        "audit_subtrees",
        sa.Column("first_leaf", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("width", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("first_leaf", "width", name=op.f("pk_audit_subtrees")),
    )
    op.create_table(
        "audit_checkpoints",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_checkpoints")),
    )
    op.create_index("ix_audit_checkpoints_signed_at", "audit_checkpoints", ["signed_at"])
    op.create_table(
        "audit_receipts",
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("witness", name=op.f("pk_audit_receipts")),
    )
    op.create_table(
        "audit_faults",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_audit_faults")),
    )
    op.create_table(
        "audit_verifications",
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("erased", sa.BigInteger(), nullable=False),
        sa.Column("findings", sa.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_verifications")),
    )
    op.execute("INSERT INTO audit_unsealed (seq) SELECT seq FROM audit_log")
    op.execute(QUEUE)
    op.execute(QUEUE_TRIGGER)
    op.execute("ALTER TABLE audit_log ENABLE ALWAYS TRIGGER audit_log_waits")
    op.execute("REVOKE INSERT, UPDATE ON audit_unsealed FROM helhed_application")
    op.execute(REFUSE_SEALED)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_stand BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION audit_tree_refuse_change()"
        )
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_stand")
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM helhed_application")
    op.execute("REVOKE UPDATE, DELETE ON audit_verifications FROM helhed_application")
    op.execute(REFUSE_LOG)
    op.execute(ERASE)
    op.execute("REVOKE EXECUTE ON FUNCTION audit_log_erase(timestamptz, integer) FROM PUBLIC")
    op.execute("GRANT EXECUTE ON FUNCTION audit_log_erase(timestamptz, integer) TO helhed_application")


def downgrade() -> None:
    """Drop them."""
    op.execute("DROP FUNCTION audit_log_erase(timestamptz, integer)")
    op.execute(REFUSE_LOG_BEFORE)
    op.execute("DROP TRIGGER audit_log_waits ON audit_log")
    op.execute("DROP FUNCTION audit_log_wait_for_seal()")
    tables = ("audit_verifications", "audit_faults", "audit_receipts", *reversed(APPEND_ONLY), "audit_unsealed")
    for table in tables:
        op.drop_table(table)
    op.execute("DROP FUNCTION audit_tree_refuse_change()")
    op.drop_column("audit_log", "salt")
